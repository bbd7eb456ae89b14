"""An export asked for with a key is downloaded with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from pytest_django import Settings

from exams.models import Exam, Membership, User
from exams.services import tokens
from proctoring.models import Export
from proctoring.reports import exam_export
from tests import factories
from tests.factories import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(settings: Settings, tmp_path: Path) -> People:
    settings.MEDIA_ROOT = tmp_path
    return factories.people()


@pytest.fixture
def exam(people: People) -> Exam:
    exam = factories.exam(people.institution, title="Algebra I")
    factories.session(exam, people.candidate)
    return exam


def asked(exam: Exam, by: User, format: str = "csv") -> Export:
    return Export.objects.create(exam=exam, requested_by=by, format=format)


def fetch(exam: Exam, export: Export, by: User, **headers: str) -> Any:
    _, key = tokens.make_token(user=by, name="K", scope="read", days=1)
    url = f"/api/v1/exams/{exam.pk}/exports/{export.pk}/file/"
    return Client().get(url, headers={"Authorization": f"Bearer {key}", **headers})


@pytest.mark.parametrize(("format", "content_type"), [("csv", "text/csv; charset=utf-8"), ("json", "application/json")])
def test_a_ready_export_comes_with_the_key_that_asked_for_it(
    people: People, exam: Exam, format: str, content_type: str
) -> None:
    export = asked(exam, people.proctor, format)
    exam_export.make(export)
    answer = fetch(exam, export, people.proctor, Accept="text/csv")
    assert (answer.status_code, answer["Content-Type"]) == (200, content_type)
    assert f'filename="algebra-i-{export.created_at:%Y-%m-%d}.{format}"' in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "private, no-store"
    with default_storage.open(export.file) as kept:
        assert b"".join(answer) == kept.read()


def test_one_that_is_not_ready_says_so(people: People, exam: Exam) -> None:
    export = asked(exam, people.proctor)
    waiting = fetch(exam, export, people.proctor)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "export_not_ready")
    exam_export.fail(export, "The disk is full.")
    failed = fetch(exam, export, people.proctor)
    assert (failed.status_code, failed.json()["message"]) == (409, "The disk is full.")


def test_a_file_that_was_deleted_is_not_found(people: People, exam: Exam) -> None:
    export = asked(exam, people.proctor)
    exam_export.make(export)
    default_storage.delete(export.file)
    assert fetch(exam, export, people.proctor).status_code == 404


@pytest.mark.parametrize("who", ["superuser", "administrator", "colleague", "author", "foreign_proctor", "candidate"])
def test_nobody_elses_key_opens_it(people: People, exam: Exam, who: str) -> None:
    export = asked(exam, people.proctor)
    exam_export.make(export)
    assert fetch(exam, export, getattr(people, who)).status_code == 404


def test_it_is_closed_to_who_has_lost_the_role_since(people: People, exam: Exam) -> None:
    export = asked(exam, people.proctor)
    exam_export.make(export)
    Membership.objects.filter(user=people.proctor).delete()
    assert fetch(exam, export, people.proctor).status_code in {401, 404}  # the key stops with its owner


def test_stopping_a_session_without_the_role_is_forbidden(client: Client, people: People) -> None:
    session = factories.session(factories.exam(people.institution), people.other_candidate)
    client.force_login(people.reviewer)
    url = f"/api/v1/exams/{session.exam_id}/sessions/{session.pk}/stop/"
    answer = client.post(url, {"action": "stop_watching", "reason": "other", "note": "x"}, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
