"""The server's own outages: found once, recorded, and given back before anybody's time is up."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exams import services
from exams.models import Heartbeat, Outage, TimeChange
from exams.services import outages
from exams.services.outages import LONGEST_CREDIT
from proctoring.models import Event
from tests import factories
from tests.exams.sittings import answer, begin, duration, grant, move
from tests.factories import People

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def people() -> People:
    return factories.people()


def silent_for(time: timedelta, *, now: datetime | None = None) -> datetime:
    """Nobody has served for so long; when that began."""
    since = (now or timezone.now()) - time
    Heartbeat.objects.update_or_create(pk=1, defaults={"alive_at": since})
    return since


def test_the_first_beat_ever_is_no_outage() -> None:
    assert outages.beat() is None
    assert Heartbeat.objects.count() == 1
    assert not outages.goes_on()


@pytest.mark.parametrize(("seconds", "is_one"), [(5, False), (14, False), (16, True)])
def test_a_gap_longer_than_the_setting_is_an_outage(seconds: int, is_one: bool) -> None:
    now = timezone.now()
    since = silent_for(timedelta(seconds=seconds), now=now)
    assert outages.goes_on(now) is is_one
    found = outages.beat(now)
    assert (found is not None) is is_one
    if found is not None:
        assert (found.began_at, found.ended_at) == (since, now)
    assert outages.beat(now + timedelta(seconds=5)) is None
    assert not outages.goes_on(now + timedelta(seconds=5))


def test_a_clock_that_is_behind_another_machines_makes_no_gap() -> None:
    now = timezone.now()
    outages.beat(now + timedelta(seconds=30))
    for second in range(0, 30, 5):
        assert outages.beat(now + timedelta(seconds=second)) is None
    assert not Outage.objects.exists()


def test_everybody_who_was_sitting_gets_the_time_back_with_a_record(people: People) -> None:
    attempt = move(begin(people), -30 * MINUTE)
    silent_for(10 * MINUTE)
    outage = outages.beat()
    assert outage is not None
    assert outage.attempts_credited == 1
    change = TimeChange.objects.get()
    assert (change.kind, change.reason, change.by, change.at) == ("outage", "outage", None, outage.ended_at)
    assert change.seconds == pytest.approx(600, abs=5)
    assert duration(attempt) - HOUR == outage.ended_at - outage.began_at


def test_who_began_meanwhile_gets_what_they_lost_and_no_more(people: People) -> None:
    attempt = move(begin(people), -4 * MINUTE)
    silent_for(10 * MINUTE)
    outages.beat()
    assert (duration(attempt) - HOUR).total_seconds() == pytest.approx(240, abs=5)


def test_time_that_was_up_during_the_outage_is_given_back_too(people: People) -> None:
    attempt = move(begin(people), -HOUR - 5 * MINUTE)
    silent_for(10 * MINUTE)
    assert not services.is_due(attempt, timezone.now())
    outages.beat()
    attempt.refresh_from_db()
    assert attempt.deadline is not None
    assert (attempt.deadline - timezone.now()).total_seconds() == pytest.approx(300, abs=5)


def test_neither_what_was_over_before_nor_what_was_handed_in_nor_what_has_not_begun(people: People) -> None:
    over = move(begin(people), -2 * HOUR)
    exam = factories.exam(people.institution, candidates=(people.candidate, people.other_candidate))
    services.open_attempt(candidate=people.candidate, exam=exam)
    handed_in = services.open_attempt(candidate=people.other_candidate, exam=exam)
    services.submit_attempt(attempt=services.start_attempt(attempt=handed_in))
    silent_for(10 * MINUTE)
    outage = outages.beat()
    assert outage is not None
    assert outage.attempts_credited == 0
    assert not TimeChange.objects.exists()
    assert duration(over) == HOUR


def test_a_break_stops_the_clock_in_an_outage_as_well(people: People) -> None:
    grant(people, break_minutes=5)
    attempt = begin(people)
    services.start_break(attempt=attempt)
    move(attempt, -9 * MINUTE)  # the break ended four minutes ago by itself
    silent_for(8 * MINUTE)
    outages.beat()
    assert (duration(attempt) - HOUR - 5 * MINUTE).total_seconds() == pytest.approx(240, abs=5)


def test_no_outage_gives_more_than_the_cap(people: People) -> None:
    attempt = move(begin(people, duration_minutes=6000), -24 * HOUR)
    silent_for(20 * HOUR)
    outages.beat()
    assert duration(attempt) - 100 * HOUR == LONGEST_CREDIT


def test_answers_marked_late_before_anybody_knew_of_the_outage_are_in_time(people: People) -> None:
    attempt = move(begin(people), -HOUR - MINUTE)
    silent_for(10 * MINUTE)
    saved = answer(attempt)
    assert saved.late
    outages.beat()
    saved.refresh_from_db()
    assert not saved.late


def test_answers_late_from_before_the_outage_stay_late(people: People) -> None:
    attempt = move(begin(people), -HOUR)
    late = answer(attempt)
    late.saved_at -= 20 * MINUTE
    late.save()
    services.add_time(by=people.proctor, attempt=attempt, minutes=20, reason="technical")
    silent_for(10 * MINUTE)
    outages.beat()
    late.refresh_from_db()
    assert late.late


@pytest.mark.django_db(transaction=True)
def test_several_processes_find_an_outage_once(people: People) -> None:
    attempt = move(begin(people), -30 * MINUTE)
    silent_for(10 * MINUTE)
    found: list[Outage | None] = []
    ready = threading.Barrier(4)

    def process() -> None:
        try:
            ready.wait()
            found.append(outages.beat())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=process) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert Outage.objects.count() == TimeChange.objects.count() == 1
    assert (duration(attempt) - HOUR).total_seconds() == pytest.approx(600, abs=10)


def test_giving_it_back_takes_the_same_queries_for_one_and_for_many(people: People) -> None:
    exam, taken = factories.exam(people.institution), []
    for sitting in (1, 5):
        for _ in range(sitting):
            now = timezone.now()
            candidate = factories.user()
            attempt = factories.attempt(exam, candidate, started_at=now - HOUR / 2, deadline=now + HOUR / 2)
            factories.session(exam, candidate, attempt=attempt)
        silent_for(10 * MINUTE)
        with CaptureQueriesContext(connection) as queries:
            outages.beat()
        taken.append(len(queries))
    assert Event.objects.filter(name="TIME_ADDED").count() == 7
    assert [outage.attempts_credited for outage in Outage.objects.order_by("pk")] == [1, 6]
    assert taken[0] == taken[1]
