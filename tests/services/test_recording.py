from __future__ import annotations

import hashlib
import threading
import uuid
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, connections, transaction
from pytest_django import DjangoAssertNumQueries, Settings

from proctoring import services
from proctoring.evidence import snapshots, verify
from proctoring.models import BrowserSignal, Event, RiskSample, Session
from proctoring.services import Commit, Drafted
from tests import factories
from tests.services.drafts import draft, technical

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def files(session: Session) -> list[str]:
    folder = snapshots.folder(session.pk)
    return sorted(default_storage.listdir(folder)[1]) if default_storage.exists(folder) else []


def test_events_are_numbered_and_linked_from_the_first_on() -> None:
    session = factories.session()
    events = services.commit(Commit(session_id=session.pk, epoch=0, drafts=[Drafted(draft()), Drafted(technical())]))
    events += services.commit(Commit(session_id=session.pk, epoch=0, drafts=[Drafted(draft("LOOKING_AWAY"))]))
    session.refresh_from_db()
    assert [event.sequence for event in events] == [1, 2, 3]
    assert [event.previous_hash for event in events] == ["", events[0].hash, events[1].hash]
    assert (session.event_count, session.chain_head) == (3, events[2].hash)
    assert list(verify.check(session)) == []


def test_the_picture_is_the_very_jpeg_under_event_and_milliseconds() -> None:
    session, jpeg = factories.session(), factories.jpeg()
    [event] = services.commit(
        Commit(session_id=session.pk, epoch=0, drafts=[Drafted(draft("LOOKING_AWAY"), jpeg, {"faces": []})])
    )
    assert event.snapshot == f"snapshots/{session.pk}/LOOKING_AWAY_1767788935191.jpg"
    assert snapshots.read(event.snapshot) == jpeg
    assert event.snapshot_sha256 == hashlib.sha256(jpeg).hexdigest()
    assert event.detail["boxes"] == {"faces": []}


def test_two_events_of_one_millisecond_keep_both_pictures() -> None:
    session = factories.session()
    drafts = [Drafted(draft(), factories.jpeg(shade=shade)) for shade in (10, 200)]
    events = services.commit(Commit(session_id=session.pk, epoch=0, drafts=drafts))
    assert len({event.snapshot for event in events}) == len(files(session)) == 2
    assert list(verify.check(Session.objects.get())) == []


def test_no_picture_is_kept_of_what_does_not_raise_the_risk() -> None:
    session = factories.session()
    [event] = services.commit(Commit(session_id=session.pk, epoch=0, drafts=[Drafted(technical(), factories.jpeg())]))
    assert event.snapshot == ""
    assert files(session) == []


def test_counters_add_up_and_the_rest_replaces() -> None:
    session = factories.session()
    seen = datetime(2026, 1, 7, 12, tzinfo=timezone.utc)
    for total in (5, 11):
        services.commit(
            Commit(
                session_id=session.pk,
                epoch=0,
                counters={"analysed": 2, "dropped": 1},
                engine_state={"version": total},
                risk_total=total,
                last_frame_at=seen,
                last_sequence=total,
                samples=[(total, total)],
                detectors_off={"phone": "no file"},
            )
        )
    session.refresh_from_db()
    assert session.counters == {"analysed": 4, "dropped": 2, "last_sequence": 11}
    assert (session.risk_total, session.engine_state, session.last_frame_at) == (11, {"version": 11}, seen)
    assert session.detectors_off == {"phone": "no file"}
    assert list(session.risk_samples.values_list("unix_ms", "risk")) == [(5, 5), (11, 11)]


def test_applied_signals_are_marked() -> None:
    session = factories.session()
    ids = [uuid.uuid4(), uuid.uuid4()]
    for client_id in ids:
        BrowserSignal.objects.create(session=session, client_id=client_id, kind="hidden", client_unix_ms=1, unix_ms=1)
    services.commit(Commit(session_id=session.pk, epoch=0, applied_signal_ids=ids[:1]))
    assert BrowserSignal.objects.get(applied=True).client_id == ids[0]


def test_an_older_connection_can_no_longer_write() -> None:
    session = factories.session(connection_epoch=2)
    with pytest.raises(services.StaleConnection):
        services.commit(Commit(session_id=session.pk, epoch=1, drafts=[Drafted(draft(), factories.jpeg())]))
    assert not Event.objects.exists()
    assert files(session) == []


def test_a_session_that_is_gone_cannot_be_written() -> None:
    with pytest.raises(services.StaleConnection):
        services.commit(Commit(session_id=uuid.uuid4(), epoch=0))


def test_after_the_end_only_what_came_before_it_is_written() -> None:
    end = datetime.fromtimestamp(1_767_788_936, timezone.utc)
    session = factories.session(state=Session.State.ENDED, ended_at=end)
    end_ms = round(end.timestamp() * 1000)
    services.commit(
        Commit(
            session_id=session.pk,
            epoch=0,
            drafts=[Drafted(draft(at_ms=end_ms)), Drafted(draft(at_ms=end_ms + 1))],
            samples=[(end_ms, 5), (end_ms + 1, 10)],
            risk_total=10,
            connected=True,
        )
    )
    session.refresh_from_db()
    assert Event.objects.get().unix_ms == end_ms
    assert (session.risk_total, session.connected) == (5, False)


@pytest.mark.django_db(transaction=True)
def test_a_failed_transaction_takes_its_pictures_with_it() -> None:
    session = factories.session()
    bad = draft(risk_delta=7, face_count=-1)  # refused by the database
    with pytest.raises(Exception, match="constraint"):
        services.commit(
            Commit(
                session_id=session.pk,
                epoch=0,
                drafts=[Drafted(draft(), factories.jpeg()), Drafted(bad, factories.jpeg())],
            )
        )
    session.refresh_from_db()
    assert (Event.objects.count(), session.event_count, files(session)) == (0, 0, [])


@pytest.mark.django_db(transaction=True)
def test_one_bad_commit_costs_the_others_nothing() -> None:
    good, bad, stale = factories.session(), factories.session(), factories.session(connection_epoch=3)
    outcomes = services.commit_many(
        [
            Commit(session_id=good.pk, epoch=0, drafts=[Drafted(draft(), factories.jpeg())]),
            Commit(session_id=bad.pk, epoch=0, drafts=[Drafted(draft(face_count=-1), factories.jpeg())]),
            Commit(session_id=stale.pk, epoch=0, drafts=[Drafted(draft())]),
            Commit(session_id=good.pk, epoch=0, drafts=[Drafted(technical())]),
        ]
    )
    first, failed, refused, second = outcomes
    assert isinstance(failed, Exception)
    assert isinstance(refused, services.StaleConnection)
    assert isinstance(first, list) and isinstance(second, list)
    assert [event.sequence for event in first + second] == [1, 2]
    good.refresh_from_db()
    assert list(verify.check(good)) == []
    assert (len(files(good)), files(bad)) == (1, [])


def test_several_sessions_are_written_in_one_transaction(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    sessions = [factories.session() for _ in range(5)]
    wanted = [
        Commit(session_id=session.pk, epoch=0, drafts=[Drafted(draft())], samples=[(1, 5)], risk_total=5)
        for session in sessions
    ]
    # One to read them all, one to save each, one each for events and samples, and two savepoints.
    with django_assert_max_num_queries(len(sessions) + 5):
        services.commit_many(wanted)
    assert Event.objects.count() == RiskSample.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_two_threads_writing_one_session_keep_the_chain() -> None:
    session = factories.session()
    failures: list[BaseException] = []

    def write(name: str) -> None:
        try:
            for number in range(15):
                wanted = draft(name, at_ms=1_767_788_935_000 + number)
                services.commit(Commit(session_id=session.pk, epoch=0, drafts=[Drafted(wanted, factories.jpeg())]))
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(name,)) for name in ("NO_FACE", "LOOKING_AWAY")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.refresh_from_db()
    assert failures == []
    assert session.event_count == 30
    assert list(verify.check(session)) == []


def test_what_no_database_keeps_alike_is_made_plain_before_it_is_hashed() -> None:
    session = factories.session()
    odd = {"nan": float("nan"), "tuple": (1, 2), "minus": -0.0, "tiny": 1e-9, 3: "key", "text": "a\0b"}
    services.commit(Commit(session_id=session.pk, epoch=0, drafts=[Drafted(draft(detail=odd))]))
    event = Event.objects.get()
    assert event.detail == {"nan": None, "tuple": [1, 2], "minus": 0.0, "tiny": 0.0, "3": "key", "text": "a\ufffdb"}
    assert list(verify.check(Session.objects.get())) == []


def test_a_picture_left_by_a_process_that_died_is_swept() -> None:
    session = factories.session()
    services.commit(Commit(session_id=session.pk, epoch=0, drafts=[Drafted(draft(), factories.jpeg())]))
    with snapshots.written_with_rows() as pictures:
        pictures.save(session.pk, event="NO_FACE", unix_ms=1, jpeg=b"orphan")
    now = datetime.now(timezone.utc)
    assert snapshots.sweep_orphans(now) == 0, "it may belong to a transaction that still runs"
    assert snapshots.sweep_orphans(now + timedelta(hours=2)) == 1
    assert files(session) == ["NO_FACE_1767788935191.jpg"]


def test_pictures_go_when_the_code_around_the_transaction_fails() -> None:
    session = factories.session()
    with pytest.raises(RuntimeError), snapshots.written_with_rows() as pictures, transaction.atomic():
        pictures.save(session.pk, event="NO_FACE", unix_ms=1, jpeg=b"x")
        raise RuntimeError
    assert files(session) == []


def test_what_is_tried_again_is_written_once_and_what_came_since_is_added() -> None:
    session, jpeg = factories.session(), factories.jpeg()
    first = Commit(session_id=session.pk, epoch=0, drafts=[Drafted(draft(), jpeg)], samples=[(1_700_000_000_000, 5)])
    [there] = services.commit(first)
    more = replace(
        first,
        again=True,
        drafts=[*first.drafts, Drafted(technical())],
        samples=[*first.samples, (1_700_000_001_000, 7)],
    )
    events = services.commit(more)
    assert [event.pk for event in events][:1] == [there.pk]
    assert [event.sequence for event in events] == [1, 2]
    assert list(session.risk_samples.values_list("risk", flat=True)) == [5, 7]
    assert len(files(session)) == 1
    assert list(verify.check(session)) == []


def test_a_picture_stays_when_the_database_goes_away_since_its_row_may_be_written() -> None:
    session, jpeg = factories.session(), factories.jpeg()
    with pytest.raises(OperationalError), snapshots.written_with_rows() as pictures:
        pictures.save(session.pk, event="LOOKING_AWAY", unix_ms=1, jpeg=jpeg)
        raise OperationalError("server closed the connection unexpectedly")
    assert files(session) == ["LOOKING_AWAY_1.jpg"]
