"""PostgreSQL goes, and then the server that watched on without it: what it saw is written by the next one."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from proctoring.bench.postgres import NoPostgres, Server, own_server
from proctoring.replay.client import CandidateClient, Refused
from tests.live.pictures import clutter
from tests.server import Site, copy_prepared, models_dir

PATIENCE = 60.0
SEATED = """
from dataclasses import replace
from datetime import timedelta
from django.utils import timezone
from exams.models import Attempt
from proctoring.bench.people import make_candidate
from proctoring import consent, services
from proctoring.load.exam import make_exam
from proctoring.models import Session
from proctoring.replay.signin import signed_in
from proctoring.risk.policy import DEFAULT_RULES, Policy
exam = make_exam(watched=True)
candidate = make_candidate(1, exam)
consent.give(candidate, exam)
session = services.begin_session(candidate=candidate, exam=exam, kind=Session.Kind.EXAM)
now = timezone.now()
no_face = replace(DEFAULT_RULES["NO_FACE"], hold_seconds=0.2, cooldown_seconds=600.0)
policy = Policy(rules={**DEFAULT_RULES, "NO_FACE": no_face}).as_dict()
Session.objects.update(state=Session.State.LIVE, started_at=now, policy=policy)
Attempt.objects.update(started_at=now, deadline=now + timedelta(hours=1))
signing = signed_in(candidate)  # held, as it signs out again when it is let go
answer = [str(session.pk), signing.__enter__()]
"""
FOUND = """
from proctoring.evidence import snapshots, verify
from proctoring.models import Event, Session
session = Session.objects.get()
answer = {
    "events": [
        [event.risk_delta, len(snapshots.read(event.snapshot))] for event in Event.objects.filter(name="NO_FACE")
    ],
    "risk": session.risk_total,
    "connected": session.connected,
    "findings": [str(finding) for finding in verify.check(session)],
}
"""


@contextlib.contextmanager
def postgres() -> Any:
    try:
        with own_server() as server:
            yield server
    except NoPostgres as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))


async def until_kept(place: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not any('"NO_FACE"' in file.read_text() for file in place.rglob("*.json")):
        assert time.monotonic() < deadline, "Nothing was kept."
        await asyncio.sleep(0.1)


async def watched_while_it_goes(site: Site, server: Server, session_id: UUID, cookie: str) -> None:
    """The database goes first, then nobody is in the picture, and when that lies on the disk the server is killed."""

    async def nobody_in_view(client: CandidateClient) -> None:
        with contextlib.suppress(Refused):  # its end
            while True:
                await client.frame(clutter(), capture_ms=time.time() * 1000)
                await asyncio.sleep(0.1)

    async with CandidateClient(url=site.url, session_id=session_id, cookie=cookie) as client:
        server.kill()
        showing = asyncio.create_task(nobody_in_view(client))
        await until_kept(site.data_dir / "unsaved")
        assert site.process is not None
        os.killpg(site.process.pid, signal.SIGKILL)
        await showing
    site.stop()


def test_what_was_seen_without_a_database_outlives_the_server(tmp_path: Path) -> None:
    with postgres() as server:
        site = Site(tmp_path, models_dir=models_dir(), extra={"PROCTOR_DATABASE": server.url})
        copy_prepared(tmp_path)  # for its static files; its database is not looked at
        site.manage("migrate", "--verbosity", "0")
        session_id, cookie = site.ask(SEATED)
        with site:
            asyncio.run(watched_while_it_goes(site, server, UUID(session_id), cookie))
        server.start()
        with site:
            deadline = time.monotonic() + PATIENCE
            while not (found := site.ask(FOUND))["events"]:
                assert time.monotonic() < deadline, site.log_tail()
                time.sleep(0.2)
        [[points, picture]] = found["events"]
        assert points > 0
        assert (found["risk"], picture, found["connected"], found["findings"]) == (points, len(clutter()), False, [])
        assert list((tmp_path / "unsaved").iterdir()) == []
