"""Exports of a whole exam from the admin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from proctoring.models import Export
from tests.admin.conftest import Scene


@pytest.fixture
def watcher(client: Client, scene: Scene) -> Client:
    client.force_login(scene.people.proctor)
    return client


def page_of(scene: Scene) -> str:
    return f"/admin/exams/exam/{scene.exam.pk}/exports/"


def test_asking_makes_one_for_the_person_who_asked(watcher: Client, scene: Scene) -> None:
    answer = watcher.post(page_of(scene), {"format": "csv"})
    assert answer["Location"] == page_of(scene)
    [export] = Export.objects.all()
    assert (export.requested_by, export.exam, export.format) == (scene.people.proctor, scene.exam, "csv")


def test_an_unknown_format_is_refused_with_a_sentence(watcher: Client, scene: Scene) -> None:
    answer = watcher.post(page_of(scene), {"format": "exe"}, follow=True)
    assert "Choose CSV or JSON." in answer.content.decode()
    assert not Export.objects.exists()


@pytest.mark.parametrize(("state", "offered"), [("waiting", False), ("running", False), ("ready", True)])
def test_only_a_ready_export_can_be_downloaded(watcher: Client, scene: Scene, state: str, offered: bool) -> None:
    export = Export.objects.create(exam=scene.exam, requested_by=scene.people.proctor, format="csv", state=state)
    page = watcher.get(page_of(scene)).content.decode()
    assert f'data-status-url="/exports/{export.pk}/"' in page
    link = f'data-part="download" href="/exports/{export.pk}/download/"'
    assert (f"{link}>" in page) is offered
    assert (f"{link} hidden>" in page) is not offered


def test_a_colleagues_exports_are_not_shown(watcher: Client, scene: Scene) -> None:
    export = Export.objects.create(exam=scene.exam, requested_by=scene.people.colleague, format="csv")
    assert str(export.pk) not in watcher.get(page_of(scene)).content.decode()


def test_why_one_failed_is_said(watcher: Client, scene: Scene) -> None:
    Export.objects.create(
        exam=scene.exam, requested_by=scene.people.proctor, format="csv", state="failed", error="The disk is full."
    )
    assert "The disk is full." in watcher.get(page_of(scene)).content.decode()


def test_one_that_was_lost_is_said_to_have_failed(watcher: Client, scene: Scene) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    Export.objects.create(exam=scene.exam, requested_by=scene.people.proctor, format="csv", touched_at=long_ago)
    page = watcher.get(page_of(scene)).content.decode()
    assert "Failed: It has not gone on for 30 minutes; the server may have been restarted." in page


def test_nobody_exports_another_institutions_exam(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.foreign_proctor)
    assert client.post(page_of(scene), {"format": "csv"}).status_code == 404
