"""An exam's page: what is captured, agreeing, going on, withdrawing. The practice page does the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from exams import selectors as exam_selectors
from exams import services as exam_services
from exams.models import Accommodation, Attempt, Exam, Role, User
from proctoring import consent, selectors, services
from proctoring.models import Consent, Session
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def candidate(client: Client) -> User:
    person = factories.user()
    client.force_login(person)
    return person


@pytest.fixture
def exam(candidate: User) -> Exam:
    return factories.exam(candidates=(candidate,))


def url(exam: Exam | None) -> str:
    return "/practice/" if exam is None else f"/exams/{exam.pk}/"


def agree(client: Client, exam: Exam | None, **changes: str) -> Any:
    data = {"action": "agree", "agreed": "yes", "sha256": consent.current_text(exam).sha256} | changes
    return client.post(url(exam), data, follow=True)


def test_it_requires_signing_in() -> None:
    assert Client().get("/exams/1/").status_code == 302
    assert Client().get("/practice/").status_code == 302


def test_it_rejects_put(client: Client, exam: Exam) -> None:
    assert client.put(url(exam)).status_code == 405


def test_only_the_enrolled_find_it(client: Client, candidate: User) -> None:
    assert client.get(url(factories.exam())).status_code == 404
    assert client.get("/exams/999999/").status_code == 404
    draft = factories.exam(candidates=(candidate,), state=Exam.State.DRAFT)
    assert client.get(url(draft)).status_code == 404


def test_it_shows_the_words_as_text(client: Client, exam: Exam) -> None:
    Exam.objects.update(title="<script>alert(1)</script>")
    page = client.get(url(exam)).content.decode()
    assert "How long it is kept" in page
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("practice", [False, True])
def test_how_often_the_program_is_wrong_can_be_read_before_agreeing(client: Client, exam: Exam, practice: bool) -> None:
    assert f'href="{reverse("how_often_wrong")}"' in client.get(url(None if practice else exam)).content.decode()


def test_agreeing_leads_to_the_room(client: Client, candidate: User, exam: Exam) -> None:
    answer = agree(client, exam)
    session = Session.objects.get()
    assert answer.redirect_chain == [(f"/sessions/{session.pk}/", 302)]
    assert session.consent == consent.consent_for(candidate, exam)


def test_practice_leads_to_a_room_without_an_exam(client: Client, candidate: User) -> None:
    agree(client, None)
    session = Session.objects.get()
    assert (session.kind, session.exam, session.attempt) == (Session.Kind.PRACTICE, None, None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"agreed": ""}, "tick the box"),
        ({"sha256": "0" * 64}, "text has changed"),
        ({"action": "enter"}, "have not agreed"),
        ({"action": "fly"}, "not known"),
    ],
)
def test_anything_less_than_agreeing_records_nothing(
    client: Client, exam: Exam, changes: dict[str, str], words: str
) -> None:
    assert words in agree(client, exam, **changes).content.decode()
    assert not Consent.objects.exists()
    assert not Session.objects.exists()


def test_changed_words_are_asked_for_again(client: Client, candidate: User, exam: Exam) -> None:
    consent.give(candidate, exam)
    factories.policy(exam, keep_pictures_days=77)
    page = client.get(url(exam)).content.decode()
    assert "has changed since you agreed" in page
    assert 'id="agreed"' in page


def test_a_session_under_way_keeps_the_words_it_began_with(client: Client, candidate: User, exam: Exam) -> None:
    consent.give(candidate, exam)
    services.begin_session(candidate=candidate, exam=exam, kind=Session.Kind.EXAM)
    factories.policy(exam, keep_pictures_days=77)
    page = client.get(url(exam)).content.decode()
    assert "77 days" not in page
    assert 'id="enter"' in page


def test_consent_can_be_withdrawn_and_given_again(client: Client, exam: Exam) -> None:
    agree(client, exam)
    session = Session.objects.get()
    answer = client.post(url(exam), {"action": "withdraw"}, follow=True)
    assert "withdrawn" in answer.content.decode()
    assert client.get(f"/sessions/{session.pk}/").headers["Location"] == url(exam)
    agree(client, exam)
    assert client.get(f"/sessions/{session.pk}/").status_code == 200


def test_withdrawing_takes_a_second_step_that_says_what_follows(client: Client, candidate: User, exam: Exam) -> None:
    """Without script: a summary that opens to the sentence and the button, away from the button that goes on."""

    def step(of: Exam | None) -> str:
        page = client.get(url(of)).content.decode()
        before, inside = page.split("<details", 1)
        assert 'value="withdraw"' not in before
        assert 'value="enter"' in before
        return inside.split("</details>")[0]

    consent.give(candidate, exam)
    consent.give(candidate, None)
    assert "you cannot begin the exam until you agree again" in step(exam)
    assert "everything recorded in it is deleted" in step(None)
    services.begin_session(candidate=candidate, exam=exam, kind=Session.Kind.EXAM)
    assert "you cannot begin the exam until you agree again" in step(exam)
    Session.objects.update(state=Session.State.LIVE)
    Attempt.objects.update(started_at=timezone.now())
    assert "Watching stops at once" in step(exam) and "your answers are kept as before" in step(exam)
    assert 'value="withdraw"' in step(exam)


def test_after_withdrawing_in_the_exam_one_goes_on_unwatched(client: Client, candidate: User, exam: Exam) -> None:
    consent.give(candidate, exam)
    session = services.begin_session(candidate=candidate, exam=exam, kind=Session.Kind.EXAM)
    Session.objects.update(state=Session.State.LIVE)
    Attempt.objects.update(started_at=timezone.now())
    client.post(url(exam), {"action": "withdraw"})
    assert "goes on without the camera" in client.get(url(exam)).content.decode()
    answer = client.post(url(exam), {"action": "enter"}, follow=True)
    assert answer.redirect_chain == [(f"/sessions/{session.pk}/", 302)]
    assert 'data-session-state="ended"' in answer.content.decode()


def test_a_closed_exam_cannot_be_entered(client: Client, exam: Exam) -> None:
    Exam.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    assert "not open at the moment" in client.get(url(exam)).content.decode()
    assert "not open at the moment" in agree(client, exam).content.decode()
    assert not Session.objects.exists()


def test_a_finished_exam_says_so(client: Client, candidate: User, exam: Exam) -> None:
    factories.attempt(exam, candidate, started_at=timezone.now(), state=Attempt.State.SUBMITTED)
    assert "You have handed in" in client.get(url(exam)).content.decode()
    assert "has been handed in" in agree(client, exam).content.decode()


def test_one_that_a_proctor_ended_says_why_and_whom_to_ask(client: Client, candidate: User, exam: Exam) -> None:
    consent.give(candidate, exam)
    session = services.begin_session(candidate=candidate, exam=exam, kind=Session.Kind.EXAM)
    Session.objects.update(state=Session.State.LIVE)
    Attempt.objects.update(started_at=timezone.now())
    proctor = factories.user(role=Role.PROCTOR, at=exam.institution)
    services.stop_by_proctor(proctor, session.pk, "end_attempt", "technical")
    told = "A proctor has ended your exam. There was a technical problem. Your saved answers have been handed in."
    for path in (url(exam), "/"):
        page = client.get(path).content.decode()
        assert f"{told} Ask exams@example.org if" in page, path
        assert "You have handed in" not in page, path
    # Reopened and handed in anew, it is the candidate's own.
    exam_services.reopen(by=proctor, attempt=Attempt.objects.get(), minutes=10, reason="technical")
    services.end_session(session.pk, Session.EndedBy.CANDIDATE)
    for path in (url(exam), "/"):
        assert "A proctor has ended" not in client.get(path).content.decode(), path
    assert "You have handed in" in client.get(url(exam)).content.decode()


def test_it_says_what_to_know_before(client: Client, candidate: User, exam: Exam) -> None:
    Exam.objects.update(
        instructions="Bring **paper**.", passing_percent=50, attempts_allowed=2, afterwards="review", duration_minutes=1
    )
    page = client.get(url(exam)).content.decode()
    assert "<strong>paper</strong>" in page
    assert "50 % of the points" in page
    assert "attempt 1 of 2; the best counts" in page
    assert ">1 minute<" in page
    assert "your answers and the right ones" in page


def test_it_tells_of_breaks_and_larger_type_that_were_granted(client: Client, candidate: User, exam: Exam) -> None:
    assert "data-larger-type" not in client.get(url(exam)).content.decode()
    Accommodation.objects.create(
        institution=exam.institution,
        candidate=candidate,
        break_minutes=10,
        larger_type=True,
        reason="x",
        granted_by=factories.user(),
    )
    page = client.get(url(exam)).content.decode()
    assert "10 minutes in all, which stop the clock" in page
    assert "data-larger-type" in page
    agree(client, exam)
    assert "data-larger-type" in client.get(f"/sessions/{Session.objects.get().pk}/").content.decode()


def test_a_second_attempt_is_a_session_of_its_own(client: Client, candidate: User, exam: Exam) -> None:
    Exam.objects.update(attempts_allowed=2)
    agree(client, exam)
    first = Session.objects.get()
    assert first.attempt is not None
    exam_services.start_attempt(attempt=first.attempt)
    services.end_session(first.pk, Session.EndedBy.CANDIDATE)
    page = client.get(url(exam)).content.decode()
    assert 'data-state="again"' in page and "attempt 2 of 2" in page
    assert f'data-attempt="{first.attempt_id}"' in page
    answer = client.post(url(exam), {"action": "enter"}, follow=True)
    second = Session.objects.exclude(pk=first.pk).get()
    assert answer.redirect_chain == [(f"/sessions/{second.pk}/", 302)]
    assert second.attempt is not None and second.attempt.number == 2
    assert selectors.unfinished_session_of(candidate, exam) == second
    assert client.post(url(exam), {"action": "enter"}, follow=True).redirect_chain[0][0] == f"/sessions/{second.pk}/"
    assert Session.objects.count() == 2
    exam_services.start_attempt(attempt=second.attempt)
    services.end_session(second.pk, Session.EndedBy.CANDIDATE)
    assert "has been handed in" in client.post(url(exam), {"action": "enter"}, follow=True).content.decode()


def test_no_second_attempt_is_offered_once_the_exam_has_closed(client: Client, candidate: User, exam: Exam) -> None:
    factories.attempt(
        exam, candidate, started_at=timezone.now(), submitted_at=timezone.now(), state=Attempt.State.SUBMITTED
    )
    Exam.objects.update(attempts_allowed=2, state=Exam.State.CLOSED)
    page = client.get(url(exam)).content.decode()
    assert 'data-state="finished"' in page
    assert 'id="agree"' not in page


def test_an_attempt_that_runs_goes_on_though_fewer_are_allowed_now(candidate: User, exam: Exam) -> None:
    Exam.objects.update(attempts_allowed=2)
    factories.attempt(exam, candidate, submitted_at=timezone.now(), state=Attempt.State.SUBMITTED)
    factories.attempt(exam, candidate, number=2, started_at=timezone.now())
    exam.attempts_allowed = 1
    assert not exam_selectors.attempts_used_up(candidate, exam)
