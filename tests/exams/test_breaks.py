"""Breaks that stop the clock: begun, ended, run out, and what is refused meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from exams import services, timing
from exams.errors import AttemptFinished, AttemptNotStarted, NoBreak, OnBreak
from exams.models import Attempt, Break
from tests import factories
from tests.exams.sittings import answer, begin, duration, grant, move
from tests.factories import People

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def people() -> People:
    return factories.people()


@pytest.fixture
def attempt(people: People) -> Attempt:
    """With ten minutes of breaks."""
    grant(people, break_minutes=10)
    return begin(people)


def on_break(attempt: Attempt, *, since: timedelta = timedelta()) -> Break:
    """A break begun so long ago."""
    taken = services.start_break(attempt=attempt)
    move(attempt, -since)
    taken.refresh_from_db()
    return taken


def test_while_it_lasts_the_deadline_counts_the_whole_break(attempt: Attempt) -> None:
    taken = services.start_break(attempt=attempt)
    assert taken.ends_by - taken.began_at == 10 * MINUTE
    assert duration(attempt) == HOUR + 10 * MINUTE
    assert services.start_break(attempt=attempt) == taken
    assert duration(attempt) == HOUR + 10 * MINUTE


def test_ending_it_gives_back_what_was_not_used(attempt: Attempt) -> None:
    on_break(attempt, since=4 * MINUTE)
    taken = services.end_break(attempt=attempt)
    assert taken is not None and taken.ended_at is not None
    used = taken.ended_at - taken.began_at
    assert 4 * MINUTE <= used < 5 * MINUTE
    assert duration(attempt) == HOUR + used
    assert timing.break_time(attempt).left == 10 * MINUTE - used
    assert services.end_break(attempt=attempt) is None
    assert duration(attempt) == HOUR + used


def test_breaks_are_taken_one_after_the_other_until_the_time_is_used_up(attempt: Attempt) -> None:
    on_break(attempt, since=4 * MINUTE)
    services.end_break(attempt=attempt)
    on_break(attempt, since=7 * MINUTE)
    assert timing.break_time(attempt) == timing.BreakTime(allowed=10 * MINUTE, left=timedelta(), open=None)
    with pytest.raises(NoBreak):
        services.start_break(attempt=attempt)
    assert duration(attempt) == HOUR + 10 * MINUTE


def test_a_break_nobody_ends_runs_out_and_the_clock_goes_on(attempt: Attempt) -> None:
    taken = on_break(attempt, since=15 * MINUTE)
    assert not answer(attempt).late
    assert duration(attempt) == HOUR + 10 * MINUTE
    assert services.close_breaks(timezone.now()) == 1
    taken.refresh_from_db()
    assert taken.ended_at == taken.ends_by
    assert services.close_breaks(timezone.now()) == 0
    assert duration(attempt) == HOUR + 10 * MINUTE


def test_ending_it_late_takes_no_more_than_the_break(attempt: Attempt) -> None:
    taken = on_break(attempt, since=15 * MINUTE)
    services.end_break(attempt=attempt)
    taken.refresh_from_db()
    assert taken.ended_at == taken.ends_by


def test_nothing_is_saved_during_a_break(attempt: Attempt) -> None:
    services.start_break(attempt=attempt)
    with pytest.raises(OnBreak):
        answer(attempt)
    services.end_break(attempt=attempt)
    assert answer(attempt).revision == 1


def test_handing_in_ends_the_break(attempt: Attempt) -> None:
    taken = on_break(attempt, since=MINUTE)
    attempt = services.submit_attempt(attempt=attempt)
    taken.refresh_from_db()
    assert taken.ended_at == attempt.submitted_at
    with pytest.raises(AttemptFinished):
        services.start_break(attempt=attempt)


def test_the_time_is_not_up_during_a_break(attempt: Attempt) -> None:
    move(attempt, -59 * MINUTE)
    on_break(attempt, since=5 * MINUTE)
    assert not services.is_due(attempt, timezone.now())


def test_without_break_time_there_is_none(people: People) -> None:
    with pytest.raises(NoBreak):
        services.start_break(attempt=begin(people))


def test_none_begins_before_the_start_or_after_the_end(people: People, attempt: Attempt) -> None:
    move(attempt, -HOUR)
    with pytest.raises(NoBreak):
        services.start_break(attempt=attempt)
    exam = factories.exam(people.institution, candidates=(people.candidate,))
    with pytest.raises(AttemptNotStarted):
        services.start_break(attempt=services.open_attempt(candidate=people.candidate, exam=exam))


def test_breaks_granted_meanwhile_can_be_taken(people: People) -> None:
    attempt = begin(people)
    grant(people, break_minutes=5)
    assert duration(attempt) == HOUR
    assert timing.break_time(attempt).left == 5 * MINUTE


# Over HTTP


@pytest.fixture
def api(attempt: Attempt) -> Client:
    client = Client()
    client.force_login(attempt.candidate)
    return client


def url(attempt: Attempt, tail: str = "") -> str:
    return f"/api/v1/attempts/{attempt.pk}/{tail}"


def test_the_page_is_told_what_is_left_and_when_it_ends(api: Client, attempt: Attempt) -> None:
    before = api.get(url(attempt, "time/")).json()
    assert before["break"] == {"allowed_seconds": 600, "left_seconds": 600, "began_at_ms": None, "ends_by_ms": None}
    begun = api.post(url(attempt, "break/")).json()
    assert begun["deadline_ms"] - before["deadline_ms"] == 600_000
    assert begun["break"]["ends_by_ms"] - begun["break"]["began_at_ms"] == 600_000
    assert api.get(url(attempt)).json()["break"] == begun["break"] | {"left_seconds": pytest.approx(600, abs=5)}
    ended = api.delete(url(attempt, "break/")).json()
    assert ended["break"]["ends_by_ms"] is None
    assert ended["deadline_ms"] < begun["deadline_ms"]
    assert set(ended) == {"state", "deadline_ms", "server_time_ms", "break"}


def test_questions_are_hidden_and_saving_is_refused_meanwhile(api: Client, attempt: Attempt) -> None:
    api.post(url(attempt, "break/"))
    shown = api.get(url(attempt)).json()
    assert (shown["state"], shown["questions"], shown["answers"]) == ("running", [], {})
    body = {"client_id": "f" * 32, "question": factories.questions(attempt.exam)[0].pk, "value": {"choice": None}}
    refused = api.post(url(attempt, "answers/"), body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "on_break")
    api.delete(url(attempt, "break/"))
    assert len(api.get(url(attempt)).json()["questions"]) == 2


def test_a_break_that_is_used_up_hides_nothing_any_more(api: Client, attempt: Attempt) -> None:
    on_break(attempt, since=15 * MINUTE)
    shown = api.get(url(attempt)).json()
    assert (len(shown["questions"]), shown["break"]["left_seconds"], shown["break"]["ends_by_ms"]) == (2, 0, None)


def test_no_more_break_is_an_answer_and_no_fault(api: Client, attempt: Attempt) -> None:
    on_break(attempt, since=15 * MINUTE)
    refused = api.post(url(attempt, "break/"))
    assert (refused.status_code, refused.json()["code"]) == (409, "no_break")


def test_breaks_are_the_candidates_own(attempt: Attempt, people: People) -> None:
    for other in (people.other_candidate, people.administrator, people.superuser):
        client = Client()
        client.force_login(other)
        assert client.post(url(attempt, "break/")).status_code == 404
        assert client.delete(url(attempt, "break/")).status_code == 404
        assert client.get(url(attempt, "time/")).status_code == 404
    assert not Break.objects.exists()


def test_it_requires_signing_in_and_the_csrf_token(attempt: Attempt) -> None:
    assert Client().post(url(attempt, "break/")).status_code == 401
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(attempt.candidate)
    assert strict.post(url(attempt, "break/")).status_code == 403
