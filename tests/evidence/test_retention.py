from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.timezone import now as timezone_now
from pytest_django import Settings

from exams.models import Answer, Attempt, Exam
from proctoring import services
from proctoring.evidence import retention, snapshots, verify
from proctoring.evidence.retention import Purged
from proctoring.models import BrowserSignal, Event, Export, PolicyPreset, PurgeRecord, RiskSample, Session, Statement
from proctoring.services import Commit, Drafted
from tests import factories
from tests.services.drafts import draft, technical

pytestmark = pytest.mark.django_db

END = datetime(2026, 1, 7, 12, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def own_media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def days(number: float) -> datetime:
    return END + timedelta(days=number)


@pytest.fixture
def exam() -> Exam:
    exam = factories.exam()
    factories.policy(exam, keep_pictures_days=10, keep_events_days=20, keep_answers_days=30)
    return exam


def recorded(exam: Exam, **fields: Any) -> Session:
    """An ended session with two events, one of them with a picture, a signal and an answer."""
    session = factories.ended_session(
        exam, at=END, calibration={"a": 1}, engine_state={"b": 2}, camera={"c": 3}, **fields
    )
    drafts = [Drafted(draft(at_ms=1), factories.jpeg()), Drafted(technical(at_ms=2))]
    services.commit(Commit(session_id=session.pk, epoch=0, drafts=drafts, samples=[(1, 5)], risk_total=5))
    BrowserSignal.objects.create(
        session=session, client_id=uuid.uuid4(), kind="copy", client_unix_ms=1, unix_ms=1, applied=True
    )
    assert session.attempt is not None
    Answer.objects.create(
        attempt=session.attempt,
        question=factories.questions(exam)[0],
        revision=1,
        client_id=uuid.uuid4(),
        value={"choice": 1},
        saved_at=END,
    )
    session.refresh_from_db()
    return session


def test_each_kind_goes_when_its_own_days_are_over(exam: Exam) -> None:
    recorded(exam)
    assert retention.purge(days(9.99)) == Purged()
    assert retention.purge(days(10)) == Purged(pictures=1)
    assert retention.purge(days(20)) == Purged(events=2)
    assert retention.purge(days(30)) == Purged(answers=1)
    assert retention.purge(days(400)) == Purged()


def test_zero_days_do_not_empty_a_session_that_runs() -> None:
    exam = factories.exam()
    factories.policy(exam, keep_pictures_days=0, keep_events_days=0, keep_answers_days=0)
    session = factories.session(exam, last_frame_at=END, created_at=END)
    services.commit(Commit(session_id=session.pk, epoch=0, drafts=[Drafted(draft(at_ms=1), factories.jpeg())]))
    assert retention.purge(days(0.5)) == Purged()


def test_a_number_beyond_all_time_does_not_keep_other_exams_from_being_purged(exam: Exam) -> None:
    factories.policy(factories.exam(), keep_pictures_days=2**31 - 1, keep_events_days=2**31 - 1)
    recorded(exam)
    assert retention.purge(days(10)) == Purged(pictures=1)


def test_an_exam_without_a_policy_keeps_the_default_days() -> None:
    recorded(factories.exam())
    assert retention.purge(days(29.99)) == Purged()
    assert retention.purge(days(30)) == Purged(pictures=1)
    assert retention.purge(days(180)) == Purged(events=2)
    assert retention.purge(days(365)) == Purged(answers=1)


def test_an_exam_without_a_policy_keeps_as_long_as_its_institution_s_standard() -> None:
    exam = factories.exam()
    services.ensure_presets(exam.institution)
    PolicyPreset.objects.filter(slug="standard").update(keep_pictures_days=3)
    recorded(exam)
    assert retention.purge(days(2.99)) == Purged()
    assert retention.purge(days(3)) == Purged(pictures=1)


def test_a_policy_that_is_changed_later_lengthens_nothing_that_was_promised(exam: Exam) -> None:
    recorded(exam, keep_pictures_days=5, keep_events_days=200, keep_answers_days=6)
    assert retention.purge(days(5)) == Purged(pictures=1)
    assert retention.purge(days(6)) == Purged(answers=1)
    assert retention.purge(days(20)) == Purged(events=2)


def test_pictures_leave_their_hashes_and_a_record(exam: Exam) -> None:
    session = recorded(exam)
    name = Event.objects.get(sequence=1).snapshot
    retention.purge(days(10))
    event = Event.objects.get(sequence=1)
    assert event.snapshot_deleted_at == days(10)
    assert (event.snapshot, len(event.snapshot_sha256)) == (name, 64)
    assert not default_storage.exists(name)
    record = PurgeRecord.objects.get()
    assert (record.what, record.count, record.exam, record.at) == ("pictures", 1, exam, days(10))
    assert (record.session_id_text, record.chain_head) == (str(session.pk), session.chain_head)
    assert list(verify.check(session)) == []


def test_the_event_log_takes_everything_measured_with_it(exam: Exam) -> None:
    session = recorded(exam)
    retention.purge(days(20))
    session.refresh_from_db()
    for model in (Event, RiskSample, BrowserSignal):
        assert not model._default_manager.exists()
    assert (session.calibration, session.engine_state, session.camera) == (None, None, None)
    assert (session.event_count, session.risk_total) == (2, 5), "the row stays, with its counts"
    assert list(verify.check(session)) == []


def test_what_the_candidate_wrote_goes_with_the_log_and_is_counted_with_it(exam: Exam) -> None:
    session = recorded(exam)
    assert session.attempt_id is not None
    Session.objects.filter(pk=session.pk).update(ended_at=timezone_now())
    services.give_statement(session.candidate, session.attempt_id, "My dog barked.", client_id=uuid.uuid4())
    Session.objects.filter(pk=session.pk).update(ended_at=END)
    assert retention.purge(days(19.99)) == Purged(pictures=1)
    assert Statement.objects.exists()
    assert retention.purge(days(20)) == Purged(events=3)
    assert not Statement.objects.exists()
    assert not Event.objects.exists()
    session.refresh_from_db()
    record = PurgeRecord.objects.get(what="events")
    assert (record.count, record.chain_head, session.event_count) == (3, session.chain_head, 3)
    assert list(verify.check(session)) == []


def test_a_session_that_never_ended_counts_from_its_last_sign_of_life(exam: Exam) -> None:
    session = recorded(exam)
    Session.objects.update(state="live", ended_at=None, last_frame_at=END - timedelta(days=1))
    assert retention.purge(days(8.99)) == Purged()
    assert retention.purge(days(9)).pictures == 1
    Session.objects.filter(pk=session.pk).update(last_frame_at=None, created_at=END - timedelta(days=2))
    assert retention.purge(days(18)).events == 2


def test_an_attempt_knows_that_its_answers_were_deleted(exam: Exam) -> None:
    session = recorded(exam)
    retention.purge(days(30))
    assert session.attempt is not None
    session.attempt.refresh_from_db()
    assert session.attempt.answers_deleted_at == days(30)


def test_answers_of_an_attempt_handed_in_by_the_server_late_count_from_its_deadline(exam: Exam) -> None:
    recorded(exam)
    Attempt.objects.update(submitted_at=days(5), deadline=END)
    assert retention.purge(days(30)).answers == 1


def test_answers_of_an_attempt_never_handed_in_count_from_its_deadline(exam: Exam) -> None:
    recorded(exam)
    Attempt.objects.update(submitted_at=None, state="running", deadline=END)
    assert retention.purge(days(29.99)).answers == 0
    assert retention.purge(days(30)).answers == 1


def test_a_purge_that_was_interrupted_after_the_file_goes_on(exam: Exam) -> None:
    session = recorded(exam)
    snapshots.delete(Event.objects.get(sequence=1).snapshot)
    assert retention.purge(days(10)) == Purged(pictures=1)
    assert list(verify.check(session)) == []


def test_one_that_fails_is_logged_and_does_not_stop_the_others(exam: Exam, caplog: pytest.LogCaptureFixture) -> None:
    broken, fine = recorded(exam), recorded(exam)
    event = Event.objects.get(session=broken, sequence=1)
    snapshots.delete(event.snapshot)
    default_storage.save(f"{event.snapshot}/in-the-way", ContentFile(b""))  # a folder cannot be deleted like a file
    assert retention.purge(days(10)) == Purged(pictures=1, failed=1)
    assert Event.objects.get(session=fine, sequence=1).snapshot_deleted_at is not None
    assert Event.objects.get(session=broken, sequence=1).snapshot_deleted_at is None
    assert str(broken.pk) in caplog.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("fields", "gone"),
    [
        ({"created_at": days(-1)}, True),
        ({"created_at": days(-0.99)}, False),
        ({"created_at": days(-0.1), "state": "ended", "ended_at": days(-0.1)}, True),
    ],
)
def test_practice_runs_are_gone_after_a_day(fields: dict[str, Any], gone: bool) -> None:
    practice = factories.session(**fields)
    services.commit(
        Commit(session_id=practice.pk, epoch=0, drafts=[Drafted(draft(at_ms=round(days(-1).timestamp() * 1000)))])
    )
    assert retention.purge(END).practice == int(gone)
    assert Session.objects.exists() is not gone
    assert PurgeRecord.objects.filter(what="practice").count() == int(gone)


def test_exports_are_deleted_after_a_day_and_stuck_ones_say_so(exam: Exam) -> None:
    name = default_storage.save("exports/old.csv", ContentFile(b"x"))
    fields = {"exam": exam, "requested_by": factories.user(), "format": "csv"}
    Export.objects.create(created_at=days(-1), state="ready", file=name, **fields)
    stuck = Export.objects.create(created_at=days(-0.5), touched_at=days(-0.5), state="running", **fields)
    assert retention.purge(END) == Purged(exports=1)
    assert not default_storage.exists(name)
    stuck.refresh_from_db()
    assert (Export.objects.get(), stuck.state) == (stuck, "failed")


@pytest.mark.parametrize("what", [retention.purge_pictures, retention.purge_events])
def test_purging_twice_records_once(exam: Exam, what: Callable[[uuid.UUID, datetime], int]) -> None:
    session = recorded(exam)
    assert what(session.pk, days(1)) > 0
    records = PurgeRecord.objects.count()
    assert what(session.pk, days(2)) == 0
    assert PurgeRecord.objects.count() == records
