"""Names that are no field are refused, wherever staff or programs write: nobody believes they changed a setting."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from exams.models import Accommodation, Exam, Question
from proctoring.models import ExamPolicy
from tests import factories
from tests.factories import People

pytestmark = pytest.mark.django_db
OWN = ("/api/v1/attempts/", "/api/v1/sessions/")  # what candidates' pages send: an answer is never lost over a field


@pytest.fixture
def people() -> People:
    return factories.people()


@pytest.fixture
def exam(people: People) -> Exam:
    return factories.exam(people.institution, state=Exam.State.DRAFT)


@pytest.fixture
def administrator(client: Client, people: People) -> Client:
    client.force_login(people.administrator)
    return client


def send(client: Client, method: str, url: str, data: Any) -> Any:
    return getattr(client, method)(f"/api/v1/{url}", data, content_type="application/json")


def test_the_description_names_every_field_that_staff_may_send() -> None:
    """A new endpoint fails this until its input is an ExactSerializer."""
    schema: Any = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    open_ended = {
        body["schema"]["$ref"].rsplit("/", 1)[-1]
        for path, methods in schema["paths"].items()
        for operation in methods.values()
        if not path.startswith(OWN) and "requestBody" in operation
        for kind, body in operation["requestBody"]["content"].items()
        if kind == "application/json"
        and schema["components"]["schemas"][body["schema"]["$ref"].rsplit("/", 1)[-1]].get("additionalProperties", True)
    }
    assert open_ended == {"QuestionInputRequest"}  # it passes over what reading a question gives and nobody writes


def test_a_misspelled_setting_is_refused_by_name(administrator: Client, exam: Exam) -> None:
    refused = send(administrator, "patch", f"exams/{exam.pk}/", {"duration_minutes": 90, "pasing_percent": "60"})
    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_field")
    assert refused.json()["field"] == "pasing_percent"
    assert "passing_percent" in refused.json()["message"]
    exam.refresh_from_db()
    assert exam.duration_minutes == 60


def test_what_changes_by_a_step_alone_is_not_passed_over(administrator: Client, exam: Exam) -> None:
    refused = send(administrator, "patch", f"exams/{exam.pk}/", {"state": "published"})
    assert (refused.status_code, refused.json()["field"]) == (400, "state")


def test_an_accommodation_never_lacks_what_was_misspelled(administrator: Client, people: People) -> None:
    wanted = {
        "institution": people.institution.pk,
        "candidate": people.candidate.pk,
        "reason": "A carer sits in the room.",
        "detectors": {"mute": ["MULTIPLE_FACES"]},
    }
    refused = send(administrator, "post", "accommodations/", wanted)
    assert (refused.status_code, refused.json()["field"]) == (400, "mute")
    assert not Accommodation.objects.exists()


def test_neither_does_a_policy(administrator: Client, exam: Exam) -> None:
    refused = send(administrator, "patch", f"exams/{exam.pk}/policy/", {"watched": False, "frame_rate": 1})
    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_field")
    assert not ExamPolicy.objects.filter(exam=exam).exists()


def test_a_question_that_was_read_may_be_sent_back(administrator: Client, exam: Exam) -> None:
    asked = factories.questions(exam).filter(kind=Question.Kind.SINGLE_CHOICE)[0]
    url = f"exams/{exam.pk}/questions/{asked.pk}/"
    read = administrator.get(f"/api/v1/{url}").json()
    assert send(administrator, "put", url, read | {"text": "Which one?"}).status_code == 200
    refused = send(administrator, "put", url, read | {"txt": "Which one?"})
    assert (refused.status_code, refused.json()["field"]) == (400, "txt")
