"""The marking queue: by question, in an order that tells nothing, without names where the exam wants it so."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exams.models import Attempt, Exam, Mark
from exams.services import grading, publish_results
from tests import factories
from tests.exams import marked
from tests.factories import People

pytestmark = pytest.mark.django_db

OVERVIEW = "/admin/exams/mark/"
MARKERS = ("superuser", "administrator", "author", "reviewer")


def exam_of(people: People, answers: int = 1, **fields: Any) -> Exam:
    exam = marked.exam(people.institution, marked.PRIME, marked.ESSAY, title="Number theory", **fields)
    for place in range(answers):
        candidate = factories.user(
            first_name="Zelda", last_name=f"Quimby{place}", role="candidate", at=people.institution
        )
        marked.handed_in(exam, {"prime": "23", "essay": f"Thought number {place}."}, candidate)
    return exam


def queue_url(exam: Exam) -> str:
    return f"{OVERVIEW}queue/{exam.pk}/{marked.question(exam, 'essay').uid}/"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def shown(answer: Any) -> Mark:
    mark: Mark = answer.context["mark"]
    return mark


def give(client: Client, url: str, mark: Mark, points: str, **fields: str) -> Any:
    return client.post(url, {"mark": mark.pk, "points": points, "seen": grading.state_of(mark)} | fields)


@pytest.mark.parametrize("role", ["superuser", "administrator", "author", "proctor", "reviewer"])
def test_the_queue_opens_for_those_who_mark(client: Client, people: People, role: str) -> None:
    exam = exam_of(people)
    mark = marked.mark(exam.attempts.get(), "essay")
    client.force_login(getattr(people, role))
    here = 200 if role in MARKERS else 404
    assert client.get(OVERVIEW).status_code == (200 if role in MARKERS else 403)
    for url in (queue_url(exam), f"{queue_url(exam)}marked/", f"{OVERVIEW}{mark.pk}/change/"):
        assert client.get(url).status_code == here


@pytest.mark.parametrize("role", ["foreign_administrator", "foreign_reviewer", "foreign_proctor"])
def test_another_institutions_answers_do_not_exist(client: Client, people: People, role: str) -> None:
    exam = exam_of(people)
    mark = marked.mark(exam.attempts.get(), "essay")
    client.force_login(getattr(people, role))
    for url in (queue_url(exam), f"{queue_url(exam)}marked/", f"{OVERVIEW}{mark.pk}/change/"):
        assert client.get(url).status_code == 404
        assert give(client, url, mark, "5").status_code == 404
    mark.refresh_from_db()
    assert mark.points is None
    if role != "foreign_proctor":
        assert "Number theory" not in text(client.get(OVERVIEW))


def test_the_overview_counts_what_waits_by_question(client: Client, people: People) -> None:
    exam_of(people, answers=3)
    client.force_login(people.reviewer)
    page = text(client.get(OVERVIEW))
    assert "3 answers wait to be marked" in page
    assert "Why is 1 no prime?" in page
    assert "Which is prime?" not in page


def test_number_and_enter_lead_to_the_next_answer(client: Client, people: People) -> None:
    exam = exam_of(people, answers=2)
    client.force_login(people.reviewer)
    first = shown(client.get(queue_url(exam)))
    answer = give(client, queue_url(exam), first, "3,25", comment="Good.")
    assert (answer.status_code, answer["Location"]) == (302, queue_url(exam))
    first.refresh_from_db()
    assert (first.points, first.comment, first.by) == (Decimal("3.25"), "Good.", people.reviewer)
    second = shown(client.get(queue_url(exam)))
    assert second != first
    give(client, queue_url(exam), second, "0")
    assert "All answers to this question are marked" in text(client.get(queue_url(exam)))


def test_the_page_has_question_guidance_and_the_most_that_can_be_given(client: Client, people: People) -> None:
    exam = exam_of(people)
    client.force_login(people.author)
    page = text(client.get(queue_url(exam)))
    for words in ("Why is 1 no prime?", "Two divisors.", "Thought number 0.", "Points, 0 to 5"):
        assert words in page


def test_what_candidates_write_stays_text(client: Client, people: People) -> None:
    exam = marked.exam(people.institution, marked.ESSAY)
    marked.handed_in(exam, {"essay": "<script>alert(1)</script> **bold** \u202eback"})
    client.force_login(people.reviewer)
    page = text(client.get(queue_url(exam)))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; **bold**" in page
    assert "<script>alert(1)" not in page


@pytest.mark.parametrize("points", ["", "six", "5.5", "-1", "1.234", "9" * 200])
def test_points_that_cannot_be_given_are_said_and_nothing_typed_is_lost(
    client: Client, people: People, points: str
) -> None:
    exam = exam_of(people)
    client.force_login(people.reviewer)
    mark = shown(client.get(queue_url(exam)))
    answer = give(client, queue_url(exam), mark, points, comment="Much to say.")
    assert answer.status_code == 422
    assert 'class="pv-error"' in text(answer)
    assert "Much to say." in text(answer)
    mark.refresh_from_db()
    assert mark.points is None


def test_two_markers_get_two_answers(client: Client, people: People) -> None:
    exam = exam_of(people, answers=2)
    given = []
    for person in (people.reviewer, people.author, people.administrator):
        client.force_login(person)
        given.append(client.get(queue_url(exam)))
    assert shown(given[0]) != shown(given[1])
    assert "2 answers are with other markers now" in text(given[2])


def test_who_was_slower_overwrites_nothing_and_is_told(client: Client, people: People) -> None:
    exam = exam_of(people)
    client.force_login(people.reviewer)
    seen = shown(client.get(queue_url(exam)))
    Mark.objects.filter(pk=seen.pk).update(reserved_until=timezone.now() - timedelta(seconds=1))
    grading.give_mark(by=people.author, mark=seen, points=Decimal(4))
    answer = client.post(queue_url(exam), {"mark": seen.pk, "points": "1", "seen": ""}, follow=True)
    assert "Somebody else has marked this answer" in text(answer)
    seen.refresh_from_db()
    assert seen.points == 4


def test_skipping_goes_on_to_another_answer(client: Client, people: People) -> None:
    exam = exam_of(people, answers=3)
    client.force_login(people.reviewer)
    first = shown(client.get(queue_url(exam)))
    second = shown(client.get(f"{queue_url(exam)}?after={first.pk}"))
    assert second != first
    client.force_login(people.author)
    assert shown(client.get(queue_url(exam))) == first


@pytest.mark.parametrize("after", ["x", "-1", "9" * 40, "0"])
def test_skipping_what_is_no_answer_breaks_nothing(client: Client, people: People, after: str) -> None:
    exam = exam_of(people)
    client.force_login(people.reviewer)
    assert client.get(f"{queue_url(exam)}?after={after}").status_code == 200


def test_an_answer_of_another_question_is_not_marked_here(client: Client, people: People) -> None:
    exam = exam_of(people)
    client.force_login(people.reviewer)
    assert give(client, queue_url(exam), marked.mark(exam.attempts.get(), "prime"), "1").status_code == 404


def test_a_question_nobody_answers_in_words_has_no_queue(client: Client, people: People) -> None:
    exam = exam_of(people)
    client.force_login(people.reviewer)
    uid = marked.question(exam, "prime").uid
    assert client.get(f"{OVERVIEW}queue/{exam.pk}/{uid}/").status_code == 404


# ---- anonymous ----


def pages_of(exam: Exam) -> list[str]:
    mark = marked.mark(exam.attempts.order_by("pk")[0], "essay")
    return [
        OVERVIEW,
        queue_url(exam),
        f"{queue_url(exam)}marked/",
        f"{OVERVIEW}{mark.pk}/change/",
        f"/admin/exams/exam/{exam.pk}/results/",
        f"/admin/exams/exam/{exam.pk}/results/file.csv",
        f"/admin/exams/exam/{exam.pk}/results/file.json",
    ]


def tells(answer: Any, exam: Exam) -> list[str]:
    """What on the page, in its links or in its address says whose an answer is."""
    page = text(answer) + answer.request["PATH_INFO"]
    attempts = Attempt.objects.filter(exam=exam).select_related("candidate")
    named = [("Quimby", "Zelda", each.candidate.username, str(each.pk)) for each in attempts]
    return [word for words in named for word in words if word in page]


@pytest.mark.parametrize("role", MARKERS)
def test_under_anonymous_marking_no_page_tells_whose_answer_it_is(client: Client, people: People, role: str) -> None:
    exam = exam_of(people, answers=2, anonymous_marking=True)
    grading.give_mark(by=people.author, mark=marked.mark(exam.attempts.order_by("pk")[0], "essay"), points=Decimal(2))
    client.force_login(getattr(people, role))
    for url in pages_of(exam):
        answer = client.get(url)
        assert answer.status_code == 200
        assert tells(answer, exam) == [], url
    attempt = exam.attempts.order_by("pk")[0]
    assert client.get(f"/admin/exams/exam/{exam.pk}/results/attempts/{attempt.pk}/").status_code == 404


def test_names_stay_hidden_until_the_results_are_published(client: Client, people: People) -> None:
    exam = exam_of(people, anonymous_marking=True)
    grading.give_mark(by=people.author, mark=marked.mark(exam.attempts.get(), "essay"), points=Decimal(2))
    client.force_login(people.administrator)
    url = f"/admin/exams/exam/{exam.pk}/results/"
    assert "Quimby" not in text(client.get(url))
    publish_results(exam=exam, by=people.author)
    assert "Quimby" in text(client.get(url))


def test_without_anonymity_the_marker_sees_whose_answer_it_is(client: Client, people: People) -> None:
    exam = exam_of(people)
    client.force_login(people.reviewer)
    assert "Answer of Zelda Quimby0" in text(client.get(queue_url(exam)))


# ---- one mark ----


def test_a_mark_is_changed_on_its_page_with_its_history(client: Client, people: People) -> None:
    exam = exam_of(people)
    mark = marked.mark(exam.attempts.get(), "prime")
    client.force_login(people.author)
    url = f"{OVERVIEW}{mark.pk}/change/"
    assert "Automatic" in text(client.get(url))
    assert give(client, url, mark, "1.5", comment="On appeal.").status_code == 302
    page = text(client.get(url))
    assert "2 → 1.5" in page
    assert "On appeal." in page
    mark.refresh_from_db()
    assert (mark.points, mark.by) == (Decimal("1.5"), people.author)


def test_the_answer_is_shown_in_words_beside_the_key(client: Client, people: People) -> None:
    exam = marked.exam(people.institution)
    attempt = marked.handed_in(exam, {**marked.RIGHT, "pairs": {"dog": "moo"}, "order": ["2nd", "1st", "3rd"]})
    client.force_login(people.reviewer)
    pages = {mark.question.name: text(client.get(f"{OVERVIEW}{mark.pk}/change/")) for mark in attempt.marks.all()}
    flat = {name: " ".join(page.split()) for name, page in pages.items()}
    assert "dog</span> → <span" in flat["pairs"]
    assert flat["order"].index("2nd</span></li><li>") < flat["order"].rindex("1st</span>")
    assert "3,14" in flat["pi"] and "3.14 ± 0.005" in flat["pi"]
    assert "lima" in flat["capital"] and "Lima" in flat["capital"]


# ---- queries ----


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_queue_takes_as_many_queries_for_many_answers_as_for_one(
    client: Client, people: People, place: int
) -> None:
    few, many = (exam_of(people, answers) for answers in (2, 5))
    for exam in (few, many):
        for attempt in exam.attempts.order_by("pk")[1:]:
            mark = marked.mark(attempt, "essay")
            grading.give_mark(by=people.author, mark=mark, points=Decimal(2))
    client.force_login(people.reviewer)
    assert queries(client, pages_of(few)[place]) == queries(client, pages_of(many)[place])
