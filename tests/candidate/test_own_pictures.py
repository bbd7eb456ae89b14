"""The pictures kept of a candidate: theirs to see once the record is open to them, and nobody else's."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from exams.models import Exam
from proctoring.evidence import retention
from proctoring.models import Session
from tests import factories
from tests.admin.records import event
from tests.factories import People

pytestmark = pytest.mark.django_db

# Everybody but the candidate; those who watch have a door of their own, which tests/api/test_access.py tries.
OTHERS = ("other_candidate", "author", "foreign_administrator", "foreign_proctor", "foreign_reviewer")


@pytest.fixture
def people(settings: Settings, tmp_path: Path) -> People:
    settings.MEDIA_ROOT = tmp_path
    return factories.people()


@pytest.fixture
def exam(people: People) -> Exam:
    return factories.exam(people.institution, candidates=(people.candidate, people.other_candidate))


@pytest.fixture
def ended(people: People, exam: Exam) -> Session:
    session = factories.ended_session(exam, people.candidate, at=timezone.now())
    event(session, jpeg=factories.jpeg())
    return session


def fetched(client: Client, session: Session) -> int:
    kept = session.events.exclude(snapshot="").get()
    name = kept.snapshot.rpartition("/")[2].removesuffix(".jpg")
    answer = client.get(reverse("snapshot", kwargs={"session_id": session.pk, "name": name}))
    if answer.status_code == 200:
        assert answer.content == factories.jpeg()
    return answer.status_code


def test_the_candidate_sees_their_own_and_no_browser_keeps_it(client: Client, people: People, ended: Session) -> None:
    client.force_login(people.candidate)
    assert fetched(client, ended) == 200
    name = ended.events.get().snapshot.rpartition("/")[2].removesuffix(".jpg")
    answer = client.get(reverse("snapshot", kwargs={"session_id": ended.pk, "name": name}))
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("who", OTHERS)
def test_for_others_there_is_none(client: Client, people: People, ended: Session, who: str) -> None:
    client.force_login(getattr(people, who))
    assert fetched(client, ended) == 404


def test_nor_for_somebody_who_sat_the_same_exam(client: Client, people: People, exam: Exam, ended: Session) -> None:
    factories.ended_session(exam, people.other_candidate, at=timezone.now())
    client.force_login(people.other_candidate)
    assert fetched(client, ended) == 404


def test_nor_without_signing_in_or_with_an_account_that_was_closed(
    client: Client, people: People, ended: Session
) -> None:
    assert fetched(client, ended) == 302
    client.force_login(people.candidate)
    people.candidate.is_active = False
    people.candidate.save()
    assert fetched(client, ended) == 302


def test_not_while_the_exam_runs(client: Client, people: People, exam: Exam) -> None:
    running = factories.session(exam, people.candidate)
    event(running, jpeg=factories.jpeg())
    client.force_login(people.candidate)
    assert fetched(client, running) == 404
    Session.objects.update(state="ended", ended_at=timezone.now())  # the exam goes on unwatched
    assert fetched(client, running) == 404


def test_not_of_a_practice_run(client: Client, people: People) -> None:
    practice = factories.session(candidate=people.candidate)
    event(practice, jpeg=factories.jpeg())
    client.force_login(people.candidate)
    assert fetched(client, practice) == 404


def test_not_while_another_attempt_is_open(client: Client, people: People, ended: Session) -> None:
    client.force_login(people.candidate)
    Exam.objects.update(attempts_allowed=2)
    assert fetched(client, ended) == 404
    Exam.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    assert fetched(client, ended) == 200


def test_as_the_institution_decided(client: Client, people: People, exam: Exam, ended: Session) -> None:
    client.force_login(people.candidate)
    policy = factories.policy(exam, record_shown="never")
    assert fetched(client, ended) == 404
    policy.record_shown = "published"
    policy.save()
    assert fetched(client, ended) == 404
    Exam.objects.update(results_published_at=timezone.now())
    assert fetched(client, ended) == 200


def test_not_after_it_was_deleted(client: Client, people: People, ended: Session) -> None:
    client.force_login(people.candidate)
    retention.purge_pictures(ended.pk, timezone.now())
    assert fetched(client, ended) == 404
