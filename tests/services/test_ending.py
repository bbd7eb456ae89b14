from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.utils.timezone import now as utc_now

from exams.errors import AttemptNotStarted
from exams.models import Attempt, Exam, User
from proctoring import consent, services
from proctoring.evidence import snapshots, verify
from proctoring.models import BrowserSignal, Event, ProctorAction, PurgeRecord, Session
from proctoring.services import Commit, Drafted
from tests import factories
from tests.factories import People
from tests.services.drafts import draft

pytestmark = pytest.mark.django_db

STOP = ProctorAction.Action.STOP_WATCHING
END = ProctorAction.Action.END_ATTEMPT


@pytest.fixture
def people() -> People:
    return factories.people()


@pytest.fixture
def session(people: People) -> Session:
    exam = factories.exam(people.institution, candidates=(people.candidate,))
    return factories.session(exam, people.candidate, consent=factories.consent(people.candidate, exam))


def told(session: Session, do: Any) -> dict[str, Any]:
    """What the candidate's page hears while ``do`` runs."""

    async def listen() -> str:
        layer = get_channel_layer()
        assert layer is not None
        channel: str = await layer.new_channel()
        await layer.group_add(services.candidate_group(session.pk), channel)
        return channel

    async def hear(channel: str) -> dict[str, Any]:
        layer = get_channel_layer()
        assert layer is not None
        message: dict[str, Any] = await layer.receive(channel)
        return message

    channel = async_to_sync(listen)()
    do()
    return async_to_sync(hear)(channel)


@pytest.mark.django_db(transaction=True)
def test_the_candidates_finish_hands_in_and_tells_the_page(session: Session) -> None:
    message = told(session, lambda: services.end_session(session.pk, Session.EndedBy.CANDIDATE))
    session.refresh_from_db()
    assert (session.state, session.ended_by, session.connected) == ("ended", "candidate", False)
    assert Attempt.objects.get().state == Attempt.State.SUBMITTED
    assert (message["type"], message["by"]) == ("session.ended", "candidate")


def test_ending_again_changes_nothing(session: Session) -> None:
    first = services.end_session(session.pk, Session.EndedBy.CANDIDATE)
    again = services.end_session(session.pk, Session.EndedBy.DEADLINE)
    assert (again.ended_at, again.ended_by) == (first.ended_at, "candidate")


def test_leaving_and_handing_in_from_elsewhere_leaves_no_gap_in_the_log(session: Session) -> None:
    left = utc_now() - timedelta(minutes=20)
    Session.objects.update(started_at=left - timedelta(minutes=1), last_frame_at=left, connected=False)
    services.end_session(session.pk, Session.EndedBy.CANDIDATE)
    event = Event.objects.get(name="CONNECTION_LOST")
    seconds = event.detail["seconds"]
    assert event.ledger == "technical"
    assert 1200 <= seconds < 1260  # what the machine took meanwhile is part of it
    assert f"for {seconds:.1f} seconds" in event.sentence
    assert list(verify.check(Session.objects.get())) == []


def test_handing_in_while_watched_is_no_gap(session: Session) -> None:
    Session.objects.update(last_frame_at=utc_now() - timedelta(seconds=5), connected=True)
    services.end_session(session.pk, Session.EndedBy.CANDIDATE)
    assert not Event.objects.filter(name="CONNECTION_LOST").exists()


def test_signals_still_waiting_are_taken_into_account_at_the_end(session: Session) -> None:
    at = round(utc_now().timestamp() * 1000)
    BrowserSignal.objects.create(
        session=session, client_id=uuid.uuid4(), kind="hidden", client_unix_ms=at, unix_ms=at + 1
    )
    Session.objects.update(connected=True)
    services.end_session(session.pk, Session.EndedBy.CANDIDATE, at=utc_now() + timedelta(seconds=1))
    assert Event.objects.get().name == "TAB_SWITCH"
    # The connection's last words, from an engine that never heard of the signal.
    services.commit(Commit(session_id=session.pk, epoch=0, risk_temporary=0, risk_permanent=0, risk_total=0))
    session.refresh_from_db()
    assert (session.risk_permanent, session.risk_total) == (5, 5)


def test_a_signal_counted_at_the_end_is_not_counted_again_by_what_is_written_late(session: Session) -> None:
    """The connection had an event that nobody could write yet, so to its engine the risk was another."""
    at, client_id = round(utc_now().timestamp() * 1000), uuid.uuid4()
    BrowserSignal.objects.create(session=session, client_id=client_id, kind="hidden", client_unix_ms=at, unix_ms=at + 1)
    Session.objects.update(connected=True)
    services.end_session(session.pk, Session.EndedBy.CANDIDATE, at=utc_now() + timedelta(seconds=1))
    counted = Event.objects.get()
    drafts = [
        draft(at_ms=at),
        draft(counted.name, at_ms=counted.unix_ms, sentence=counted.sentence, risk_total=10),
    ]
    services.commit(
        Commit(session_id=session.pk, epoch=0, drafts=[Drafted(one) for one in drafts], applied_signal_ids=[client_id])
    )
    assert list(Event.objects.values_list("name", flat=True).order_by("sequence")) == [counted.name, "NO_FACE"]
    assert list(verify.check(Session.objects.get())) == []


@pytest.mark.django_db(transaction=True)
def test_a_practice_run_is_deleted_at_its_end_with_its_pictures() -> None:
    practice = factories.session()
    services.commit(Commit(session_id=practice.pk, epoch=0, drafts=[Drafted(draft(), factories.jpeg())]))
    name = Event.objects.get().snapshot
    services.end_session(practice.pk, Session.EndedBy.CANDIDATE)
    assert not Session.objects.exists()
    with pytest.raises(FileNotFoundError):
        snapshots.read(name)
    assert PurgeRecord.objects.get().what == PurgeRecord.What.PRACTICE


@pytest.mark.django_db(transaction=True)
def test_a_proctor_stops_watching_and_the_exam_goes_on(session: Session, people: People) -> None:
    message = told(
        session, lambda: services.stop_by_proctor(people.proctor, session.pk, STOP, "technical", "The camera froze.")
    )
    session.refresh_from_db()
    action = ProctorAction.objects.get()
    assert (action.user, action.reason, action.note) == (people.proctor, "technical", "The camera froze.")
    assert (session.state, session.ended_by) == ("ended", "proctor")
    assert Attempt.objects.get().state == Attempt.State.RUNNING
    assert message["by"] == "proctor" and "There was a technical problem." in message["message"]
    event = Event.objects.get()
    assert (event.name, event.ledger, event.risk_delta) == (services.STOPPED, "technical", 0)
    assert list(verify.check(session)) == []


def test_the_candidate_comes_back_to_an_exam_that_is_no_longer_watched(session: Session, people: People) -> None:
    services.stop_by_proctor(people.proctor, session.pk, STOP, "technical")
    assert services.begin_session(candidate=people.candidate, exam=session.exam, kind="exam") == session
    with pytest.raises(services.SessionEnded):
        services.open_connection(session.pk)
    services.end_session(session.pk, Session.EndedBy.CANDIDATE)
    assert Attempt.objects.get().state == Attempt.State.SUBMITTED


def test_a_proctor_ends_the_attempt_also_after_watching_was_stopped(session: Session, people: People) -> None:
    services.stop_by_proctor(people.proctor, session.pk, STOP, "technical")
    services.stop_by_proctor(people.colleague, session.pk, END, "rules")
    assert Attempt.objects.get().state == Attempt.State.SUBMITTED
    assert ProctorAction.objects.count() == Event.objects.count() == 2
    with pytest.raises(services.SessionEnded):
        services.stop_by_proctor(people.proctor, session.pk, END, "rules")


def test_stopped_during_the_check_the_exam_begins_unwatched(session: Session, people: People) -> None:
    Session.objects.update(state="checking", started_at=None)
    Attempt.objects.update(started_at=None)
    services.stop_by_proctor(people.proctor, session.pk, STOP, "technical")
    assert Attempt.objects.get().started_at is not None


@pytest.mark.parametrize(
    ("who", "allowed"),
    [("superuser", True), ("administrator", True), ("proctor", True), ("colleague", True), ("reviewer", False)],
)
def test_who_may_stop(session: Session, people: People, who: str, allowed: bool) -> None:
    user: User = getattr(people, who)
    if allowed:
        services.stop_by_proctor(user, session.pk, STOP, "emergency")
        return
    with pytest.raises(services.NotAllowed):
        services.stop_by_proctor(user, session.pk, STOP, "emergency")


@pytest.mark.parametrize(
    "who", ["author", "candidate", "other_candidate", "foreign_administrator", "foreign_proctor", "foreign_reviewer"]
)
def test_to_others_there_is_no_session(session: Session, people: People, who: str) -> None:
    with pytest.raises(Session.DoesNotExist):
        services.stop_by_proctor(getattr(people, who), session.pk, STOP, "emergency")


@pytest.mark.parametrize("reason", ProctorAction.Reason.values)
def test_each_reason_has_words_of_its_own_for_the_candidate(reason: str) -> None:
    """What staff choose from is in a proctor's words, and “see note” leads to a note that candidates do not see."""
    said = services.told_of_end(reason)
    assert said.startswith("A proctor has ended your exam. ")
    assert len(said.split(". ")) == 3
    assert ProctorAction.Reason(reason).label not in said
    assert not any(word in said for word in (" me ", "note", "Reason:"))


@pytest.mark.django_db(transaction=True)
def test_a_candidate_does_not_read_the_proctors_own_words(session: Session, people: People) -> None:
    message = told(session, lambda: services.stop_by_proctor(people.proctor, session.pk, END, "rules"))["message"]
    assert "The proctor judged that the exam’s rules were not kept." in message
    assert "from the evidence" not in message


@pytest.mark.parametrize(
    ("action", "reason", "note"), [(STOP, "bored", ""), ("delete", "technical", ""), (STOP, "other", "  ")]
)
def test_a_reason_from_the_list_is_required(
    session: Session, people: People, action: str, reason: str, note: str
) -> None:
    with pytest.raises(services.BadRequest):
        services.stop_by_proctor(people.proctor, session.pk, action, reason, note)
    assert not ProctorAction.objects.exists()


def test_withdrawing_consent_stops_watching_and_not_the_exam(session: Session, people: People) -> None:
    assert services.withdraw_consent(candidate=people.candidate, exam=session.exam) == 1
    session.refresh_from_db()
    assert (session.state, session.ended_by) == ("ended", "consent")
    assert Event.objects.get().name == services.WITHDRAWN
    assert Attempt.objects.get().state == Attempt.State.RUNNING
    services.end_session(session.pk, Session.EndedBy.CANDIDATE)
    session.refresh_from_db()
    assert (session.ended_by, Attempt.objects.get().state) == ("consent", Attempt.State.SUBMITTED)
    assert consent.consent_for(people.candidate, session.exam) is None


def test_consent_withdrawn_before_the_exam_began_may_be_given_again(session: Session, people: People) -> None:
    Session.objects.update(state="checking", started_at=None)
    services.withdraw_consent(candidate=people.candidate, exam=session.exam)
    with pytest.raises(services.ConsentMissing):
        services.open_connection(session.pk)
    consent.give(people.candidate, session.exam)
    assert services.begin_session(candidate=people.candidate, exam=session.exam, kind="exam") == session
    assert services.open_connection(session.pk).state == "checking"


NOW = datetime(2026, 1, 7, 12, tzinfo=timezone.utc)


def overdue(**fields: Any) -> Session:
    sitting = {"started_at": NOW - timedelta(hours=2), "deadline": fields.pop("deadline", NOW - timedelta(hours=1))}
    exam, candidate = factories.exam(), factories.user()
    attempt = factories.attempt(exam, candidate, **sitting)
    defaults = {"created_at": NOW - timedelta(hours=2), "last_frame_at": NOW - timedelta(hours=1, minutes=30)}
    return factories.session(exam, candidate, attempt=attempt, **(defaults | fields))


def test_a_session_left_alone_ends_when_its_time_was_up() -> None:
    session = overdue()
    assert services.end_overdue(NOW) == 1
    session.refresh_from_db()
    assert (session.state, session.ended_by, session.ended_at) == ("ended", "deadline", NOW - timedelta(hours=1))
    assert Attempt.objects.get().state == Attempt.State.SUBMITTED


@pytest.mark.parametrize(
    "fields",
    [
        {"deadline": NOW + timedelta(minutes=1)},
        {"connected": True, "last_frame_at": NOW - timedelta(seconds=10)},
    ],
)
def test_a_session_with_time_left_or_somebody_there_goes_on(fields: dict[str, Any]) -> None:
    overdue(**fields)
    assert services.end_overdue(NOW) == 0


def test_a_connection_silent_for_long_counts_as_gone() -> None:
    overdue(connected=True)
    assert services.end_overdue(NOW) == 1


def test_an_exam_that_went_on_unwatched_is_handed_in_when_time_is_up() -> None:
    overdue(state=Session.State.ENDED, ended_at=NOW - timedelta(hours=1, minutes=30))
    services.end_overdue(NOW)
    assert Attempt.objects.get().state == Attempt.State.SUBMITTED


def checked_only(**fields: Any) -> Session:
    exam, candidate = factories.exam(**fields), factories.user()
    sitting = factories.attempt(exam, candidate)
    return factories.session(exam, candidate, attempt=sitting, state="checking", created_at=NOW - timedelta(days=3))


def test_an_exam_checked_for_and_never_begun_may_be_sat_until_it_closes() -> None:
    checked_only()
    checked_only(closes_at=NOW + timedelta(minutes=1))
    assert services.end_overdue(NOW) == 0


def test_an_exam_never_begun_ends_when_it_has_closed() -> None:
    checked_only(closes_at=NOW)
    checked_only(state=Exam.State.CLOSED)
    assert services.end_overdue(NOW) == 2


def test_leaving_during_the_check_does_not_cost_the_exam() -> None:
    session = checked_only()
    with pytest.raises(AttemptNotStarted):
        services.end_session(session.pk, Session.EndedBy.CANDIDATE)
    assert Attempt.objects.get().state == Attempt.State.RUNNING


def test_a_replay_left_alone_ends_a_day_later() -> None:
    session = factories.session(factories.exam(), kind="replay", attempt=None, created_at=NOW - timedelta(hours=25))
    assert services.end_overdue(NOW) == 1
    session.refresh_from_db()
    assert (session.ended_at, session.ended_by) == (NOW - timedelta(hours=25), "replay")


def test_one_that_cannot_be_ended_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    broken, fine = overdue(policy={"not": "a policy"}), overdue()
    at = round((NOW - timedelta(hours=1, minutes=30)).timestamp() * 1000)
    Session.objects.update(started_at=NOW - timedelta(hours=2))
    BrowserSignal.objects.create(session=broken, client_id=uuid.uuid4(), kind="hidden", client_unix_ms=1, unix_ms=at)
    assert services.end_overdue(NOW) == 1
    fine.refresh_from_db()
    assert fine.state == Session.State.ENDED
    assert str(broken.pk) in caplog.text
