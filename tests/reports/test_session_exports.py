from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timezone

import pytest
from pytest_django import DjangoAssertNumQueries

from exams.tables import cell
from proctoring import services
from proctoring.models import Session
from proctoring.reports.record import DETAIL_KEYS, FURTHER, KEYS
from proctoring.reports.session_csv import session_csv
from proctoring.reports.session_json import session_json
from proctoring.services import Commit, Drafted
from tests import factories
from tests.services.drafts import draft, technical

pytestmark = pytest.mark.django_db

BASE = "http://testserver"
START = datetime(2026, 1, 7, 12, tzinfo=timezone.utc)


def make_session(events: int = 1) -> Session:
    session = factories.session(factories.exam(), started_at=START)
    drafts = [Drafted(draft(at_ms=1_767_788_935_191 + number), factories.jpeg()) for number in range(events)]
    drafts.append(Drafted(technical()))
    services.commit(
        Commit(session_id=session.pk, epoch=0, drafts=drafts, samples=[(1_767_788_935_191, 5), (1_767_788_936_500, 4)])
    )
    return Session.objects.select_related("exam__institution").get()


def test_csv_begins_with_the_prescribed_columns_and_says_further_what_became_of_each() -> None:
    rows = list(csv.DictReader(io.StringIO(session_csv(make_session(), base_url=BASE))))
    assert [tuple(row) for row in rows] == [(*KEYS, "verdict", "lasted_seconds")]
    assert rows[0]["event"] == "NO_FACE"
    assert rows[0]["unix_time"] == "1767788935.191"
    assert rows[0]["snapshot_url"].startswith("http://testserver/snapshots/")


def test_csv_of_a_session_without_events_is_its_header() -> None:
    session = factories.session(factories.exam())
    assert session_csv(session, base_url=BASE) == ",".join((*KEYS, *FURTHER)) + "\r\n"


def test_json_is_start_risk_history_and_events_and_nothing_more() -> None:
    found = json.loads(session_json(make_session(), base_url=BASE))
    assert list(found) == ["session_start", "risk_history", "events"]
    assert found["session_start"] == START.timestamp()
    assert found["risk_history"] == [{"time": 1767788935.191, "risk": 5}, {"time": 1767788936.5, "risk": 4}]
    assert [tuple(event) for event in found["events"]] == [(*KEYS, *FURTHER)]


def test_with_detail_every_ledger_is_told_apart() -> None:
    session = make_session()
    text = session_csv(session, base_url=BASE, detail=True)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert text.startswith("\ufeff"), "so that a spreadsheet reads the sentences' letters"
    assert [tuple(row) for row in rows] == [(*KEYS, *FURTHER, *DETAIL_KEYS)] * 2
    assert [row["ledger"] for row in rows] == ["integrity", "technical"]
    events = json.loads(session_json(session, base_url=BASE, detail=True))["events"]
    assert [event["sequence"] for event in events] == [1, 2]


@pytest.mark.parametrize("detail", [False, True])
def test_every_file_says_which_verdict_is_in_force(detail: bool) -> None:
    session = make_session(4)
    reviewer = factories.user(is_superuser=True)
    for place, said in enumerate((["confirmed"], ["confirmed", "dismissed"], ["dismissed", "taken_back"])):
        for verdict in said:
            services.judge_event(reviewer, session.pk, session.events.all()[place].pk, verdict)
    wanted = ["confirmed", "dismissed", "", ""]
    text = session_csv(session, base_url=BASE, detail=detail)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["verdict"] for row in rows if row["event"] == "NO_FACE"] == wanted
    events = json.loads(session_json(session, base_url=BASE, detail=detail))["events"]
    assert [event["verdict"] for event in events if event["event"] == "NO_FACE"] == wanted
    assert {event["verdict"] for event in events if event["event"] != "NO_FACE"} <= {""}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_cell_that_would_be_a_formula_is_text(start: str) -> None:
    assert cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("value", [-5, 0, 1.5, "", "2026-01-07 17:59:23", "NO_FACE", None])
def test_other_cells_stay_what_they_are(value: object) -> None:
    assert cell(value) == value


def test_a_candidate_cannot_name_themselves_a_formula() -> None:
    assert cell("=cmd|' /C calc'!A0").startswith("'=")


@pytest.mark.parametrize("events", [1, 30])
def test_the_number_of_queries_does_not_grow_with_the_events(
    events: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    session = make_session(events)
    with django_assert_num_queries(1):
        session_csv(session, base_url=BASE)
    with django_assert_num_queries(2):
        session_json(session, base_url=BASE)
    with django_assert_num_queries(1):
        session_csv(session, base_url=BASE, detail=True)
