"""A cast, an exam with one live session of theirs, and one of another institution."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client

from exams.models import Exam
from proctoring.models import Session
from tests import factories
from tests.factories import People


@dataclass(frozen=True, slots=True)
class Scene:
    people: People
    exam: Exam
    draft: Exam
    session: Session
    foreign_exam: Exam
    foreign_session: Session


@pytest.fixture
def people(db: None) -> People:
    return factories.people()


@pytest.fixture
def scene(db: None) -> Scene:
    people = factories.people()
    exam = factories.exam(people.institution, candidates=(people.candidate, people.other_candidate), title="Algebra")
    foreign = factories.exam(people.other_institution, candidates=(people.foreign_candidate,), title="Botany")
    return Scene(
        people=people,
        exam=exam,
        draft=factories.exam(people.institution, title="Calculus I", state=Exam.State.DRAFT, questions=False),
        session=factories.session(exam, people.candidate),
        foreign_exam=foreign,
        foreign_session=factories.session(foreign, people.foreign_candidate),
    )


@pytest.fixture
def author(client: Client, scene: Scene) -> Client:
    client.force_login(scene.people.author)
    return client
