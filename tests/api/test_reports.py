"""A session's report through the API: at once, or of a long session in the background."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader
from pytest_django import Settings

from proctor_site import background
from proctoring.evidence import retention
from proctoring.models import Export, Session
from proctoring.reports.pdf.case import AT_ONCE
from tests import factories
from tests.admin.records import event
from tests.factories import People

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(settings: Settings, tmp_path: Path) -> People:
    settings.MEDIA_ROOT = tmp_path
    return factories.people()


@pytest.fixture
def session(people: People) -> Session:
    session = factories.session(factories.exam(people.institution, title="Algebra I"), people.candidate)
    for shade in range(21):
        event(session, jpeg=factories.jpeg(shade=shade))
    return session


@pytest.fixture
def proctor(client: Client, people: People) -> Client:
    client.force_login(people.proctor)
    return client


def report_of(session: Session) -> str:
    return f"/api/v1/exams/{session.exam_id}/sessions/{session.pk}/report/"


def test_it_comes_at_once(proctor: Client, session: Session) -> None:
    answer = proctor.get(report_of(session), headers={"Accept": "application/pdf"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    pdf = PdfReader(io.BytesIO(answer.content))
    assert len([image for page in pdf.pages for image in page.images]) == 21


def test_that_of_a_long_session_is_asked_for_and_fetched_as_an_export(
    proctor: Client, people: People, session: Session
) -> None:
    Session.objects.filter(pk=session.pk).update(event_count=AT_ONCE + 1)
    refused = proctor.get(report_of(session))
    assert (refused.status_code, refused.json()["code"]) == (409, "report_in_background")
    asked = proctor.post(report_of(session))
    assert (asked.status_code, asked.json()["format"]) == (201, "pdf")
    assert asked.json()["session"] == str(session.pk)
    background.join()
    exports = f"/api/v1/exams/{session.exam_id}/exports/{asked.json()['id']}/"
    state = proctor.get(exports).json()
    assert (state["state"], state["done"], state["total"], state["error"]) == ("ready", 21, 21, "")
    answer: Any = proctor.get(f"{exports}file/")
    assert answer["Content-Type"] == "application/pdf"
    assert f"session-{session.created_at:%Y-%m-%d}" in answer["Content-Disposition"]
    text = PdfReader(io.BytesIO(b"".join(answer.streaming_content))).pages[0].extract_text()
    assert f"by {people.proctor.display_name}" in text


def test_asking_again_while_one_is_in_the_making_gives_that_one(
    proctor: Client, people: People, session: Session
) -> None:
    assert session.exam is not None
    waiting = Export.objects.create(
        exam=session.exam, session=session, requested_by=people.proctor, format="pdf", state="waiting"
    )
    assert proctor.post(report_of(session)).json()["id"] == str(waiting.pk)


def test_an_export_of_all_sessions_is_no_pdf(proctor: Client, session: Session) -> None:
    answer = proctor.post(f"/api/v1/exams/{session.exam_id}/exports/", {"format": "pdf"}, "application/json")
    assert (answer.status_code, answer.json()["field"]) == (400, "format")
    assert not Export.objects.exists()


def test_a_purge_of_the_pictures_takes_the_report_with_it(proctor: Client, session: Session, tmp_path: Path) -> None:
    proctor.post(report_of(session))
    background.join()
    assert len(list((tmp_path / "exports").iterdir())) == 1
    retention.purge_pictures(session.pk, session.created_at)
    assert list((tmp_path / "exports").iterdir()) == []
    assert not Export.objects.exists()
