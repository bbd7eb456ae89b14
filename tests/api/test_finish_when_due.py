"""A page that finds that time is up is believed only as far as the server's clock agrees."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from exams.models import Attempt, Heartbeat
from proctoring.models import Session
from tests import factories
from tests.factories import People

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["watched", "unwatched", "watched no more"])
def attempt(request: pytest.FixtureRequest) -> Attempt:
    people: People = factories.people()
    exam = factories.exam(people.institution, candidates=(people.candidate,))
    began = timezone.now() - timedelta(minutes=30)
    attempt = factories.attempt(exam, people.candidate, started_at=began, deadline=began + timedelta(hours=1))
    if request.param != "unwatched":
        ended = {"state": "ended", "ended_by": "proctor", "ended_at": timezone.now()}
        factories.session(exam, people.candidate, attempt=attempt, **(ended if "no more" in request.param else {}))
    return attempt


def finish(attempt: Attempt) -> list[tuple[int, str]]:
    """At both of its addresses: the answers' statuses, and the attempt's state after them."""
    client = Client()
    client.force_login(attempt.candidate)
    urls = [f"/api/v1/attempts/{attempt.pk}/finish/"]
    urls += [f"/api/v1/sessions/{pk}/finish/" for pk in Session.objects.values_list("pk", flat=True)]
    found = []
    for url in urls:
        answer = client.post(url, {"time_is_up": True}, content_type="application/json")
        attempt.refresh_from_db()
        found.append((answer.status_code, answer.json().get("code", "") or str(attempt.state)))
    return found


def test_while_there_is_time_left_nothing_is_handed_in(attempt: Attempt) -> None:
    assert set(finish(attempt)) == {(409, "time_left")}
    assert attempt.state == Attempt.State.RUNNING


def test_nor_while_an_outage_has_yet_to_be_given_back(attempt: Attempt) -> None:
    now = timezone.now()
    Attempt.objects.update(deadline=now - timedelta(seconds=30))
    Heartbeat.objects.create(pk=1, alive_at=now - timedelta(minutes=1))
    assert set(finish(attempt)) == {(409, "time_left")}


def test_when_it_is_up_the_attempt_is_handed_in(attempt: Attempt) -> None:
    Attempt.objects.update(deadline=timezone.now() - timedelta(seconds=1))
    assert set(finish(attempt)) == {(200, "submitted")}
    assert set(Session.objects.values_list("state", flat=True)) <= {"ended"}
