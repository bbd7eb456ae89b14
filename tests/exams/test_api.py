"""The attempt and its answers over HTTP."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from exams import asked, paper, services
from exams.api import payloads
from exams.models import Answer, Attempt, Choice, Question
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt() -> Attempt:
    candidate = factories.user()
    exam = factories.exam(candidates=(candidate,))
    return services.start_attempt(attempt=services.open_attempt(candidate=candidate, exam=exam))


@pytest.fixture
def api(attempt: Attempt) -> Client:
    client = Client()
    client.force_login(attempt.candidate)
    return client


def url(attempt: Attempt, tail: str = "") -> str:
    return f"/api/v1/attempts/{attempt.pk}/{tail}"


def body(attempt: Attempt, **changes: Any) -> dict[str, Any]:
    question = factories.questions(attempt.exam).get(kind=Question.Kind.ESSAY)
    return {"client_id": str(uuid4()), "question": question.pk, "value": {"text": "One divisor."}} | changes


def post(api: Client, attempt: Attempt, data: Any) -> Any:
    return api.post(url(attempt, "answers/"), data, content_type="application/json")


def test_it_gives_questions_answers_and_the_servers_time(api: Client, attempt: Attempt) -> None:
    post(api, attempt, body(attempt))
    data = api.get(url(attempt)).json()
    choice, text = data["questions"]
    assert [question["kind"] for question in data["questions"]] == ["single_choice", "essay"]
    assert [set(item) for item in choice["choices"]] == [{"id", "html", "name"}] * 3
    assert "prime number" in choice["html"]
    assert (choice["points"], choice["section"]) == ("1", data["sections"][0]["id"])
    assert data["answers"][str(text["id"])]["value"] == {"text": "One divisor."}
    assert data["deadline_ms"] - data["started_at_ms"] == 60 * 60 * 1000
    assert abs(data["server_time_ms"] - timezone.now().timestamp() * 1000) < 10_000


SECRETS: dict[str, Any] = {"guidance": "For markers alone", "feedback": "Because it is so"}
NEVER_SAID = ["correct", "credit", "position", "tolerance", "guidance", "feedback", "For markers", "Because it is so"]


def seen(question: Question, seed: str) -> dict[str, Any]:
    return payloads.question_payload(question, seed=seed, shuffle=True)


def full(kind: str) -> Question:
    """With everything filled in that a candidate must not see."""
    made = factories.question(factories.exam(questions=False), kind, **SECRETS)
    Choice.objects.update(feedback="Because it is so")
    return Question.objects.select_related("section").prefetch_related("choices").get(pk=made.pk)


@pytest.mark.parametrize("kind", Question.Kind)
def test_what_a_page_gets_says_nothing_of_the_right_answer(kind: str) -> None:
    question = full(kind)
    said = json.dumps(seen(question, "a"), ensure_ascii=False)
    assert [word for word in NEVER_SAID if word in said] == []
    assert ("3.14" in said, "Lovelace" in said) == (False, False)


@pytest.mark.parametrize(
    ("kind", "field", "name", "side"),
    [
        ("single_choice", "choices", "id", ""),
        ("multiple_choice", "choices", "id", ""),
        ("ordering", "items", "key", ""),
        ("matching", "left", "key", "left"),
        ("matching", "right", "key", "right"),
    ],
)
def test_neither_names_nor_places_follow_how_the_author_wrote_options_down(
    kind: str, field: str, name: str, side: str
) -> None:
    question = full(kind)
    numbers = {choice.pk for choice in question.choices.all()}
    shown, sorted_by_name = set(), set()
    for seed in map(str, range(30)):
        written = {paper.key(seed, choice, side): choice.position for choice in question.choices.all()}
        names = [each[name] for each in seen(question, seed)[field]]
        assert not numbers & {int(each) for each in names if each.isdecimal()}
        shown.add(tuple(written[each] for each in names))
        sorted_by_name.add(tuple(written[each] for each in sorted(names)))
    assert len(shown) > 1
    assert len(sorted_by_name) > 1


def test_the_two_sides_of_a_pair_have_names_that_do_not_meet() -> None:
    data = seen(full("matching"), "a")
    assert [len(data[side]) for side in ("left", "right")] == [2, 3]
    assert not {each["key"] for each in data["left"]} & {each["key"] for each in data["right"]}


def test_controls_with_formulas_have_a_name_to_be_read_out() -> None:
    assert payloads.label("$x^2$ or **so**")["name"] == "x^2 or **so**"
    assert payloads.label("plain")["name"] == ""


def test_markup_in_texts_stays_text() -> None:
    question = factories.question(factories.exam(questions=False), "essay", text="<script>alert(1)</script> <b>x</b>")
    assert "<script" not in seen(question, "a")["html"]
    assert "<b>" not in seen(question, "a")["html"]


@pytest.mark.parametrize("kind", Question.Kind)
def test_a_page_that_comes_back_finds_its_answer(kind: str) -> None:
    """Whatever was killed meanwhile: what was acknowledged is there, in the words the page sent it in."""
    candidate = factories.user()
    exam = factories.exam(candidates=(candidate,), questions=False)
    question = factories.question(exam, kind)
    attempt = services.start_attempt(attempt=services.open_attempt(candidate=candidate, exam=exam))
    client = Client()
    client.force_login(candidate)
    data = client.get(url(attempt)).json()["questions"][0]
    value = answered(data)
    reply = post(client, attempt, {"client_id": str(uuid4()), "question": question.pk, "value": value})
    assert reply.status_code == 201, reply.content
    again = client.get(url(attempt)).json()
    assert again["questions"][0] == data
    found = again["answers"][str(question.pk)]
    assert (found["revision"], found["value"]) == (1, value)


def answered(data: dict[str, Any]) -> dict[str, Any]:
    """What a page might send, having only what it was given."""
    first = {name: each[0] for name, each in data.items() if isinstance(each, list)}
    if data["kind"] == "single_choice":
        return {"choice": first["choices"]["id"]}
    if data["kind"] == "multiple_choice":
        return {"choices": [first["choices"]["id"]]}
    if data["kind"] == "matching":
        return {"pairs": {first["left"]["key"]: first["right"]["key"]}}
    if data["kind"] == "ordering":
        return {"order": [each["key"] for each in data["items"]]}
    return {"number": "-2,5e3"} if data["kind"] == "numeric" else {"text": "Ada.\n"}


def test_questions_stay_hidden_before_the_start_and_after_the_end(api: Client, attempt: Attempt) -> None:
    Attempt.objects.update(started_at=None)
    assert api.get(url(attempt)).json()["questions"] == []
    Attempt.objects.update(started_at=timezone.now(), state=Attempt.State.SUBMITTED)
    assert api.get(url(attempt)).json()["questions"] == []


def test_an_answer_is_acknowledged_with_its_revision(api: Client, attempt: Attempt) -> None:
    data = body(attempt)
    first, again = post(api, attempt, data), post(api, attempt, data)
    assert first.status_code == 201
    assert first.json() == again.json()
    assert {key: first.json()[key] for key in ("question", "revision", "late")} == {
        "question": data["question"],
        "revision": 1,
        "late": False,
    }
    assert Answer.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"client_id": "no uuid"}, "invalid", "client_id"),
        ({"question": "one"}, "invalid", "question"),
        ({"question": 10**30}, "max_value", "question"),
        ({"value": "text"}, "not_a_dict", "value"),
        ({"value": {"choice": 1}}, "invalid_answer", "value"),
        ({"value": {"text": "x" * 20_001}}, "text_too_long", "value"),
        ({"question": 999_999}, "unknown_question", "question"),
    ],
)
def test_a_refusal_names_the_field(
    api: Client, attempt: Attempt, changes: dict[str, Any], code: str, field: str
) -> None:
    answer = post(api, attempt, body(attempt, **changes))
    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "message", "field"}
    assert (answer.json()["code"], answer.json()["field"]) == (code, field)


def test_bad_json_is_an_error_of_the_same_shape(api: Client, attempt: Attempt) -> None:
    answer = post(api, attempt, "{")
    assert answer.status_code == 400
    assert answer.json()["code"] == "parse_error"


@pytest.mark.parametrize("data", ["[]", "3", "null", '{"client_id": null}'])
def test_json_of_another_shape_is_refused(api: Client, attempt: Attempt, data: str) -> None:
    assert post(api, attempt, data).status_code == 400


def test_a_finished_attempt_takes_nothing(api: Client, attempt: Attempt) -> None:
    services.submit_attempt(attempt=attempt)
    answer = post(api, attempt, body(attempt))
    assert (answer.status_code, answer.json()["code"]) == (409, "attempt_finished")


def test_somebody_elses_attempt_is_not_there(attempt: Attempt) -> None:
    client = Client()
    client.force_login(factories.user(is_superuser=True))
    assert client.get(url(attempt)).status_code == 404
    answer = post(client, attempt, body(attempt))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_it_requires_signing_in(attempt: Attempt) -> None:
    answer = Client().get(url(attempt))
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_it_requires_the_csrf_token(attempt: Attempt) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(attempt.candidate)
    assert post(client, attempt, body(attempt)).status_code == 403


def test_answers_reject_get(api: Client, attempt: Attempt) -> None:
    answer = api.get(url(attempt, "answers/"))
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize("questions", [1, 3])
def test_reading_takes_six_queries_whatever_is_in_it(
    api: Client, attempt: Attempt, questions: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    added = [factories.choice_question(attempt.exam, position=10 + place) for place in range(questions - 1)]
    for question in added:
        value = {"choice": question.choices.all()[0].pk}
        services.save_answer(attempt=attempt, client_id=uuid4(), question_id=question.pk, value=value)
    asked.forget()
    with django_assert_num_queries(8):  # two of them for the questions, which never change
        api.get(url(attempt))
    with django_assert_num_queries(6):
        api.get(url(attempt))
