"""The room's page as the server gives it; what happens in it is tested in a browser."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from exams.models import Attempt, Institution, Role
from proctoring import consent, services
from proctoring.models import Session
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> Session:
    candidate = factories.user()
    exam = factories.exam(candidates=(candidate,))
    consent.give(candidate, exam)
    return services.begin_session(candidate=candidate, exam=exam, kind=Session.Kind.EXAM)


def page(client: Client, session: Session) -> str:
    client.force_login(session.candidate)
    answer = client.get(f"/sessions/{session.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_requires_signing_in(client: Client, session: Session) -> None:
    assert client.get(f"/sessions/{session.pk}/").status_code == 302


def test_it_rejects_post(client: Client, session: Session) -> None:
    client.force_login(session.candidate)
    assert client.post(f"/sessions/{session.pk}/").status_code == 405


def test_nobody_else_finds_it(client: Client, session: Session) -> None:
    for other in (factories.user(), factories.user(is_superuser=True, is_staff=True)):
        client.force_login(other)
        answer = client.get(f"/sessions/{session.pk}/")
        assert answer.status_code == 404
        assert "nothing here for you" in answer.content.decode()


def test_it_knows_where_everything_is(client: Client, session: Session) -> None:
    html = page(client, session)
    for attribute in (
        f'data-session-id="{session.pk}"',
        'data-session-state="checking"',
        f'data-socket-path="/ws/candidate/{session.pk}/"',
        f'data-attempt-url="/api/v1/attempts/{session.attempt_id}/"',
        f'data-answers-url="/api/v1/attempts/{session.attempt_id}/answers/"',
        f'data-finish-url="/api/v1/sessions/{session.pk}/finish/"',
        f'data-signals-url="/api/v1/sessions/{session.pk}/signals/"',
    ):
        assert attribute in html, attribute


def test_questions_are_not_in_the_page(client: Client, session: Session) -> None:
    assert "prime number" not in page(client, session)


def test_what_was_agreed_to_can_be_read_and_withdrawn_in_it(client: Client, session: Session) -> None:
    assert session.exam is not None
    factories.policy(session.exam, keep_pictures_days=77)  # after they agreed
    html = page(client, session)
    dialog = html.split('<dialog id="consent-dialog"')[1].split("</dialog>")[0]
    assert "How long it is kept" in dialog and "77 days" not in dialog
    assert "You agreed to this text on" in dialog
    assert "you cannot begin the exam until you agree again" in dialog and "Watching stops at once" in dialog
    assert f'data-withdraw-url="/api/v1/sessions/{session.pk}/withdraw/"' in html


def test_it_sets_the_csrf_cookie_and_is_not_cached(client: Client, session: Session) -> None:
    client.force_login(session.candidate)
    answer = client.get(f"/sessions/{session.pk}/")
    assert "csrftoken" in answer.cookies
    assert "no-store" in answer.headers["Cache-Control"]


def test_nothing_in_it_needs_a_looser_policy(client: Client, session: Session) -> None:
    client.force_login(session.candidate)
    for path in (f"/sessions/{session.pk}/", f"/exams/{session.exam_id}/", "/practice/", "/"):
        answer = client.get(path)
        html = answer.content.decode()
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert not re.search(r"\sstyle=|\son\w+=|<style", html), path
        assert all(" src=" in tag for tag in re.findall(r"<script[^>]*>", html)), path


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (Session.EndedBy.CANDIDATE, "You have handed in your exam."),
        (Session.EndedBy.PROCTOR, "A proctor has stopped watching."),
        (Session.EndedBy.DEADLINE, "Time is up."),
        (Session.EndedBy.CONSENT, "Watching ended when you withdrew your consent."),
    ],
)
def test_a_session_that_is_over_says_why(client: Client, session: Session, by: str, words: str) -> None:
    Session.objects.update(state=Session.State.ENDED, ended_by=by)
    Attempt.objects.update(state=Attempt.State.SUBMITTED, started_at=timezone.now())
    assert words in page(client, session)


def test_an_exam_that_goes_on_unwatched_says_so(client: Client, session: Session) -> None:
    Session.objects.update(state=Session.State.ENDED, ended_by=Session.EndedBy.PROCTOR)
    Attempt.objects.update(started_at=timezone.now())
    assert "Watching has ended, and your exam goes on." in page(client, session)


def test_one_that_a_proctor_ended_says_why_and_whom_to_ask(client: Client, session: Session) -> None:
    Session.objects.update(state=Session.State.LIVE)
    Attempt.objects.update(started_at=timezone.now())
    proctor = factories.user(role=Role.PROCTOR, at=Institution.objects.get(exams=session.exam_id))
    services.stop_by_proctor(proctor, session.pk, "end_attempt", "technical")
    html = page(client, session)
    assert (
        "A proctor has ended your exam. There was a technical problem. Your saved answers have been handed in." in html
    )
    assert "Ask exams@example.org if you have questions about it." in html
