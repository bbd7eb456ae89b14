"""PostgreSQL goes, and then who was watched without it: the candidate, or the server. What was seen is written."""

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
LONGER_THAN_A_SERVER_WAITS = 12.0  # by itself for what a connection that has ended still has to do
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
no_face = replace(DEFAULT_RULES["NO_FACE"], hold_seconds=0.2, cooldown_seconds=0.2)
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


async def nobody_in_view(client: CandidateClient) -> None:
    with contextlib.suppress(Refused):  # its end
        while True:
            await client.frame(clutter(), capture_ms=time.time() * 1000)
            await asyncio.sleep(0.1)


async def until_kept(place: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not any('"NO_FACE"' in file.read_text() for file in place.rglob("*.json")):
        assert time.monotonic() < deadline, "Nothing was kept."
        await asyncio.sleep(0.1)


async def watched_without_a_database(site: Site, server: Server, session_id: str, cookie: str) -> None:
    """Until what was seen lies on the disk; then the candidate leaves."""
    async with CandidateClient(url=site.url, session_id=UUID(session_id), cookie=cookie) as client:
        server.kill()
        showing = asyncio.create_task(nobody_in_view(client))
        await until_kept(site.data_dir / "unsaved")
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)


def all_written(site: Site, *, more_than: int) -> int:
    """How many events there are once nothing waits any more."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = site.ask(FOUND)
        if len(found["events"]) > more_than and not list((site.data_dir / "unsaved").glob("[!.]*/*.json")):
            break
        assert time.monotonic() < deadline, site.log_tail()
        time.sleep(0.2)
    assert {(points > 0, picture) for points, picture in found["events"]} == {(True, len(clutter()))}
    assert (found["connected"], found["findings"]) == (False, [])
    return len(found["events"])


def test_what_was_seen_without_a_database_outlives_the_connection_and_the_server(tmp_path: Path) -> None:
    with postgres() as server:
        extra = {"PROCTOR_DATABASE": server.url, "PROCTOR_WORKERS": "1"}
        site = Site(tmp_path, models_dir=models_dir(), extra=extra)
        copy_prepared(tmp_path)  # for its static files; its database is not looked at
        site.manage("migrate", "--verbosity", "0")
        session_id, cookie = site.ask(SEATED)
        with site:
            asyncio.run(watched_without_a_database(site, server, session_id, cookie))
            time.sleep(LONGER_THAN_A_SERVER_WAITS)
            server.start()
            written = all_written(site, more_than=0)

            asyncio.run(watched_without_a_database(site, server, session_id, cookie))
            assert site.process is not None
            os.killpg(site.process.pid, signal.SIGKILL)
        server.start()
        with site:
            all_written(site, more_than=written)
