"""What a candidate sees of an attempt they handed in: as much as the exam shows, once it is published."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from exams import review, services
from exams.models import Attempt, Choice, Exam, KeyCorrection
from tests import factories
from tests.exams import marked

pytestmark = pytest.mark.django_db

WRONG = {
    "prime": "21",
    "even": ["2", "5"],
    "pi": "3",
    "capital": "<b>Quito</b>",
    "pairs": {"dog": "moo"},
    "order": ["2nd", "1st", "3rd"],
    "essay": "Because.\nمرحبا",
}


def exam(**fields: Any) -> Exam:
    now = timezone.now()
    return marked.exam(None, **({"afterwards": "review", "results_published_at": now} | fields))


def handed_in(said: marked.Answers, **fields: Any) -> Attempt:
    """The essay marked by a person, so that the score is complete."""
    attempt = marked.handed_in(exam(**fields), said)
    if "essay" in said:
        mark = marked.mark(attempt, "essay")
        administrator = factories.user(role="administrator", at=attempt.exam.institution)
        services.give_mark(by=administrator, mark=mark, points=Decimal(3), comment="Say <i>why</i>.")
    attempt.refresh_from_db()
    return attempt


def page(client: Client, attempt: Attempt) -> str:
    client.force_login(attempt.candidate)
    answer = client.get(f"/results/{attempt.pk}/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def reviewed(attempt: Attempt) -> dict[str, review.Reviewed]:
    return {each.question.name: each for each in review.review(attempt)}


def test_it_requires_signing_in(client: Client) -> None:
    assert client.get(f"/results/{uuid4()}/").status_code == 302


def test_it_rejects_post(client: Client) -> None:
    client.force_login(factories.user())
    assert client.post(f"/results/{uuid4()}/").status_code == 405


def test_it_is_its_candidates_alone(client: Client) -> None:
    attempt = handed_in(marked.RIGHT)
    place = attempt.exam.institution
    for other in (
        factories.user(),
        factories.user(is_superuser=True, is_staff=True),
        factories.user(role="administrator", at=place, is_staff=True),
    ):
        client.force_login(other)
        assert client.get(f"/results/{attempt.pk}/").status_code == 404


def test_an_attempt_that_runs_has_none(client: Client) -> None:
    attempt = marked.sitting(exam(), marked.RIGHT)
    client.force_login(attempt.candidate)
    assert client.get(f"/results/{attempt.pk}/").status_code == 404


def test_before_they_are_published_nothing_is_told(client: Client) -> None:
    html = page(client, handed_in(marked.RIGHT, results_published_at=None))
    assert "not published yet" in html
    assert "right answers" not in html and "of 18" not in html and "Lima" not in html


def test_an_exam_may_show_nothing(client: Client) -> None:
    html = page(client, handed_in(marked.RIGHT, afterwards="nothing"))
    assert "not shown here" in html
    assert "of 18" not in html


def test_the_score_alone(client: Client) -> None:
    html = page(client, handed_in(marked.RIGHT, afterwards="score", passing_percent=50))
    assert "16 of 18" in html and "88.9 %" in html
    assert ">Passed<" in html
    assert "Lima" not in html and "two divisors" not in html


def test_who_did_not_reach_the_mark_is_told(client: Client) -> None:
    assert ">Not passed<" in page(client, handed_in(WRONG, passing_percent=50))


def test_where_nobody_passes_or_fails_neither_is_said(client: Client) -> None:
    assert "assed<" not in page(client, handed_in(WRONG))


def test_a_score_that_is_not_complete_says_so(client: Client) -> None:
    attempt = marked.handed_in(exam(passing_percent=50), marked.RIGHT)
    html = page(client, attempt)
    assert "not been marked yet" in html and "13 of 18" in html
    assert "Not marked yet" in html
    assert "assed<" not in html


def test_the_review_shows_own_and_right_answers_points_and_words(client: Client) -> None:
    attempt = handed_in(WRONG)
    html = page(client, attempt)
    assert "&lt;b&gt;Quito&lt;/b&gt;" in html and "Lima" in html
    assert "Say &lt;i&gt;why&lt;/i&gt;." in html
    assert "Two divisors" not in html, "the guidance is for those who mark"
    assert "مرحبا" in html
    assert "<strong>-0.5</strong> of 2 points" in html


def test_right_answers_wait_while_another_attempt_is_left(client: Client) -> None:
    attempt = handed_in(marked.RIGHT, attempts_allowed=2)
    html = page(client, attempt)
    assert "16 of 18" in html and "once you have handed in your last attempt" in html
    assert "Lima" not in html
    Exam.objects.update(state=Exam.State.CLOSED)
    assert "Lima" in page(client, attempt).replace("lima", "")


def test_every_kind_says_what_was_right() -> None:
    by_name = reviewed(handed_in(WRONG))
    lines = {
        name: {line.html.split(">", 1)[1].split("<")[0]: (line.given, line.worth) for line in each.looked.lines}
        for name, each in by_name.items()
    }
    assert lines["prime"] == {"21": (True, "wrong"), "23": (False, "right"), "25": (False, "wrong")}
    assert {text: of[0] for text, of in lines["even"].items()} == {"2": True, "4": False, "5": True, "7": False}
    assert (by_name["pi"].looked.text, by_name["pi"].looked.right) == ("3", ("3.14 ± 0.005",))
    assert by_name["capital"].looked.right == ("Lima",)
    dog, cat = sorted(by_name["pairs"].looked.lines, key=lambda line: "cat" in line.html)
    assert (dog.given, dog.worth, "bark" in dog.note) == (True, "wrong", True)
    assert (cat.given, cat.worth, "mew" in cat.note) == (False, "wrong", True)
    assert [line.worth for line in by_name["order"].looked.lines] == ["wrong", "wrong", "right"]
    assert ["1st" in each for each in by_name["order"].looked.right] == [True, False, False]


def test_who_was_right_is_not_told_the_right_answer_again() -> None:
    by_name = reviewed(handed_in(marked.RIGHT))
    assert by_name["order"].looked.right == ()
    assert {line.note for line in by_name["pairs"].looked.lines} == {""}


def test_what_was_not_answered_says_so(client: Client) -> None:
    attempt = marked.handed_in(exam(), {})
    assert page(client, attempt).count("You gave no answer.") == len(marked.ALL)


def test_an_answer_taken_back_is_none() -> None:
    attempt = marked.sitting(exam(), {"pi": "3.14"})
    marked.answer(attempt, "pi", "")
    services.submit_attempt(attempt=attempt)
    assert not reviewed(attempt)["pi"].looked.answered


def test_what_came_late_is_not_shown_as_the_answer() -> None:
    attempt = marked.sitting(exam(), {"capital": "Lima"})
    Attempt.objects.update(deadline=timezone.now())
    marked.answer(attempt, "capital", "Quito")
    services.submit_attempt(attempt=attempt)
    assert reviewed(attempt)["capital"].looked.text == "Lima"


def test_feedback_of_an_option_is_shown_to_who_took_it(client: Client) -> None:
    made = exam()
    Choice.objects.filter(text="21").update(feedback="7 × 3")
    Choice.objects.filter(text="25").update(feedback="5 × 5")
    html = page(client, marked.handed_in(made, WRONG))
    assert "7 × 3" in html and "5 × 5" not in html


def test_full_points_for_everybody_are_explained(client: Client) -> None:
    attempt = handed_in(WRONG)
    question = marked.question(attempt.exam, "pi")
    KeyCorrection.objects.create(
        question=question, by=factories.user(), reason="Ambiguous", before={}, after={}, everyone=True
    )
    assert page(client, attempt).count("Everybody was given the full points") == 1


def test_deleted_answers_are_not_taken_for_missing_ones(client: Client) -> None:
    attempt = handed_in(marked.RIGHT)
    services.forget_answers(attempt=attempt, at=timezone.now())
    html = page(client, attempt)
    assert "Your answers were deleted on" in html and "16 of 18" in html
    assert "You gave no answer" not in html


def test_it_takes_ten_queries_at_most_however_many_questions(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    attempt = handed_in(WRONG)
    client.force_login(attempt.candidate)
    with django_assert_max_num_queries(10):
        client.get(f"/results/{attempt.pk}/")
