"""The real pool for the tests of the sockets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from channels.layers import channel_layers

from exams.models import Exam, User
from proctoring.analysis import service
from proctoring.live import frames
from proctoring.live.recorder import recorder
from proctoring.models import Session
from tests import factories
from tests.analysis import pools


@pytest.fixture(scope="package", autouse=True)
def _pool() -> Iterator[None]:
    """For all of these tests, so that their first connection starts no other; gone before tests elsewhere begin."""
    service.start(pools.analyzer(), workers=1)
    yield
    service.stop()


@pytest.fixture
def pool() -> service.Analysis:
    running = service.analysis()
    assert running.wait_until_ready(pools.START_SECONDS)
    return running


@dataclass(frozen=True, slots=True)
class Sitting:
    """A candidate who has agreed and may connect, and the people around."""

    people: factories.People
    exam: Exam
    session: Session

    @property
    def candidate(self) -> User:
        return self.people.candidate


@pytest.fixture
def sitting(transactional_db: None, pool: service.Analysis) -> Iterator[Sitting]:
    people = factories.people()
    exam = factories.exam(people.institution, candidates=(people.candidate, people.other_candidate))
    consent = factories.consent(people.candidate, exam)
    attempt = factories.attempt(exam, people.candidate)
    session = factories.session(
        exam, people.candidate, state=Session.State.CHECKING, started_at=None, consent=consent, attempt=attempt
    )
    yield Sitting(people, exam, session)
    recorder.close()
    frames.forget(session.pk)
    channel_layers.backends.clear()
