"""Verdicts on events through the API: given, taken back, read."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from proctoring.models import Session
from tests import factories
from tests.admin.records import event
from tests.factories import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    return factories.people()


@pytest.fixture
def session(people: People, client: Client) -> Session:
    client.force_login(people.reviewer)
    return factories.session(factories.exam(people.institution), people.candidate)


def url(session: Session, rest: str = "") -> str:
    return f"/api/v1/exams/{session.exam_id}/events/{rest}"


def judge(client: Client, session: Session, verdict: str) -> Any:
    scored = session.events.filter(ledger="integrity").get()
    return client.post(url(session, f"{scored.pk}/verdict/"), {"verdict": verdict}, content_type="application/json")


def read(client: Client, session: Session) -> str | None:
    [one] = client.get(url(session), {"ledger": "integrity"}).json()["results"]
    verdict: str | None = one["verdict"]
    return verdict


def test_what_was_taken_back_is_no_verdict(client: Client, session: Session) -> None:
    event(session)
    assert read(client, session) is None
    for verdict, found in (("confirmed", "confirmed"), ("dismissed", "dismissed"), ("taken_back", None)):
        assert judge(client, session, verdict).status_code == 204
        assert read(client, session) == found
    refused = judge(client, session, "taken_back")
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_message")
    listed = client.get(f"/api/v1/exams/{session.exam_id}/sessions/{session.pk}/events/").json()["results"]
    assert [(one["event"], one["verdict"]) for one in listed] == [
        ("NO_FACE", None),
        ("EVENT_CONFIRMED", None),
        ("EVENT_DISMISSED", None),
        ("VERDICT_TAKEN_BACK", None),
    ]


def test_the_newest_come_first_by_when_they_happened(client: Client, session: Session) -> None:
    """What a browser tells late is written down late."""
    now = timezone.now().timestamp()
    written = [event(session, time=now - ago).pk for ago in (5, 60, 60, 1)]
    listed = [one["id"] for one in client.get(url(session)).json()["results"]]
    assert listed == [written[3], written[0], written[2], written[1]]
