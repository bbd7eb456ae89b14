"""An exam that nobody watches: no consent, no session, the questions at once, and an end like any other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from exams.models import Attempt, Exam, User
from proctoring import services
from proctoring.models import BrowserSignal, Consent, ExamPolicy, Session
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def candidate(client: Client) -> User:
    person = factories.user()
    client.force_login(person)
    return person


@pytest.fixture
def exam(candidate: User) -> Exam:
    exam = factories.exam(candidates=(candidate,), title="Open book")
    factories.policy(exam, watched=False)
    return exam


@pytest.fixture
def attempt(candidate: User, exam: Exam) -> Attempt:
    return services.begin_unwatched(candidate=candidate, exam=exam)


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def finish(client: Client, attempt: Attempt) -> tuple[int, str]:
    answer = client.post(f"/api/v1/attempts/{attempt.pk}/finish/", content_type="application/json")
    return answer.status_code, answer.json().get("state") or answer.json().get("code")


def test_its_page_says_that_nobody_watches_and_asks_for_no_consent(client: Client, exam: Exam) -> None:
    shown = page(client, f"/exams/{exam.pk}/")
    assert "No camera, no pictures, nobody who looks on." in shown
    assert "Begin the exam" in shown
    assert "agree" not in shown


def test_beginning_leads_straight_to_the_questions(client: Client, candidate: User, exam: Exam) -> None:
    answer = client.post(f"/exams/{exam.pk}/", {"action": "enter"})
    attempt = Attempt.objects.get(exam=exam, candidate=candidate)
    assert attempt.started_at is not None
    assert answer["Location"] == f"/attempts/{attempt.pk}/"
    shown = page(client, answer["Location"])
    assert "Nobody watches this exam" in shown
    for watched in ("<video", "System check", "Calibration", "data-socket-path", "candidate/room.js", "amera is"):
        assert watched not in shown, watched
    assert not Session.objects.exists() and not Consent.objects.exists() and not BrowserSignal.objects.exists()


def test_beginning_twice_goes_on_with_the_same_attempt(candidate: User, exam: Exam, attempt: Attempt) -> None:
    again = services.begin_unwatched(candidate=candidate, exam=exam)
    assert (again.pk, again.deadline) == (attempt.pk, attempt.deadline)


def test_what_the_page_asks_acts_here_too(client: Client, exam: Exam, attempt: Attempt) -> None:
    plain = page(client, f"/attempts/{attempt.pk}/")
    assert "data-require-fullscreen" not in plain and "data-restrict-clipboard" not in plain
    ExamPolicy.objects.update(require_fullscreen=True, restrict_clipboard=True)
    asked = page(client, f"/attempts/{attempt.pk}/")
    assert "data-require-fullscreen" in asked and "data-restrict-clipboard" in asked
    assert "written down" not in asked


def test_finishing_hands_it_in_and_again_says_the_same(client: Client, exam: Exam, attempt: Attempt) -> None:
    assert finish(client, attempt) == (200, "submitted")
    assert finish(client, attempt) == (200, "submitted")
    assert client.get(f"/attempts/{attempt.pk}/")["Location"] == f"/exams/{exam.pk}/"
    assert "handed in" in page(client, f"/exams/{exam.pk}/")


def test_finishing_a_watched_attempt_ends_its_session(client: Client, candidate: User) -> None:
    watched = factories.exam(candidates=(candidate,))
    session = factories.session(watched, candidate)
    assert session.attempt is not None
    assert client.get(f"/attempts/{session.attempt.pk}/")["Location"] == f"/sessions/{session.pk}/"
    assert finish(client, session.attempt) == (200, "submitted")
    session.refresh_from_db()
    assert (session.state, session.ended_by) == ("ended", "candidate")


def test_nothing_is_handed_in_before_it_began(client: Client, candidate: User, exam: Exam) -> None:
    opened = factories.attempt(exam, candidate)
    assert client.get(f"/attempts/{opened.pk}/")["Location"] == f"/exams/{exam.pk}/"
    assert finish(client, opened) == (409, "not_started")


def test_nobody_else_s_attempt_is_there(client: Client, exam: Exam, attempt: Attempt) -> None:
    client.force_login(factories.user())
    assert client.get(f"/attempts/{attempt.pk}/").status_code == 404
    assert finish(client, attempt)[0] == 404


def test_an_attempt_goes_on_as_it_began_when_the_policy_changes(
    client: Client, candidate: User, exam: Exam, attempt: Attempt
) -> None:
    ExamPolicy.objects.update(watched=True)
    assert services.is_unwatched(candidate, exam)
    assert "Go on with the exam" in page(client, f"/exams/{exam.pk}/")
    assert client.post(f"/exams/{exam.pk}/", {"action": "enter"})["Location"] == f"/attempts/{attempt.pk}/"


def test_a_session_that_began_under_watch_goes_on_under_watch(candidate: User, exam: Exam) -> None:
    session = factories.session(exam, candidate, consent=factories.consent(candidate, exam))
    assert not services.is_unwatched(candidate, exam)
    assert services.begin_session(candidate=candidate, exam=exam, kind="exam").pk == session.pk
    with pytest.raises(services.ConsentMissing):
        services.begin_unwatched(candidate=candidate, exam=exam)


def test_nobody_is_put_under_watch_in_it(candidate: User, exam: Exam) -> None:
    with pytest.raises(services.NotWatched):
        services.begin_session(candidate=candidate, exam=exam, kind="exam")
    assert not Session.objects.exists()


def test_it_is_handed_in_when_its_time_is_up(attempt: Attempt) -> None:
    now = timezone.now()
    Attempt.objects.update(started_at=now - timedelta(hours=2), deadline=now - timedelta(hours=1))
    services.end_overdue(now)
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.SUBMITTED
