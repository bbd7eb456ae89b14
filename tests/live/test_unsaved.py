"""What the database would not take: on the disk while it is away, and written by the next process."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import OperationalError
from pytest_django import Settings

from proctoring import services
from proctoring.evidence import snapshots, verify
from proctoring.live import recorder as recorders
from proctoring.live.database import read
from proctoring.live.recorder import Recorder
from proctoring.live.unsaved import KEPT_DAYS, Unsaved
from proctoring.models import Event, Session
from proctoring.services import Commit, Drafted
from tests import factories
from tests.live.test_database_away import nothing_is_written
from tests.live.waiting import until
from tests.services.drafts import draft

FOR_EVER = 10_000


def full_commit() -> Commit:
    """With something in each field."""
    return Commit(
        session_id=uuid4(),
        epoch=3,
        drafts=[Drafted(draft(), b"\xff\xd8 a picture", {"faces": [[0.1, 0.2]]}), Drafted(draft("LOOKING_AWAY"))],
        samples=[(1_767_788_935_191, 5)],
        engine_state={"version": 1, "runs": {"NO_FACE": [1.5, None]}},
        risk_temporary=2,
        risk_permanent=3,
        risk_total=5,
        counters={"analysed": 4},
        detectors_off={"phone": "no file"},
        last_frame_at=datetime(2026, 1, 7, 12, 0, 0, 5000, tzinfo=timezone.utc),
        last_sequence=9,
        applied_signal_ids=[uuid4()],
        connected=True,
        camera={"label": "a camera"},
        takes_up=("an earlier one",),
    )


def left_in(place: Path) -> list[Commit]:
    with Unsaved(place).left_behind() as left:
        return [one.commit for one in left]


def test_it_comes_back_whole_to_be_tried_again_by_nobody_who_is_connected(tmp_path: Path) -> None:
    commit, unsaved = full_commit(), Unsaved(tmp_path)
    unsaved.keep(commit)
    unsaved.close()
    assert left_in(tmp_path) == [replace(commit, again=True, connected=False)]


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    unsaved = Unsaved(tmp_path / "unsaved")
    unsaved.keep(full_commit())
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "unsaved").iterdir()} == {0}
    unsaved.close()


def test_what_a_later_commit_holds_as_well_goes(tmp_path: Path) -> None:
    first, unsaved = full_commit(), Unsaved(tmp_path)
    unsaved.keep(first)
    second = replace(first, key="second", takes_up=(first.key,))
    unsaved.keep(second)
    unsaved.keep(second)
    unsaved.close()
    assert [one.key for one in left_in(tmp_path)] == ["second"]


def test_a_picture_is_written_once_and_stays_as_long_as_one_commit_needs_it(tmp_path: Path) -> None:
    first, unsaved = full_commit(), Unsaved(tmp_path)
    second = replace(full_commit(), drafts=[*first.drafts, Drafted(draft(), b"another picture")])
    unsaved.keep(first)
    unsaved.keep(second)
    assert len(list(tmp_path.rglob("*.jpg"))) == 2
    unsaved.written(first)
    assert len(list(tmp_path.rglob("*.jpg"))) == 2
    unsaved.written(second)
    assert list(tmp_path.rglob("*.jpg")) == []
    unsaved.close()


def test_what_is_written_leaves_nothing(tmp_path: Path) -> None:
    first, other, unsaved = full_commit(), full_commit(), Unsaved(tmp_path)
    unsaved.keep(first)
    unsaved.keep(other)
    unsaved.written(replace(first, key="one that took it up", takes_up=(first.key,)))
    unsaved.written(other)
    unsaved.close()
    assert list(tmp_path.iterdir()) == []


def test_of_two_that_a_kill_left_the_one_that_holds_both_counts(tmp_path: Path) -> None:
    first, unsaved = full_commit(), Unsaved(tmp_path)
    unsaved.keep(replace(first, takes_up=()))
    unsaved.keep(replace(first, key="second", takes_up=()))
    [second] = [file for file in tmp_path.rglob("*.json") if json.loads(file.read_text())["key"] == "second"]
    second.write_text(json.dumps(json.loads(second.read_text()) | {"takes_up": [first.key]}))
    unsaved.close()
    assert [one.key for one in left_in(tmp_path)] == ["second"]


def test_what_a_living_process_keeps_is_its_own_until_it_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from uuid import UUID\n"
        "from proctoring.live.unsaved import KEPT_DAYS, Unsaved; from proctoring.services import Commit\n"
        "unsaved = Unsaved(Path(sys.argv[1]))\n"
        "unsaved.keep(Commit(session_id=UUID(int=1), epoch=1)); print('kept', flush=True)\n"
        "time.sleep(600)"
    )
    script = "import django; django.setup()\n" + code
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], env=os.environ.copy(), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "kept\n"
            assert left_in(tmp_path) == []
        finally:
            process.kill()
    assert [one.session_id.int for one in left_in(tmp_path)] == [1]


@pytest.mark.parametrize(
    "spoil", [lambda text: text[:40], lambda text: text.replace('"version": 1,', '"version": 2,', 1)]
)
def test_a_file_that_cannot_be_read_stays_and_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, spoil: Callable[[str], str]
) -> None:
    unsaved = Unsaved(tmp_path)
    for _ in range(2):
        unsaved.keep(full_commit())
    unsaved.close()
    file = min(tmp_path.rglob("*.json"))
    file.write_text(spoil(file.read_text()))
    with Unsaved(tmp_path).left_behind() as left:
        [good] = left
        good.written()
    assert list(tmp_path.rglob("*.json")) == [file]
    assert str(file) in caplog.text


def test_what_nobody_has_dealt_with_for_a_week_goes(tmp_path: Path) -> None:
    unsaved = Unsaved(tmp_path)
    unsaved.keep(full_commit())
    unsaved.close()
    [file] = tmp_path.rglob("*.json")
    file.write_text("{}")
    assert left_in(tmp_path) == []
    assert file.exists()
    os.utime(file, (0, time.time() - (KEPT_DAYS * 24 + 1) * 3600))
    assert left_in(tmp_path) == []
    assert list(tmp_path.glob("[!.]*")) == []


def test_a_disk_that_is_full_gets_no_fuller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    unsaved = Unsaved(tmp_path)
    unsaved.keep(full_commit())
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        unsaved.keep(replace(full_commit(), drafts=[Drafted(draft(), b"another picture")]))
    assert sorted(tmp_path.rglob("*")) == before
    unsaved.close()


@pytest.fixture
def session(transactional_db: None) -> Session:
    return factories.session(connection_epoch=1, connected=True, kind=Session.Kind.EXAM)


async def unwritten(place: Path, wanted: Commit) -> None:
    """By a process that ends while the database is away."""
    recorder = Recorder(place)
    with nothing_is_written(FOR_EVER):
        with pytest.raises(OperationalError):
            await recorder.commit(wanted)
        await asyncio.to_thread(recorder.close)


async def begin_anew(place: Path) -> None:
    recorder = Recorder(place)
    recorder.begin()
    await asyncio.to_thread(recorder.close)


async def test_what_a_process_took_along_is_written_by_the_next(
    session: Session, tmp_path: Path, settings: Settings
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    jpeg = factories.jpeg()
    wanted = Commit(
        session_id=session.pk,
        epoch=1,
        drafts=[Drafted(draft(), jpeg)],
        engine_state={"version": 1},
        risk_permanent=5,
        risk_total=5,
        counters={"analysed": 3},
    )
    await unwritten(tmp_path / "unsaved", wanted)
    await begin_anew(tmp_path / "unsaved")

    def found() -> None:
        event = Event.objects.get()
        assert (event.risk_delta, snapshots.read(event.snapshot)) == (5, jpeg)
        session.refresh_from_db()
        assert (session.risk_total, session.engine_state, session.connected) == (5, {"version": 1}, False)
        assert session.counters == {"analysed": 3}
        assert list(verify.check(session)) == []

    await read(found)
    assert list((tmp_path / "unsaved").glob("[!.]*")) == []


async def test_while_the_database_is_away_it_stays_for_the_next_try(session: Session, tmp_path: Path) -> None:
    wanted = Commit(session_id=session.pk, epoch=1, drafts=[Drafted(draft())])
    await unwritten(tmp_path, wanted)
    with nothing_is_written(FOR_EVER):
        await begin_anew(tmp_path)
    assert len(list(tmp_path.rglob("*.json"))) == 1
    await begin_anew(tmp_path)
    assert await read(Event.objects.count) == 1
    assert list(tmp_path.glob("[!.]*")) == []


async def test_it_is_written_before_its_session_is_opened_anew(session: Session, tmp_path: Path) -> None:
    """So that the new connection goes on from there."""
    await unwritten(tmp_path, Commit(session_id=session.pk, epoch=1, risk_total=7))
    recorder = Recorder(tmp_path)

    def risk() -> int:
        return Session.objects.get(pk=session.pk).risk_total

    assert await recorder.call(risk) == 7
    await asyncio.to_thread(recorder.close)


async def test_one_that_no_database_takes_keeps_nobody_from_being_written(
    session: Session, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bad = Commit(session_id=session.pk, epoch=1, drafts=[Drafted(draft(face_count=-1))])
    good = Commit(session_id=session.pk, epoch=1, drafts=[Drafted(draft("LOOKING_AWAY"))])
    unsaved = Unsaved(tmp_path)
    unsaved.keep(bad)
    unsaved.keep(good)
    unsaved.close()
    await begin_anew(tmp_path)
    assert [event.name async for event in Event.objects.all()] == ["LOOKING_AWAY"]
    [file] = tmp_path.rglob("*.json")
    assert str(file) in caplog.text


async def test_whatever_else_lies_there_keeps_nobody_from_being_written(session: Session, tmp_path: Path) -> None:
    await unwritten(tmp_path, Commit(session_id=session.pk, epoch=1, risk_total=7))
    (tmp_path / "notes.txt").touch()
    (tmp_path / "folder").mkdir()
    [folder] = (path.parent for path in tmp_path.rglob("*.json"))
    (folder / "00000000.json").mkdir()
    recorder = Recorder(tmp_path)
    for _ in range(2):
        session_now = await recorder.call(partial(Session.objects.get, pk=session.pk))
        assert session_now.risk_total == 7
    await asyncio.to_thread(recorder.close)


async def test_evidence_that_only_waited_on_the_disk_is_written_after_another_connection_has_come(
    session: Session, tmp_path: Path
) -> None:
    recorder = Recorder(tmp_path)
    waited = Commit(session_id=session.pk, epoch=1, drafts=[Drafted(draft("PHONE_DETECTED", at_ms=1))])
    with nothing_is_written(1):  # the first of them; the next comes while it waits for the database
        first = recorder.commit(Commit(session_id=session.pk, epoch=1, drafts=[Drafted(draft(at_ms=2))]))
        opening = recorder.call(partial(Session.objects.filter(pk=session.pk).update, connection_epoch=2))
        second = recorder.commit(waited)
        await first
        await opening
        with pytest.raises(services.StaleConnection):
            await second
    assert {event.name async for event in Event.objects.all()} == {"NO_FACE", "PHONE_DETECTED"}
    await asyncio.to_thread(recorder.close)
    assert list(tmp_path.glob("[!.]*")) == []


async def test_of_who_has_left_meanwhile_all_is_written_without_being_asked_for(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "LINGER_SECONDS", 0.01)
    recorder = Recorder(tmp_path)
    tries = 3  # together, together again, and alone
    with nothing_is_written(tries) as written:
        writing = recorder.commit(Commit(session_id=session.pk, epoch=1, drafts=[Drafted(draft())], connected=False))
        writing.cancel()  # as a server does with a connection that takes too long to end
        await until(lambda: bool(written))
    await asyncio.to_thread(recorder.close)
    await read(partial(session.refresh_from_db, fields=["connected"]))
    assert (await read(Event.objects.count), session.connected) == (1, False)
    assert list(tmp_path.glob("[!.]*")) == []


async def test_what_comes_while_the_recorder_waits_for_the_database_is_kept_too(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "PATIENCE_SECONDS", 60.0)
    monkeypatch.setattr(recorders, "TRY_AGAIN_SECONDS", 0.01)
    recorder = Recorder(tmp_path)

    def away(*_: object) -> None:
        raise OperationalError("the server is away")

    kept = partial(lambda: len(list(tmp_path.rglob("*.json"))))
    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.ensure_connection", away)
    with nothing_is_written(1):
        tries = [
            recorder.commit(Commit(session_id=session.pk, epoch=1, drafts=[Drafted(draft(at_ms=number + 1))]))
            for number in range(3)
        ]
        while kept() < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        monkeypatch.undo()
        assert [len(events) for events in await asyncio.gather(*tries)] == [1, 1, 1]
    assert kept() == 0
    await asyncio.to_thread(recorder.close)
