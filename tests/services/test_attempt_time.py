"""An attempt's time as its session's log has it: breaks, added time, outages, and going on after all."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from exams import services as exam_services
from exams.errors import CannotReopen
from exams.models import Attempt, Heartbeat, TimeChange
from proctoring import services
from proctoring.evidence import retention, verify
from proctoring.models import BrowserSignal, Event, Session
from tests import factories
from tests.exams.sittings import grant
from tests.factories import People
from tests.services.test_ending import told

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def people() -> People:
    return factories.people()


@pytest.fixture
def session(people: People) -> Session:
    """Live for ten minutes, of an exam of an hour; its page is gone for the moment."""
    exam = factories.exam(people.institution, candidates=(people.candidate,))
    began = timezone.now() - 10 * MINUTE
    attempt = factories.attempt(exam, people.candidate, started_at=began, deadline=began + 60 * MINUTE)
    consent = factories.consent(people.candidate, exam)
    return factories.session(exam, people.candidate, attempt=attempt, consent=consent, started_at=began)


def attempt_of(session: Session) -> Attempt:
    return Attempt.objects.select_related("exam").get(proctoring_session=session)


def log(session: Session) -> list[tuple[str, str]]:
    return list(session.events.order_by("sequence").values_list("name", "sentence"))


def assert_chained(session: Session) -> None:
    assert list(verify.check(Session.objects.get(pk=session.pk))) == []
    assert set(session.events.values_list("ledger", "risk_delta")) <= {("technical", 0)}


def test_added_time_is_in_the_log_with_who_and_why(people: People, session: Session) -> None:
    attempt = attempt_of(session)
    exam_services.add_time(by=people.proctor, attempt=attempt, minutes=10, reason="technical", note="The network.")
    assert log(session) == [("TIME_ADDED", "Proctor added 10 minutes. Reason: Technical problem.")]
    detail = Event.objects.get().detail
    assert (detail["seconds"], detail["reason"], detail["note"]) == (600, "technical", "The network.")
    assert detail["deadline"] == pytest.approx((timezone.now() + 60 * MINUTE).timestamp(), abs=5)
    assert_chained(session)


def test_an_accommodation_is_in_the_log_without_why(people: People, session: Session) -> None:
    reason = "Reads more slowly after an injury."
    grant(people, extra_minutes=15, reason=reason)
    assert log(session) == [("TIME_ADDED", "The candidate has 15 minutes more: an accommodation applies.")]
    session.refresh_from_db()
    assert session.accommodated
    assert reason not in str(Event.objects.values())
    grant(people, larger_type=True)
    assert Event.objects.count() == 1


def test_breaks_are_in_the_log(people: People, session: Session) -> None:
    grant(people, break_minutes=5)
    taken = exam_services.start_break(attempt=attempt_of(session))
    exam_services.end_break(attempt=attempt_of(session))
    assert [name for name, _ in log(session)] == ["BREAK_BEGAN", "BREAK_ENDED"]
    assert log(session)[0][1] == "The candidate began a break, of 5 minutes at most."
    assert Event.objects.latest("sequence").detail["began_at"] == pytest.approx(taken.began_at.timestamp())
    assert_chained(session)


def test_handing_in_during_a_break_ends_it_in_the_log_too(people: People, session: Session) -> None:
    grant(people, break_minutes=5)
    exam_services.start_break(attempt=attempt_of(session))
    services.end_session(session.pk, Session.EndedBy.CANDIDATE)
    assert [name for name, _ in log(session)][-1] == "BREAK_ENDED"
    assert_chained(session)


def test_nothing_of_an_exam_that_goes_on_unwatched_is_written_into_the_log(people: People, session: Session) -> None:
    grant(people, break_minutes=5)
    services.withdraw_consent(candidate=people.candidate, exam=session.exam)
    before = log(session)
    exam_services.start_break(attempt=attempt_of(session))
    exam_services.end_break(attempt=attempt_of(session))
    exam_services.add_time(by=people.proctor, attempt=attempt_of(session), minutes=10, reason="technical")
    assert log(session) == before


@pytest.mark.django_db(transaction=True)
def test_the_page_is_told_what_changed(people: People, session: Session) -> None:
    attempt = attempt_of(session)
    message = told(
        session,
        lambda: exam_services.add_time(by=people.proctor, attempt=attempt, minutes=10, reason="technical"),
    )
    assert message == {
        "type": "time.changed",
        "events": [Event.objects.get().pk],
        "change": {"kind": "added", "seconds": 600},
    }


def test_an_outage_is_in_the_log_of_everybody_who_sat(people: People, session: Session) -> None:
    other = factories.session(session.exam, people.other_candidate, started_at=session.started_at)
    Attempt.objects.filter(proctoring_session=other).update(deadline=timezone.now() + 60 * MINUTE)
    Heartbeat.objects.create(pk=1, alive_at=timezone.now() - 2 * MINUTE)
    exam_services.outages.beat()
    for one in (session, other):
        assert log(one)[0][1].startswith("The server was out of reach. The candidate has ")
        assert_chained(one)


# The end, and going on after it


def hand_in(session: Session) -> Attempt:
    services.end_session(session.pk, Session.EndedBy.CANDIDATE)
    return attempt_of(session)


def reopen(people: People, attempt: Attempt) -> TimeChange:
    return exam_services.reopen(by=people.proctor, attempt=attempt, minutes=15, reason="by_mistake")


def test_a_reopened_attempt_is_watched_again_in_the_same_session(people: People, session: Session) -> None:
    attempt = hand_in(session)
    with pytest.raises(services.SessionEnded):
        services.open_connection(session.pk)
    epoch = Session.objects.get().connection_epoch
    reopen(people, attempt)
    session.refresh_from_db()
    assert (session.state, session.ended_at, session.ended_by) == ("live", None, "")
    assert services.begin_session(candidate=people.candidate, exam=session.exam, kind="exam") == session
    connection = services.open_connection(session.pk)
    assert (connection.state, connection.epoch) == ("live", epoch + 2)
    assert log(session)[-1] == (
        "ATTEMPT_REOPENED",
        "Proctor reopened the attempt for 15 minutes. Reason: Handed in by mistake.",
    )
    assert_chained(session)


def test_the_time_between_handing_in_and_reopening_is_no_gap_but_what_follows_is(
    people: People, session: Session
) -> None:
    left = timezone.now() - 8 * MINUTE
    Session.objects.update(last_frame_at=left)
    attempt = hand_in(session)
    Session.objects.update(ended_at=left, connected=False)
    Attempt.objects.update(submitted_at=left)
    Event.objects.all().delete()
    Session.objects.update(event_count=0, chain_head="")
    change = reopen(people, attempt)
    later = change.at + 2 * MINUTE
    services.end_session(session.pk, Session.EndedBy.CANDIDATE, at=later)
    lost = Event.objects.get(name="CONNECTION_LOST")
    assert lost.detail["seconds"] == pytest.approx(120, abs=0.1)


def test_signals_of_the_time_in_which_it_was_handed_in_change_nothing(people: People, session: Session) -> None:
    attempt = hand_in(session)
    Attempt.objects.update(submitted_at=timezone.now() - 5 * MINUTE)
    reopen(people, attempt)
    for kind, age in (("hidden", 4), ("visible", 3)):
        at = round((timezone.now() - age * MINUTE).timestamp() * 1000)
        BrowserSignal.objects.create(session=session, client_id=uuid.uuid4(), kind=kind, client_unix_ms=at, unix_ms=at)
    services.apply_pending_signals(session.pk)
    assert not Event.objects.filter(name="TAB_SWITCH").exists()


def test_what_went_on_unwatched_before_goes_on_unwatched(people: People, session: Session) -> None:
    services.stop_by_proctor(people.proctor, session.pk, "stop_watching", "technical")
    attempt = hand_in(session)
    reopen(people, attempt)
    session.refresh_from_db()
    assert session.state == Session.State.ENDED
    assert log(session)[-1][1].endswith("It goes on unwatched, as watching had been stopped.")
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.RUNNING


def test_a_proctor_s_own_end_of_the_attempt_can_be_taken_back(people: People, session: Session) -> None:
    services.stop_by_proctor(people.proctor, session.pk, "end_attempt", "emergency")
    reopen(people, attempt_of(session))
    session.refresh_from_db()
    assert session.state == Session.State.LIVE


def test_a_log_that_was_deleted_is_not_gone_on_with(people: People, session: Session) -> None:
    exam_services.add_time(by=people.proctor, attempt=attempt_of(session), minutes=1, reason="technical")
    attempt = hand_in(session)
    retention.purge_events(session.pk, timezone.now())
    with pytest.raises(CannotReopen):
        reopen(people, attempt)
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.SUBMITTED
    assert not TimeChange.objects.filter(kind="reopened").exists()


def test_the_end_at_the_deadline_waits_for_time_that_was_added(people: People, session: Session) -> None:
    assert services.end_when_due(session.pk) is None
    Attempt.objects.update(deadline=timezone.now() - MINUTE)
    exam_services.add_time(by=people.proctor, attempt=attempt_of(session), minutes=1, reason="technical")
    assert services.end_when_due(session.pk) is None
    assert services.end_overdue(timezone.now()) == 0
    Attempt.objects.update(deadline=timezone.now() - MINUTE)
    ended = services.end_when_due(session.pk)
    assert ended is not None
    assert (ended.ended_by, attempt_of(session).state) == ("deadline", Attempt.State.SUBMITTED)


def test_nobody_s_time_is_up_while_the_server_is_out_of_reach(session: Session) -> None:
    now = timezone.now()
    Attempt.objects.update(deadline=now - MINUTE)
    Heartbeat.objects.create(pk=1, alive_at=now - 2 * MINUTE)
    assert services.end_when_due(session.pk) is None
    assert services.end_overdue(now) == 0
    exam_services.outages.beat(now)
    assert services.end_overdue(now) == 0
    assert attempt_of(session).state == Attempt.State.RUNNING
    assert services.end_overdue(now + 5 * MINUTE) == 0  # the server has been silent again since
    exam_services.outages.beat(now + timedelta(seconds=10))
    Attempt.objects.update(deadline=now - MINUTE)
    assert services.end_overdue(now) == 1


def test_an_attempt_nobody_watches_is_handed_in_when_its_time_is_up(people: People) -> None:
    exam = factories.exam(people.institution, candidates=(people.candidate,))
    past = timezone.now() - MINUTE
    attempt = factories.attempt(exam, people.candidate, started_at=past - 60 * MINUTE, deadline=past)
    services.end_overdue(timezone.now())
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.SUBMITTED


def test_breaks_that_ran_out_are_closed_by_the_timetable(people: People, session: Session) -> None:
    grant(people, break_minutes=5)
    taken = exam_services.start_break(attempt=attempt_of(session))
    services.end_overdue(taken.ends_by + MINUTE)
    ended = Event.objects.get(name="BREAK_ENDED")
    assert ended.unix_ms == round(taken.ends_by.timestamp() * 1000)
