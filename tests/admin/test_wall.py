"""The wall's page and what it fetches after a gap. The living wall is tested in a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exams.models import Attempt, Break
from proctoring import selectors, services
from proctoring.admin.dashboard import exams_now
from proctoring.models import Session
from tests import factories
from tests.admin.conftest import Scene
from tests.admin.records import event


def wall(scene: Scene) -> str:
    return f"/admin/proctoring/session/wall/{scene.exam.pk}/"


@pytest.fixture
def watcher(client: Client, scene: Scene) -> Client:
    client.force_login(scene.people.proctor)
    return client


def test_it_names_its_socket_and_the_institutions_time_zone(watcher: Client, scene: Scene) -> None:
    config = watcher.get(wall(scene)).context["live_config"]
    assert config["socket"] == f"/ws/proctor/exams/{scene.exam.pk}/"
    assert config["timeZone"] == "Europe/Berlin"


def test_it_begins_with_the_latest_events_newest_first(watcher: Client, scene: Scene) -> None:
    first, second = event(scene.session), event(scene.session, "TAB_SWITCH")
    event(scene.foreign_session)
    entries = watcher.get(wall(scene)).context["live_config"]["events"]
    assert [entry["event"]["id"] for entry in entries] == [second.pk, first.pk]
    assert entries[0]["name"] == scene.people.candidate.display_name
    assert entries[0]["session"] == str(scene.session.pk)


def test_that_the_server_was_overloaded_is_no_event_of_one_candidate(watcher: Client, scene: Scene) -> None:
    first = event(scene.session)
    event(scene.session, "SERVER_OVERLOADED")
    entries = watcher.get(wall(scene)).context["live_config"]["events"]
    assert [entry["event"]["id"] for entry in entries] == [first.pk]


def test_an_event_has_the_keys_of_the_live_message(watcher: Client, scene: Scene) -> None:
    event(scene.session)
    entry = watcher.get(wall(scene)).context["live_config"]["events"][0]["event"]
    assert {"id", "time_24h", "unix_time", "event", "risk_total", "ledger", "sentence", "detail"} <= set(entry)


def test_it_says_of_each_candidate_how_many_events_need_a_look(watcher: Client, scene: Scene) -> None:
    first, _ = event(scene.session), event(scene.session)
    event(scene.foreign_session)
    event(factories.ended_session(scene.exam, scene.people.other_candidate, at=timezone.now()))
    own = str(scene.session.pk)
    assert watcher.get(wall(scene)).context["live_config"]["looks"] == {own: 2}
    services.judge_event(scene.people.proctor, scene.session.pk, first.pk, "dismissed")
    assert watcher.get(f"{wall(scene)}events.json").json()["looks"] == {own: 1}


def test_the_first_page_counts_what_needs_a_look(watcher: Client, scene: Scene) -> None:
    first = event(scene.session)
    ended = factories.ended_session(scene.exam, scene.people.other_candidate, at=timezone.now())
    event(ended)
    event(scene.foreign_session)
    page = " ".join(watcher.get("/admin/").content.decode().split())
    assert "<strong>1</strong> event needs a look." in page
    assert "<strong>1 event needs a look</strong>" in page
    assert ">1 session that has ended needs a look</a>" in page
    for judged in (first, ended.events.get()):
        services.judge_event(scene.people.proctor, judged.session_id, judged.pk, "dismissed")
    page = " ".join(watcher.get("/admin/").content.decode().split())
    assert "No event needs a look." in page
    assert "that has ended" not in page


def test_what_ended_last_stands_first_whenever_it_began(watcher: Client, scene: Scene) -> None:
    now = timezone.now()
    candidate, other = scene.people.other_candidate, scene.people.foreign_candidate
    late = factories.ended_session(scene.exam, candidate, at=now, created_at=now - timedelta(hours=3))
    early = factories.ended_session(scene.exam, other, at=now - timedelta(hours=1))
    assert list(watcher.get("/admin/").context["recent_sessions"]) == [late, early]


def test_only_the_events_of_what_is_shown_are_counted(watcher: Client, scene: Scene) -> None:
    now = timezone.now()
    ended = [
        factories.ended_session(scene.exam, factories.user(), at=now - timedelta(minutes=minutes))
        for minutes in range(6)
    ]
    with CaptureQueriesContext(connection) as captured:
        shown = watcher.get("/admin/").context["recent_sessions"]
    assert list(shown) == ended[:5]
    (counting,) = (query["sql"] for query in captured if "events_to_look_at" in query["sql"])
    asked = counting.replace("-", "")
    assert all(session.pk.hex in asked for session in ended[:5])
    assert ended[5].pk.hex not in asked


def test_the_empty_wall_explains_itself_when_nobody_sits_the_exam(watcher: Client, scene: Scene) -> None:
    hidden = '<div class="pv-empty" id="wall-empty" hidden>'
    assert hidden in watcher.get(wall(scene)).content.decode()
    services.end_session(scene.session.pk, Session.EndedBy.DEADLINE)
    page = watcher.get(wall(scene)).content.decode()
    assert hidden not in page
    assert "Nobody is sitting this exam right now" in page


def test_who_sits_the_exam_unwatched_is_counted_and_not_denied(watcher: Client, scene: Scene) -> None:
    assert scene.session.exam is not None
    Attempt.objects.update(started_at=timezone.now())
    services.withdraw_consent(candidate=scene.people.candidate, exam=scene.session.exam)
    services.withdraw_consent(candidate=scene.people.foreign_candidate, exam=scene.foreign_exam)
    page = watcher.get(wall(scene)).content.decode()
    assert "Nobody is sitting this exam right now" not in page
    assert "Nobody is under watch right now: 1 candidate sits this exam unwatched." in page
    assert watcher.get(f"{wall(scene)}events.json").json()["unwatched"] == 1
    first = watcher.get("/admin/").content.decode()
    assert "Nobody is sitting an exam right now" not in first and "<strong>1</strong> unwatched." in first
    counted = [(now["exam"], now["watched"], now["unwatched"]) for now in exams_now(scene.people.proctor)]
    assert counted == [(scene.exam, 0, 1)]


def test_an_attempt_under_watch_or_not_begun_or_handed_in_is_not_counted_as_unwatched(scene: Scene) -> None:
    Attempt.objects.update(started_at=timezone.now())
    services.end_session(scene.session.pk, Session.EndedBy.CANDIDATE)
    factories.attempt(scene.exam, scene.people.other_candidate)  # its questions were not seen yet
    assert list(selectors.unwatched_attempts(scene.people.superuser)) == []


def test_a_check_left_long_ago_is_not_counted_as_going_on(watcher: Client, scene: Scene) -> None:
    before = timezone.now() - timedelta(minutes=11)
    checks = Session.objects.filter(pk=scene.session.pk)
    checks.update(state=Session.State.CHECKING, connected=False, last_frame_at=None, created_at=before)
    assert "Nobody is sitting this exam right now" in watcher.get(wall(scene)).content.decode()
    assert exams_now(scene.people.proctor) == []
    checks.update(last_frame_at=timezone.now())
    assert [now["watched"] for now in exams_now(scene.people.proctor)] == [1]


def test_a_name_with_markup_in_it_stays_text(watcher: Client, scene: Scene) -> None:
    scene.people.candidate.first_name = "</script><script>alert(1)</script>"
    scene.people.candidate.save()
    event(scene.session)
    page = watcher.get(wall(scene)).content.decode()
    assert "<script>alert(1)" not in page


def test_after_a_gap_it_gets_what_came_since(watcher: Client, scene: Scene) -> None:
    seen, missed = event(scene.session), event(scene.session)
    answer = watcher.get(f"{wall(scene)}events.json", {"after": seen.pk}).json()
    assert [entry["event"]["id"] for entry in answer["events"]] == [missed.pk]


@pytest.mark.parametrize("after", ["", "-1", "x", "9" * 40])
def test_a_gap_that_makes_no_sense_is_taken_from_the_start(watcher: Client, scene: Scene, after: str) -> None:
    event(scene.session)
    assert len(watcher.get(f"{wall(scene)}events.json", {"after": after}).json()["events"]) == 1


def test_nobody_on_a_break_is_counted_as_without_connection(scene: Scene) -> None:
    assert scene.session.attempt is not None
    assert [now["lost"] for now in exams_now(scene.people.proctor)] == [1]
    now = timezone.now()
    Break.objects.create(attempt=scene.session.attempt, began_at=now, ends_by=now + timedelta(minutes=5))
    assert [now["lost"] for now in exams_now(scene.people.proctor)] == [0]
