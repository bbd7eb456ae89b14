"""What the room's page knows of the attempt's time when it is opened; the rest is told to it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from exams import services as exam_services
from exams.models import Attempt
from proctoring import consent, services
from proctoring.models import ExamPolicy, Session
from tests import factories
from tests.exams.sittings import grant
from tests.factories import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    people = factories.people()
    grant(people, break_minutes=10)
    return people


@pytest.fixture(params=[True, False], ids=["watched", "unwatched"])
def attempt(request: pytest.FixtureRequest, people: People) -> Attempt:
    exam = factories.exam(people.institution, candidates=(people.candidate,))
    ExamPolicy.objects.create(exam=exam, watched=request.param)
    if not request.param:
        return services.begin_unwatched(candidate=people.candidate, exam=exam)
    consent.give(people.candidate, exam)
    session = services.begin_session(candidate=people.candidate, exam=exam, kind=Session.Kind.EXAM)
    assert session.attempt is not None
    Session.objects.update(state=Session.State.LIVE, started_at=timezone.now())
    return exam_services.start_attempt(attempt=session.attempt)


def page(attempt: Attempt) -> str:
    client = Client()
    client.force_login(attempt.candidate)
    answer = client.post(f"/exams/{attempt.exam_id}/", {"action": "enter"}, follow=True)
    assert answer.status_code == 200
    assert 'id="room"' in answer.content.decode()
    return answer.content.decode()


def test_it_knows_where_the_time_and_the_break_are(attempt: Attempt) -> None:
    html = page(attempt)
    assert f'data-time-url="/api/v1/attempts/{attempt.pk}/time/"' in html
    assert f'data-break-url="/api/v1/attempts/{attempt.pk}/break/"' in html
    assert "data-on-break" not in html
    assert 'id="break-start" hidden' in html


def test_opened_during_a_break_it_asks_for_no_camera(attempt: Attempt) -> None:
    exam_services.start_break(attempt=attempt)
    assert "data-on-break" in page(attempt)
    exam_services.end_break(attempt=attempt)
    assert "data-on-break" not in page(attempt)


def test_a_reopened_attempt_is_entered_again(people: People, attempt: Attempt) -> None:
    services.hand_in(attempt)
    exam_services.reopen(by=people.proctor, attempt=attempt, minutes=5, reason="by_mistake")
    assert str(attempt.pk) in page(attempt)


def test_a_practice_run_has_neither_clock_nor_break() -> None:
    candidate = factories.user()
    consent.give(candidate, None)
    session = services.begin_session(candidate=candidate, exam=None, kind=Session.Kind.PRACTICE)
    client = Client()
    client.force_login(candidate)
    html = client.get(f"/sessions/{session.pk}/").content.decode()
    assert "break-start" not in html
    assert "data-time-url" not in html


def test_it_says_how_long_one_has_oneself(people: People) -> None:
    grant(people, extra_minutes=15)
    exam = factories.exam(people.institution, candidates=(people.candidate,))
    consent.give(people.candidate, exam)
    session = services.begin_session(candidate=people.candidate, exam=exam, kind=Session.Kind.EXAM)
    client = Client()
    client.force_login(people.candidate)
    html = client.get(f"/sessions/{session.pk}/").content.decode()
    assert "You have 60 minutes and 15 minutes of extra time." in html
