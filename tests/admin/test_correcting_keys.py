"""A question's key is corrected on its page, for each kind of question."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.admin.results_of import exam_of, text, url_of
from tests.exams import marked
from tests.factories import People

pytestmark = pytest.mark.django_db


def test_a_key_is_corrected_on_its_page(client: Client, people: People) -> None:
    exam = exam_of(people, {"prime": "21"})
    client.force_login(people.author)
    answer = client.post(url_of(exam, "key/{question}/"), {"right_0": "on", "reason": "21 = 3 · 7, but so be it."})
    assert answer.status_code == 302
    assert exam.attempts.get().score == 2
    assert "21 = 3 · 7" in text(client.get(url_of(exam, "key/{question}/")))


@pytest.mark.parametrize(
    ("name", "said", "form", "earned"),
    [
        ("prime", "25", {"right_1": "on", "right_2": "on"}, 2),
        ("prime", "25", {"right_1": "on", "credit_2": "50"}, 1),
        ("even", ["2"], {"right_0": "on", "credit_2": "0", "credit_3": "0"}, 4),
        ("pi", "3.2", {"number": "3,2", "tolerance": "0"}, 1),
        ("capital", "Los Reyes", {"more": "Los Reyes\n\n"}, 1),
        ("order", ["3rd", "2nd", "1st"], {"place_0": "3", "place_1": "2", "place_2": "1"}, 3),
        ("pairs", {}, {"everyone": "on"}, 2),
    ],
)
def test_each_kind_of_key_has_its_form(
    client: Client, people: People, name: str, said: Any, form: dict[str, str], earned: int
) -> None:
    exam = marked.exam(people.institution)
    attempt = marked.handed_in(exam, {name: said})
    client.force_login(people.author)
    url = url_of(exam, "key/{question}/", question=marked.question(exam, name).pk)
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": "A misprint.", **form}).status_code == 302
    assert marked.points(attempt)[name] == earned


@pytest.mark.parametrize(
    ("name", "form", "what"),
    [
        ("prime", {"right_1": "on"}, "Nothing was changed"),
        ("prime", {}, "exactly one right"),
        ("prime", {"right_1": "on", "credit_0": "lots"}, "This is not a number"),
        ("prime", {"right_1": "on", "credit_0": "101"}, "from -100 to 100"),
        ("order", {"place_0": "1", "place_1": "1", "place_2": "2"}, "a place of its own"),
        ("pi", {"number": "", "tolerance": "0"}, "This field is required"),
    ],
)
def test_what_is_no_key_is_said(client: Client, people: People, name: str, form: dict[str, str], what: str) -> None:
    exam = marked.exam(people.institution)
    client.force_login(people.author)
    url = url_of(exam, "key/{question}/", question=marked.question(exam, name).pk)
    answer = client.post(url, {"reason": "Why not.", **form})
    assert answer.status_code == 422
    assert what in text(answer)
    assert "Why not." in text(answer)
