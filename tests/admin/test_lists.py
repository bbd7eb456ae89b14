"""The lists of sessions, events and exams: what they hold, find and filter, and how many queries they take."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from proctoring import services
from proctoring.models import Session
from tests import factories
from tests.admin.conftest import Scene
from tests.admin.records import event

SESSIONS = "/admin/proctoring/session/"
EVENTS = "/admin/proctoring/event/"


def rows(client: Client, url: str, **query: Any) -> list[Any]:
    return list(client.get(url, query).context["cl"].result_list)


def queries_of(client: Client, url: str) -> int:
    client.get(url)  # what is asked once and kept, such as content types
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.fixture
def watcher(client: Client, scene: Scene) -> Client:
    client.force_login(scene.people.proctor)
    return client


def test_sessions_are_those_of_the_own_institution(watcher: Client, scene: Scene) -> None:
    assert rows(watcher, SESSIONS) == [scene.session]


def test_a_session_is_found_by_its_candidate(watcher: Client, scene: Scene) -> None:
    other = factories.session(scene.exam, scene.people.other_candidate)
    assert rows(watcher, SESSIONS, q=scene.people.other_candidate.username) == [other]


def test_a_session_is_found_by_its_exam(watcher: Client, scene: Scene) -> None:
    assert rows(watcher, SESSIONS, q="alge") == [scene.session]
    assert rows(watcher, SESSIONS, q="botany") == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state__exact": "live"}, True),
        ({"state__exact": "ended"}, False),
        ({"risk_total_from": "10", "risk_total_to": "20"}, True),
        ({"risk_total_from": "16"}, False),
        ({"kind__exact": "practice"}, False),
        ({"created_at_from": "2020-01-01"}, True),
        ({"created_at_to": "2020-01-01"}, False),
    ],
)
def test_sessions_are_filtered(watcher: Client, scene: Scene, query: dict[str, str], found: bool) -> None:
    Session.objects.filter(pk=scene.session.pk).update(risk_total=15)
    assert (rows(watcher, SESSIONS, **query) == [scene.session]) is found


def test_the_exam_filter_offers_and_accepts_only_own_exams(watcher: Client, scene: Scene) -> None:
    page = watcher.get(SESSIONS).content.decode()
    assert "Algebra" in page
    assert "Botany" not in page
    assert rows(watcher, SESSIONS, exam=scene.exam.pk) == [scene.session]
    assert rows(watcher, SESSIONS, exam=scene.foreign_exam.pk) == []


@pytest.mark.parametrize("url", [SESSIONS, EVENTS])
@pytest.mark.parametrize("value", ["9" * 40, "²", "-1", "x", "%00"])
def test_a_filter_by_no_exam_at_all_breaks_nothing(watcher: Client, scene: Scene, url: str, value: str) -> None:
    assert watcher.get(url, {"exam": value}).status_code == 200


def test_a_sessions_row_leads_to_its_page_and_its_exam(watcher: Client, scene: Scene) -> None:
    page = watcher.get(SESSIONS).content.decode()
    assert f"/admin/proctoring/session/{scene.session.pk}/change/" in page
    assert f'href="/admin/exams/exam/{scene.exam.pk}/change/"' in page


def test_events_are_those_of_the_own_institution(watcher: Client, scene: Scene) -> None:
    mine = event(scene.session)
    event(scene.foreign_session)
    assert rows(watcher, EVENTS) == [mine]


@pytest.mark.parametrize("words", ["candidate", "algebra", "no face was", "NO_FACE"])
def test_an_event_is_found_by_candidate_exam_and_words(watcher: Client, scene: Scene, words: str) -> None:
    mine = event(scene.session)
    assert rows(watcher, EVENTS, q=words) == [mine]
    assert rows(watcher, EVENTS, q=f"{words} nowhere") == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"event": "NO_FACE"}, True),
        ({"event": "TAB_SWITCH"}, False),
        ({"ledger__exact": "integrity"}, True),
        ({"ledger__exact": "technical"}, False),
        ({"when": "hour"}, True),
        ({"risk_total_from": "6"}, False),
    ],
)
def test_events_are_filtered(watcher: Client, scene: Scene, query: dict[str, str], found: bool) -> None:
    mine = event(scene.session)
    assert (rows(watcher, EVENTS, **query) == [mine]) is found


def test_events_that_need_a_look_are_found_and_others_show_their_verdict(watcher: Client, scene: Scene) -> None:
    judged, waits = event(scene.session, "TAB_SWITCH"), event(scene.session)
    services.judge_event(scene.people.proctor, scene.session.pk, judged.pk, "dismissed")
    assert rows(watcher, EVENTS, look="yes") == [waits]
    assert re.search(r">\s*Dismissed\s*<", watcher.get(EVENTS).content.decode())


@pytest.mark.parametrize("url", [SESSIONS, EVENTS])
def test_asking_for_counts_in_filters_breaks_nothing(watcher: Client, scene: Scene, url: str) -> None:
    assert watcher.get(url, {"_facets": "True"}).status_code == 200


def test_an_old_event_is_not_of_the_last_hour(watcher: Client, scene: Scene) -> None:
    event(scene.session, time=1_767_788_963.5)
    assert rows(watcher, EVENTS, when="hour") == []


def test_an_event_opens_at_its_place_in_the_session(watcher: Client, scene: Scene) -> None:
    mine = event(scene.session)
    answer = watcher.get(f"{EVENTS}{mine.pk}/change/")
    assert answer["Location"] == f"/admin/proctoring/session/{scene.session.pk}/change/#event-{mine.pk}"


def test_a_foreign_event_does_not_exist(watcher: Client, scene: Scene) -> None:
    foreign = event(scene.foreign_session)
    assert watcher.get(f"{EVENTS}{foreign.pk}/change/").status_code == 404


def test_times_of_events_are_those_of_the_institution(watcher: Client, scene: Scene) -> None:
    event(scene.session, time=1_767_788_963.5)  # 12:29:23 UTC
    assert "2026-01-07 13:29:23" in watcher.get(EVENTS).content.decode()


@pytest.mark.parametrize("url", [SESSIONS, EVENTS, "/admin/exams/exam/", "/admin/"])
def test_a_list_takes_as_many_queries_for_three_rows_as_for_one(watcher: Client, scene: Scene, url: str) -> None:
    event(scene.session)
    for_one = queries_of(watcher, url)
    for _ in range(2):
        more = factories.session(factories.exam(scene.people.institution), scene.people.other_candidate)
        event(more)
    assert queries_of(watcher, url) == for_one


def test_people_and_questions_take_a_constant_number_of_queries(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.administrator)
    urls = ["/admin/exams/user/", "/admin/exams/question/", "/admin/exams/membership/", "/admin/proctoring/exampolicy/"]
    factories.policy(scene.exam)
    before = [queries_of(client, url) for url in urls]
    for _ in range(2):
        factories.user(role="candidate", at=scene.people.institution)
        factories.policy(factories.exam(scene.people.institution))
    assert [queries_of(client, url) for url in urls] == before


def test_the_list_of_exams_leads_to_wall_exports_and_policy(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.administrator)
    page = client.get("/admin/exams/exam/").content.decode()
    assert f"/admin/proctoring/session/wall/{scene.exam.pk}/" in page
    assert f"/admin/exams/exam/{scene.exam.pk}/exports/" in page
    assert f"/admin/proctoring/exampolicy/add/?exam={scene.exam.pk}" in page
    assert re.search(r"1 under watch", page)


def test_authors_are_shown_no_wall(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.author)
    assert "/session/wall/" not in client.get("/admin/exams/exam/").content.decode()
