"""The receipt of handing in: made once, kept, its candidate's alone; those who may see the attempt have its code."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from exams import receipts, services
from exams.models import Answer, Attempt, Enrolment, Exam
from tests import factories
from tests.exams import marked

pytestmark = pytest.mark.django_db


def handed_in(said: marked.Answers) -> Attempt:
    attempt = marked.handed_in(marked.exam(None), said)
    attempt.refresh_from_db()
    return attempt


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_it_requires_signing_in(client: Client) -> None:
    for path in (f"/receipts/{uuid4()}/", f"/receipts/{uuid4()}/receipt.txt"):
        assert client.get(path).status_code == 302


def test_it_rejects_post(client: Client) -> None:
    client.force_login(factories.user())
    assert client.post(f"/receipts/{uuid4()}/").status_code == 405


def test_it_is_its_candidates_alone(client: Client) -> None:
    attempt = handed_in(marked.RIGHT)
    staff = factories.user(role="administrator", at=attempt.exam.institution, is_staff=True)
    for other in (factories.user(), factories.user(is_superuser=True, is_staff=True), staff):
        client.force_login(other)
        assert client.get(f"/receipts/{attempt.pk}/").status_code == 404
        assert client.get(f"/receipts/{attempt.pk}/receipt.txt").status_code == 404


def test_it_says_what_was_handed_in_and_when_in_the_institution_s_time(client: Client) -> None:
    attempt = handed_in({"pi": "3.14", "capital": "Quito", "essay": "  "})
    client.force_login(attempt.candidate)
    at = attempt.submitted_at.astimezone(attempt.exam.institution.zone) if attempt.submitted_at else None
    assert at is not None
    text = client.get(f"/receipts/{attempt.pk}/receipt.txt")
    assert text.headers["Content-Disposition"] == f'attachment; filename="receipt-{attempt.receipt_code}.txt"'
    html = page(client, f"/receipts/{attempt.pk}/")
    for words in (html, text.content.decode()):
        assert f"{at:%-d %B %Y, %H:%M:%S} ({attempt.exam.institution.time_zone})" in words
        assert f"2 of {len(marked.ALL)}" in words  # blanks are no answer
        assert attempt.receipt_code in words
        assert "1 of 1" in words


def test_it_is_reached_from_past_attempts_and_the_results(client: Client) -> None:
    attempt = handed_in(marked.RIGHT)
    Exam.objects.update(results_published_at=timezone.now())
    Enrolment.objects.create(exam=attempt.exam, candidate=attempt.candidate)
    client.force_login(attempt.candidate)
    for path in ("/", f"/exams/{attempt.exam_id}/", f"/results/{attempt.pk}/"):
        assert f'href="/receipts/{attempt.pk}/"' in page(client, path), path


def test_an_attempt_from_before_there_were_receipts_has_none(client: Client) -> None:
    attempt = handed_in(marked.RIGHT)
    Attempt.objects.update(receipt_code="", answered=None)
    client.force_login(attempt.candidate)
    assert client.get(f"/receipts/{attempt.pk}/").status_code == 404
    assert "/receipts/" not in page(client, "/")
    assert client.get(f"/api/v1/attempts/{attempt.pk}/").json()["receipt"] is None


def test_the_room_is_told_once_it_is_handed_in(client: Client) -> None:
    attempt = marked.sitting(marked.exam(None), {"pi": "3.14"})
    client.force_login(attempt.candidate)
    assert client.get(f"/api/v1/attempts/{attempt.pk}/").json()["receipt"] is None
    services.submit_attempt(attempt=attempt)
    attempt.refresh_from_db()
    told = client.get(f"/api/v1/attempts/{attempt.pk}/").json()["receipt"]
    assert (told["code"], told["answered"], told["asked"]) == (attempt.receipt_code, 1, len(marked.ALL))


def test_the_code_is_of_this_attempt_this_moment_and_these_answers() -> None:
    attempt = handed_in(marked.RIGHT)
    assert attempt.submitted_at is not None
    answers = list(Answer.objects.all())
    at = attempt.submitted_at
    codes = {
        receipts.code_of(attempt, at, answers),
        receipts.code_of(attempt, at + timedelta(microseconds=1), answers),
        receipts.code_of(attempt, at, answers[1:]),
        receipts.code_of(Attempt(pk=uuid4()), at, answers),
    }
    assert len(codes) == 4
    assert receipts.code_of(attempt, at, reversed(answers)) == attempt.receipt_code


def test_whose_answers_they_are_cannot_be_worked_out_from_the_code(client: Client) -> None:
    """Who marks anonymously sees the answers and, elsewhere, whose code it is and when they handed in."""
    attempt = handed_in(marked.RIGHT)
    assert attempt.submitted_at is not None
    known = Attempt(pk=attempt.pk)
    assert receipts.code_of(known, attempt.submitted_at, list(Answer.objects.all())) != attempt.receipt_code
    client.force_login(attempt.candidate)
    assert attempt.receipt_salt not in page(client, f"/api/v1/attempts/{attempt.pk}/")
    client.force_login(factories.user(role="reviewer", at=attempt.exam.institution, is_staff=True))
    assert attempt.receipt_salt not in page(client, f"/admin/exams/attempt/{attempt.pk}/change/")


def test_nor_what_they_were_once_they_are_deleted() -> None:
    attempt, answers = handed_in(marked.RIGHT), list(Answer.objects.all())
    assert attempt.submitted_at is not None
    services.forget_answers(attempt=attempt, at=timezone.now())
    attempt.refresh_from_db()
    assert attempt.receipt_code
    assert receipts.code_of(attempt, attempt.submitted_at, answers) != attempt.receipt_code


def test_a_number_above_those_allowed_is_not_said_to_be_of_them(client: Client) -> None:
    attempt = handed_in(marked.RIGHT)
    Attempt.objects.update(number=2)
    client.force_login(attempt.candidate)
    assert "2 of 1" not in page(client, f"/receipts/{attempt.pk}/")
    assert "2 of 1" not in page(client, f"/receipts/{attempt.pk}/receipt.txt")


def test_handing_in_again_changes_nothing_and_reopening_makes_another() -> None:
    attempt = handed_in(marked.RIGHT)
    first = attempt.receipt_code
    assert services.submit_attempt(attempt=attempt).receipt_code == first
    administrator = factories.user(role="administrator", at=attempt.exam.institution)
    services.reopen(by=administrator, attempt=attempt, minutes=10, reason="technical")
    attempt.refresh_from_db()
    assert (attempt.receipt_code, attempt.answered) == ("", None)
    assert services.submit_attempt(attempt=attempt).receipt_code not in ("", first)


def test_what_comes_late_is_not_counted_and_deleting_answers_leaves_the_receipt() -> None:
    attempt = marked.sitting(marked.exam(None), {"capital": "Lima"})
    Attempt.objects.update(deadline=timezone.now())
    marked.answer(attempt, "pi", "3.14")
    attempt = services.submit_attempt(attempt=attempt)
    assert attempt.answered == 1
    services.forget_answers(attempt=attempt, at=timezone.now())
    attempt.refresh_from_db()
    receipt = receipts.receipt_of(attempt)
    assert receipt is not None
    assert (receipt.answered, receipt.code) == (1, attempt.receipt_code)


@pytest.mark.parametrize("role", ["administrator", "author", "proctor", "reviewer"])
def test_staff_find_the_attempt_by_its_code(client: Client, role: str) -> None:
    attempt = handed_in(marked.RIGHT)
    client.force_login(factories.user(role=role, at=attempt.exam.institution, is_staff=True))
    listed = page(client, f"/admin/exams/attempt/?q={attempt.receipt_code}")
    assert str(attempt.pk) in listed
    assert str(attempt.pk) not in page(client, "/admin/exams/attempt/?q=0000-0000-0000")
    shown = page(client, f"/admin/exams/attempt/{attempt.pk}/change/")
    assert attempt.receipt_code in shown
    assert 'id="other-answers"' not in shown
    Answer.objects.filter(attempt=attempt)[0].delete()
    assert 'id="other-answers"' in page(client, f"/admin/exams/attempt/{attempt.pk}/change/")
