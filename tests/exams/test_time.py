"""Accommodations, added time, reopening, and what comes late."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from exams import selectors, services, timing
from exams.errors import (
    AttemptFinished,
    AttemptNotStarted,
    CannotReopen,
    InvalidAccommodation,
    InvalidTimeChange,
    NotAllowed,
    TimeLeft,
)
from exams.models import Accommodation, Answer, Attempt, Enrolment, Exam, Heartbeat, TimeChange
from tests import factories
from tests.exams.sittings import answer, begin, duration, grant, move
from tests.factories import People

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def people() -> People:
    return factories.people()


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def changes(attempt: Attempt) -> list[tuple[str, int]]:
    return list(attempt.time_changes.order_by("pk").values_list("kind", "seconds"))


# What is granted


@pytest.mark.parametrize(
    ("fields", "extra"),
    [
        ({"extra_minutes": 10}, 10),
        ({"time_factor": Decimal("1.25")}, 15),
        ({"time_factor": Decimal("1.5"), "extra_minutes": 5}, 35),
        ({"break_minutes": 20}, 0),
    ],
)
def test_extra_time_is_minutes_a_factor_or_both(people: People, fields: dict[str, Any], extra: int) -> None:
    grant(people, **fields)
    attempt = begin(people)
    assert duration(attempt) == HOUR + minutes(extra)
    assert changes(attempt) == ([("accommodation", extra * 60)] if extra else [])


def test_extra_time_goes_beyond_the_exams_closing_the_duration_does_not(people: People) -> None:
    grant(people, extra_minutes=10)
    closes_at = timezone.now() + minutes(30)
    assert begin(people, closes_at=closes_at).deadline == closes_at + minutes(10)


def test_what_is_granted_for_the_exam_goes_before_what_is_granted_for_all_each_thing_by_itself(people: People) -> None:
    exam = factories.exam(people.institution)
    grant(people, extra_minutes=30, larger_type=True)
    grant(people, exam=exam, break_minutes=10)
    found = timing.granted(people.candidate.pk, exam)
    assert (found.extra, found.breaks, found.larger_type) == (minutes(30), minutes(10), True)
    grant(people, exam=exam, extra_minutes=5)
    assert timing.granted(people.candidate.pk, exam).extra == minutes(5)


def test_of_several_grants_the_most_generous_counts_and_none_is_added_up(people: People) -> None:
    exam = factories.exam(people.institution)
    grant(people, extra_minutes=10)
    grant(people, time_factor=Decimal("1.5"))
    assert timing.granted(people.candidate.pk, exam).extra == minutes(30)


def test_grants_of_others_other_exams_other_institutions_and_revoked_ones_count_for_nothing(people: People) -> None:
    exam = factories.exam(people.institution)
    grant(people, candidate=people.other_candidate, extra_minutes=10)
    grant(people, exam=factories.exam(people.institution), extra_minutes=10)
    services.accommodations.revoke(by=people.author, accommodation=grant(people, extra_minutes=10))
    there = Accommodation(
        institution=people.other_institution, candidate=people.candidate, extra_minutes=10, reason="There too."
    )
    factories.exam(people.other_institution, candidates=(people.candidate,))
    services.accommodations.grant(by=people.foreign_administrator, accommodation=there)
    assert timing.granted(people.candidate.pk, exam) == timing.Granted()


def test_a_grant_reaches_an_attempt_that_runs_and_only_what_is_new_in_it(people: People) -> None:
    attempt = begin(people)
    grant(people, extra_minutes=10)
    assert duration(attempt) == HOUR + minutes(10)
    grant(people, extra_minutes=25)
    assert duration(attempt) == HOUR + minutes(25)
    assert changes(attempt) == [("accommodation", 600), ("accommodation", 900)]
    assert attempt.time_changes.latest("pk").by == people.administrator


def test_revoking_takes_no_time_away_that_was_given(people: People) -> None:
    attempt, granted = begin(people), grant(people, extra_minutes=10)
    services.accommodations.revoke(by=people.administrator, accommodation=granted)
    assert duration(attempt) == HOUR + minutes(10)
    granted.refresh_from_db()
    assert (granted.revoked_by, granted.granted_by) == (people.administrator, people.administrator)


def test_a_grant_reaches_neither_what_was_handed_in_nor_what_has_not_begun(people: People) -> None:
    handed_in = services.submit_attempt(attempt=begin(people))
    waiting = services.open_attempt(
        candidate=people.candidate, exam=factories.exam(people.institution, candidates=(people.candidate,))
    )
    grant(people, extra_minutes=10)
    waiting.refresh_from_db()
    assert (duration(handed_in), waiting.deadline) == (HOUR, None)


@pytest.mark.parametrize(
    ("who", "allowed"),
    [("administrator", True), ("author", True), ("superuser", True), ("proctor", False), ("reviewer", False)],
)
def test_who_may_grant_and_revoke(people: People, who: str, allowed: bool) -> None:
    by = getattr(people, who)
    accommodation = Accommodation(institution=people.institution, candidate=people.candidate, reason="Asthma.")
    if not allowed:
        with pytest.raises(NotAllowed):
            services.accommodations.grant(by=by, accommodation=accommodation)
        with pytest.raises(NotAllowed):
            services.accommodations.revoke(by=by, accommodation=grant(people))
        return
    services.accommodations.revoke(
        by=by, accommodation=services.accommodations.grant(by=by, accommodation=accommodation)
    )
    assert accommodation.granted_by == by


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (lambda people: {"candidate": people.foreign_candidate}, "candidate"),
        (lambda people: {"exam": factories.exam(people.other_institution)}, "exam"),
        (lambda people: {"reason": "  "}, "reason"),
    ],
)
def test_what_cannot_be_granted_names_the_field(people: People, wrong: Any, field: str) -> None:
    with pytest.raises(InvalidAccommodation) as caught:
        grant(people, **wrong(people))
    assert caught.value.field == field
    assert not Accommodation.objects.exists()


def test_what_was_granted_is_not_granted_again_with_other_numbers(people: People) -> None:
    granted = grant(people, extra_minutes=10)
    granted.extra_minutes = 60
    with pytest.raises(InvalidAccommodation):
        services.accommodations.grant(by=people.administrator, accommodation=granted)


# Adding time


def test_added_time_moves_the_deadline_and_is_kept_with_who_and_why(people: People) -> None:
    attempt = begin(people)
    services.add_time(by=people.proctor, attempt=attempt, minutes=10, reason="technical", note=" The network. ")
    assert duration(attempt) == HOUR + minutes(10)
    change = TimeChange.objects.get()
    assert (change.kind, change.seconds, change.reason, change.note, change.by) == (
        "added", 600, "technical", "The network.", people.proctor,
    )  # fmt: skip


def test_who_is_given_time_after_the_deadline_gets_all_of_it(people: People) -> None:
    attempt = move(begin(people), -HOUR - minutes(1))
    before = timezone.now()
    services.add_time(by=people.proctor, attempt=attempt, minutes=5, reason="technical")
    attempt.refresh_from_db()
    assert attempt.deadline is not None
    assert attempt.deadline >= before + minutes(5)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"minutes": 0}, "minutes"),
        ({"minutes": -5}, "minutes"),
        ({"minutes": 481}, "minutes"),
        ({"reason": "mood"}, "reason"),
        ({"reason": "by_mistake"}, "reason"),
        ({"reason": "other", "note": " "}, "note"),
        ({"note": "x" * 2001}, "note"),
    ],
)
def test_a_change_needs_minutes_and_a_reason_from_the_list(people: People, wrong: dict[str, Any], field: str) -> None:
    attempt = begin(people)
    with pytest.raises(InvalidTimeChange) as caught:
        given: dict[str, Any] = {"minutes": 5, "reason": "technical"} | wrong
        services.add_time(by=people.proctor, attempt=attempt, **given)
    assert caught.value.field == field
    assert duration(attempt) == HOUR


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("administrator", None),
        ("proctor", None),
        ("superuser", None),
        ("reviewer", NotAllowed),
        ("author", NotAllowed),
        ("candidate", Attempt.DoesNotExist),
        ("foreign_administrator", Attempt.DoesNotExist),
        ("foreign_proctor", Attempt.DoesNotExist),
        ("foreign_candidate", Attempt.DoesNotExist),
    ],
)
def test_who_may_change_the_time(people: People, who: str, error: type[Exception] | None) -> None:
    attempt, by = begin(people), getattr(people, who)
    for change, state in ((services.add_time, "running"), (services.reopen, "submitted")):
        Attempt.objects.update(state=state)
        if error is None:
            change(by=by, attempt=attempt, minutes=5, reason="technical")
            continue
        with pytest.raises(error):
            change(by=by, attempt=attempt, minutes=5, reason="technical")
        assert not TimeChange.objects.exists()


def test_time_is_added_to_what_runs_alone(people: People) -> None:
    attempt = begin(people)
    Attempt.objects.update(started_at=None, deadline=None)
    with pytest.raises(AttemptNotStarted):
        services.add_time(by=people.proctor, attempt=attempt, minutes=5, reason="technical")
    services.submit_attempt(attempt=attempt)
    with pytest.raises(AttemptFinished):
        services.add_time(by=people.proctor, attempt=attempt, minutes=5, reason="technical")


# Reopening


def test_a_reopened_attempt_runs_again_for_as_long_as_was_said(people: People) -> None:
    attempt = services.submit_attempt(attempt=begin(people))
    handed_in_at, before = attempt.submitted_at, timezone.now()
    services.reopen(by=people.proctor, attempt=attempt, minutes=15, reason="by_mistake")
    attempt.refresh_from_db()
    assert (attempt.state, attempt.submitted_at) == (Attempt.State.RUNNING, None)
    assert attempt.deadline is not None
    assert timedelta(0) <= attempt.deadline - before - minutes(15) < minutes(1)
    change = TimeChange.objects.get()
    assert (change.kind, change.handed_in_at, change.seconds) == ("reopened", handed_in_at, 900)
    assert not answer(attempt).late
    assert timing.pauses_of(attempt) == [(handed_in_at, change.at)]


def test_a_reopened_attempt_is_found_again_also_after_the_exam_has_closed(people: People) -> None:
    attempt = services.submit_attempt(attempt=begin(people))
    Exam.objects.update(closes_at=timezone.now() - HOUR)
    assert not selectors.exams_open_to(people.candidate).exists()
    services.reopen(by=people.proctor, attempt=attempt, minutes=15, reason="technical")
    assert list(selectors.exams_open_to(people.candidate)) == [attempt.exam]
    assert services.open_attempt(candidate=people.candidate, exam=attempt.exam) == attempt


@pytest.mark.parametrize(
    "wrong",
    [
        lambda attempt: Attempt.objects.update(state="running"),
        lambda attempt: Attempt.objects.update(started_at=None),
        lambda attempt: Attempt.objects.update(answers_deleted_at=timezone.now()),
        lambda attempt: Exam.objects.update(state="archived"),
        lambda attempt: Exam.objects.update(results_published_at=timezone.now()),
        lambda attempt: factories.attempt(attempt.exam, attempt.candidate, number=2),
    ],
)
def test_what_cannot_be_reopened(people: People, wrong: Any) -> None:
    attempt = services.submit_attempt(attempt=begin(people))
    wrong(attempt)
    with pytest.raises(CannotReopen):
        services.reopen(by=people.proctor, attempt=attempt, minutes=5, reason="technical")
    assert not TimeChange.objects.exists()


# Late, and the end


def test_what_comes_after_time_was_up_is_kept_and_marked_for_a_day(people: People) -> None:
    attempt = move(begin(people), -HOUR)
    services.submit_when_due(attempt=attempt)
    assert answer(attempt).late
    move(attempt, -timedelta(hours=24))
    with pytest.raises(AttemptFinished):
        answer(attempt, "A day later")
    assert Answer.objects.count() == 1


def test_late_answers_stay_late_when_time_is_added(people: People) -> None:
    attempt = move(begin(people), -HOUR)
    late = answer(attempt)
    services.add_time(by=people.proctor, attempt=attempt, minutes=5, reason="technical")
    late.refresh_from_db()
    assert late.late
    assert not answer(attempt, "In time").late


def test_time_is_up_when_the_server_says_so(people: People) -> None:
    attempt = begin(people)
    with pytest.raises(TimeLeft):
        services.submit_when_due(attempt=attempt)
    attempt = move(attempt, -HOUR)
    Heartbeat.objects.create(pk=1, alive_at=timezone.now() - minutes(1))  # an outage nobody has accounted for
    with pytest.raises(TimeLeft):
        services.submit_when_due(attempt=attempt)
    Heartbeat.objects.update(alive_at=timezone.now())
    assert services.submit_when_due(attempt=attempt).state == Attempt.State.SUBMITTED


def test_who_enrolled_by_hand_can_be_granted_something(people: People) -> None:
    stranger = factories.user()
    Enrolment.objects.create(exam=factories.exam(people.institution), candidate=stranger)
    assert grant(people, candidate=stranger).pk


@pytest.mark.parametrize("who", ["administrator", "author", "proctor", "reviewer", "superuser"])
def test_staff_see_the_attempts_of_their_institution(people: People, who: str) -> None:
    attempt = begin(people)
    assert selectors.attempt_for(getattr(people, who), attempt.pk) == attempt


@pytest.mark.parametrize("who", ["candidate", "foreign_administrator", "foreign_proctor", "foreign_candidate"])
def test_to_others_there_is_no_such_attempt(people: People, who: str) -> None:
    with pytest.raises(Attempt.DoesNotExist):
        selectors.attempt_for(getattr(people, who), begin(people).pk)


@pytest.mark.parametrize(
    ("who", "anonymous", "sees"),
    [
        ("administrator", True, True),
        ("author", False, True),
        ("author", True, False),
        ("proctor", False, False),
        ("reviewer", False, True),
        ("reviewer", True, False),
    ],
)
def test_who_sees_answers(people: People, who: str, anonymous: bool, sees: bool) -> None:
    attempt = begin(people, anonymous_marking=anonymous)
    assert selectors.may_see_answers(getattr(people, who), attempt) is sees
