"""For how long the page was left: told afterwards from the browser's signals, the event staying as it was written."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta, timezone
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from proctoring import services
from proctoring.evidence import verify
from proctoring.models import Event, Session
from proctoring.reports.lasting import Lasting, in_words
from proctoring.reports.session_csv import session_csv
from proctoring.reports.session_json import session_json
from proctoring.services import SignalBatch
from tests import factories

pytestmark = pytest.mark.django_db

START = datetime(2026, 1, 7, 12, tzinfo=timezone.utc)


def told(session: Session, *signals: tuple[float, str]) -> None:
    """By the browser, in one message each, at so many seconds after the start."""
    for second, kind in signals:
        at = START + timedelta(seconds=second)
        sent = at.timestamp() * 1000
        message = {"sent_ms": sent, "signals": [{"id": str(uuid4()), "kind": kind, "time_ms": sent}]}
        services.store_signals(session.pk, SignalBatch.parse(message, received_at=at))
        services.apply_pending_signals(session.pk)


@pytest.fixture
def session(db: None) -> Session:
    made = factories.session(factories.exam(), started_at=START, created_at=START)
    Session.objects.filter(pk=made.pk).update(connected=False)
    return fresh(made)


def fresh(session: Session) -> Session:
    return Session.objects.select_related("exam__institution").get(pk=session.pk)


def lasted(session: Session) -> list[tuple[str, float | None] | None]:
    lasting = Lasting(fresh(session))
    found = [lasting.of(event) for event in session.events.order_by("sequence")]
    return [None if one is None else (one.text, one.seconds) for one in found]


def test_who_comes_back_was_away_until_the_page_was_both_visible_and_focused(session: Session) -> None:
    told(session, (5, "blur"), (5.25, "hidden"), (14, "visible"), (17.25, "focus"))
    [recorded] = session.events.all()
    assert recorded.detail["measured"]["returned_at"] is None, "nobody could know it then"
    assert lasted(session) == [("Away for 12 s", 12.2)]
    assert list(verify.check(fresh(session))) == []


def test_each_leaving_has_its_own_length(session: Session) -> None:
    told(session, (5, "hidden"), (6.5, "visible"), (20, "hidden"), (150, "visible"))
    assert lasted(session) == [("Away for 1.5 s", 1.5), ("Away for 2 min 10 s", 130.0)]


def test_who_is_still_away_is_said_to_be_so_and_at_the_end_never_to_have_come_back(session: Session) -> None:
    told(session, (5, "hidden"))
    assert lasted(session) == [("Not back yet", None)]
    Session.objects.filter(pk=session.pk).update(state="ended", ended_at=START + timedelta(seconds=60))
    told(session, (90, "visible"))
    assert lasted(session) == [("Not back before watching ended", None)]


def test_what_is_no_leaving_has_no_length(session: Session) -> None:
    told(session, (5, "copy"))
    assert [event.ledger for event in session.events.all()] == ["technical"]
    assert lasted(session) == [None]


def test_files_say_it_and_ask_once_however_often_the_page_was_left(
    session: Session, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for second in (5, 50, 100):
        told(session, (second, "hidden"), (second + 12, "visible"))
    told(session, (200, "hidden"))
    for detail in (False, True):
        with django_assert_num_queries(2):
            text = session_csv(session, base_url="", detail=detail)
        rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
        assert [row["lasted_seconds"] for row in rows] == ["12.0", "12.0", "12.0", ""]
        events = json.loads(session_json(session, base_url="", detail=detail))["events"]
        assert [event["lasted_seconds"] for event in events] == [12.0, 12.0, 12.0, None]


def test_the_page_shows_it_and_one_that_runs_learns_it_afterwards(session: Session, client: Client) -> None:
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    told(session, (5, "hidden"))
    url = f"/admin/proctoring/session/{session.pk}"
    [shown] = client.get(f"{url}/change/").context["live_config"]["events"]
    assert shown["lasted"] == {"text": "Not back yet", "over": False}
    told(session, (17, "visible"))
    answer = client.get(f"{url}/events.json", {"after": 1}).json()
    assert answer["events"] == []
    assert answer["lasted"] == {str(Event.objects.get().pk): {"text": "Away for 12 s", "over": True}}


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.0, "0.0 s"), (9.94, "9.9 s"), (12.4, "12 s"), (59.7, "1 min 0 s"), (3605.0, "60 min 5 s")]
)
def test_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
