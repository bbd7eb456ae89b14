"""The picture kept with an event comes with a key, to whoever may see the event."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from exams.models import User
from exams.services import tokens
from proctoring.models import Event
from tests import factories
from tests.admin.records import event
from tests.factories import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(settings: Settings, tmp_path: Path) -> People:
    settings.MEDIA_ROOT = tmp_path
    return factories.people()


@pytest.fixture
def kept(people: People) -> Event:
    exam = factories.exam(people.institution)
    return event(factories.session(exam, people.candidate), jpeg=factories.jpeg())


def fetch(kept: Event, by: User) -> Any:
    _, key = tokens.make_token(user=by, name="K", scope="read", days=1)
    url = f"/api/v1/exams/{kept.session.exam_id}/events/{kept.pk}/snapshot/"
    return Client().get(url, headers={"Authorization": f"Bearer {key}", "Accept": "image/jpeg"})


def test_it_comes_with_a_key_and_is_kept_nowhere_on_the_way(people: People, kept: Event) -> None:
    answer = fetch(kept, people.reviewer)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer.content == factories.jpeg()
    assert answer["Cache-Control"] == "private, no-store"


def test_who_may_not_see_the_event_is_told_that_there_is_none(people: People, kept: Event) -> None:
    for person in (people.candidate, people.author, people.foreign_administrator, people.foreign_proctor):
        assert fetch(kept, person).status_code == 404


def test_none_kept_one_deleted_and_one_that_is_missing_are_said(people: People, kept: Event) -> None:
    assert "No picture is kept" in fetch(event(kept.session), people.proctor).json()["message"]
    default_storage.delete(kept.snapshot)
    assert "missing" in fetch(kept, people.proctor).json()["message"]
    Event.objects.filter(pk=kept.pk).update(snapshot_deleted_at=timezone.now())
    assert "none any more" in fetch(kept, people.proctor).json()["message"]
