"""For files of questions: an exam that is being written, who writes it, and a folder for what is uploaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from exams.models import Exam
from proctor_site import background
from tests import factories
from tests.factories import People


@pytest.fixture
def files(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def people() -> People:
    return factories.people()


@pytest.fixture
def exam(people: People) -> Exam:
    return factories.exam(people.institution, state=Exam.State.DRAFT, title="Astronomy", questions=False)


@pytest.fixture
def author(client: Client, people: People) -> Client:
    client.force_login(people.author)
    return client


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that takes nothing on."""
    monkeypatch.setattr(background, "_worker", background.Worker(size=1))
    monkeypatch.setattr(background._worker, "_thread", object())
    background._worker._jobs.put_nowait(None)


@pytest.fixture
def joined() -> Iterator[None]:
    yield
    background.join()
