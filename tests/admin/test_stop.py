"""Stopping a session: a person's decision, with a reason, by those who may."""

from __future__ import annotations

import pytest
from django.test import Client

from exams.models import Attempt
from proctoring.models import ProctorAction, Session
from tests.admin.conftest import Scene

FILLED = {"action": "stop_watching", "reason": "technical", "note": "", "confirm": "on"}


def stop(client: Client, session: Session, **changed: str) -> int:
    data = {name: value for name, value in (FILLED | changed).items() if value}
    return client.post(f"/admin/proctoring/session/{session.pk}/stop/", data).status_code


@pytest.fixture
def watcher(client: Client, scene: Scene) -> Client:
    client.force_login(scene.people.proctor)
    return client


def test_watching_stops_and_the_exam_goes_on(watcher: Client, scene: Scene) -> None:
    assert stop(watcher, scene.session) == 302
    scene.session.refresh_from_db()
    assert (scene.session.state, scene.session.ended_by) == ("ended", "proctor")
    assert scene.session.attempt is not None
    assert scene.session.attempt.state == Attempt.State.RUNNING


def test_the_attempt_is_handed_in_when_that_was_chosen(watcher: Client, scene: Scene) -> None:
    stop(watcher, scene.session, action="end_attempt", reason="rules")
    assert scene.session.attempt is not None
    assert Attempt.objects.get(pk=scene.session.attempt.pk).state == Attempt.State.SUBMITTED


def test_an_exam_that_goes_on_unwatched_can_still_be_ended(watcher: Client, scene: Scene) -> None:
    stop(watcher, scene.session)
    page = watcher.get(f"/admin/proctoring/session/{scene.session.pk}/change/").content.decode()
    assert 'value="end_attempt"' in page
    assert 'value="stop_watching"' not in page
    assert stop(watcher, scene.session, action="end_attempt") == 302


def test_it_is_kept_who_did_it_and_why(watcher: Client, scene: Scene) -> None:
    stop(watcher, scene.session, reason="other", note="Fire alarm")
    [done] = ProctorAction.objects.all()
    assert (done.user, done.reason, done.note) == (scene.people.proctor, "other", "Fire alarm")


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ({"action": ""}, "Choose what is to happen."),
        ({"reason": ""}, "Choose a reason: it is kept with the session."),
        ({"confirm": ""}, "Tick the box to confirm that this is your decision."),
        ({"reason": "other"}, "Say in the note what the other reason is."),
        ({"reason": "mood"}, "Select a valid choice."),
    ],
)
def test_what_is_missing_is_named_and_nothing_stops(
    watcher: Client, scene: Scene, missing: dict[str, str], sentence: str
) -> None:
    data = {name: value for name, value in (FILLED | missing).items() if value}
    answer = watcher.post(f"/admin/proctoring/session/{scene.session.pk}/stop/", data)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    scene.session.refresh_from_db()
    assert scene.session.state == Session.State.LIVE


def test_it_rejects_get(watcher: Client, scene: Scene) -> None:
    answer = watcher.get(f"/admin/proctoring/session/{scene.session.pk}/stop/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_it_requires_the_token_of_the_form(scene: Scene) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(scene.people.proctor)
    assert stop(strict, scene.session) == 403


@pytest.mark.parametrize(("role", "status"), [("administrator", 302), ("superuser", 302), ("reviewer", 403)])
def test_who_may_stop(client: Client, scene: Scene, role: str, status: int) -> None:
    client.force_login(getattr(scene.people, role))
    assert stop(client, scene.session) == status


@pytest.mark.parametrize("role", ["foreign_proctor", "author"])
def test_for_others_there_is_no_such_session(client: Client, scene: Scene, role: str) -> None:
    client.force_login(getattr(scene.people, role))
    assert stop(client, scene.session) == 404


def test_stopping_twice_is_answered_with_a_sentence(watcher: Client, scene: Scene) -> None:
    stop(watcher, scene.session, action="end_attempt")
    answer = watcher.post(f"/admin/proctoring/session/{scene.session.pk}/stop/", FILLED, follow=True)
    assert "This session has ended." in answer.content.decode()
