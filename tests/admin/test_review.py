"""The review on the session's page, and in the list of sessions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from proctoring import services
from proctoring.models import Session
from tests import factories
from tests.admin.conftest import Scene
from tests.admin.records import event

LIST = "/admin/proctoring/session/"


@pytest.fixture
def ended(scene: Scene) -> Session:
    session = factories.ended_session(scene.exam, scene.people.other_candidate, at=timezone.now())
    event(session)
    return session


@pytest.fixture
def reviewer(client: Client, scene: Scene) -> Client:
    client.force_login(scene.people.reviewer)
    return client


def test_an_event_is_confirmed_from_the_page_and_shown_with_who_did(
    reviewer: Client, scene: Scene, ended: Session
) -> None:
    url = reviewer.get(f"{LIST}{ended.pk}/change/").context["live_config"]["verdict"]
    answer = reviewer.post(
        url.replace("/0/", f"/{ended.events.get().pk}/"), {"verdict": "confirmed"}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["verdict"]["label"]) == (200, "Confirmed")
    shown = reviewer.get(f"{LIST}{ended.pk}/change/").context["live_config"]["events"][-1]["verdict"]
    assert (shown["verdict"], shown["by"]) == ("confirmed", scene.people.reviewer.display_name)


def test_with_each_verdict_the_page_learns_what_was_said_before_and_what_still_needs_a_look(
    reviewer: Client, ended: Session
) -> None:
    url = f"{LIST}{ended.pk}/events/{ended.events.get(name='NO_FACE').pk}/verdict/"
    answers = [
        reviewer.post(url, {"verdict": verdict}, content_type="application/json").json()
        for verdict in ("confirmed", "dismissed", "taken_back")
    ]
    assert [answer["looks"] for answer in answers] == [
        {"events": 0, "points": 5, "dismissed_points": 0},
        {"events": 0, "points": 5, "dismissed_points": 5},
        {"events": 1, "points": 5, "dismissed_points": 0},
    ]
    assert [said["label"] for said in answers[-1]["earlier"]] == ["Dismissed", "Confirmed"]
    config = reviewer.get(f"{LIST}{ended.pk}/change/").context["live_config"]
    shown = config["events"][-1]
    assert (shown["verdict"], shown["earlier"]) == (answers[-1]["verdict"], answers[-1]["earlier"])
    assert (config["looks"], config["reviewed"]) == (answers[-1]["looks"], False)


def test_the_list_says_what_needs_a_look_and_finds_it(reviewer: Client, scene: Scene, ended: Session) -> None:
    event(scene.session)
    assert "1 event<" in reviewer.get(LIST).content.decode()
    found = [listed(reviewer, look=look) for look in ("yes", "ended")]
    assert found == [{scene.session.pk, ended.pk}, {ended.pk}]
    scored = ended.events.get()
    services.judge_event(scene.people.reviewer, ended.pk, scored.pk, "confirmed")
    assert "Its review" in reviewer.get(LIST, {"look": "ended"}).content.decode()
    services.judge_event(scene.people.reviewer, ended.pk, scored.pk, "dismissed")
    assert listed(reviewer, look="yes") == {scene.session.pk}
    assert listed(reviewer, look="nonsense") == {scene.session.pk, ended.pk}


def listed(reader: Client, **query: str) -> set[Any]:
    return {session.pk for session in reader.get(LIST, query).context["cl"].result_list}


def test_the_newest_stand_first_by_when_they_began(reviewer: Client, scene: Scene, ended: Session) -> None:
    """Not by when their checks did: somebody may check early and begin late."""
    now = timezone.now()
    begun = {scene.session.pk: now, ended.pk: now - timedelta(minutes=5)}
    for number, (pk, at) in enumerate(begun.items()):
        Session.objects.filter(pk=pk).update(started_at=at, created_at=now - timedelta(hours=9 - number))
    checking = factories.session(scene.exam, scene.people.foreign_candidate)
    Session.objects.filter(pk=checking.pk).update(started_at=None, created_at=now - timedelta(minutes=2))
    rows = reviewer.get(LIST).context["cl"].result_list
    assert [session.pk for session in rows] == [scene.session.pk, checking.pk, ended.pk]


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"verdict": 1}', '{"verdict": "guilty"}', "[" * 5000])
def test_a_verdict_that_is_none_is_refused(reviewer: Client, ended: Session, body: str) -> None:
    url = f"{LIST}{ended.pk}/events/{ended.events.get().pk}/verdict/"
    assert reviewer.post(url, body, content_type="application/json").status_code == 400


def test_no_such_event_does_not_exist(reviewer: Client, ended: Session) -> None:
    url = f"{LIST}{ended.pk}/events/0/verdict/"
    assert reviewer.post(url, {"verdict": "confirmed"}, content_type="application/json").status_code == 404


def test_a_review_is_given_on_the_page_and_found_in_the_list(reviewer: Client, ended: Session) -> None:
    assert str(ended.pk) in reviewer.get(LIST, {"review": "none"}).content.decode()
    page = reviewer.post(f"{LIST}{ended.pk}/review/", {"outcome": "unclear", "note": "Dark."}, follow=True)
    assert "Your review is kept" in page.content.decode()
    assert "“Dark.”" in page.content.decode()
    assert str(ended.pk) not in reviewer.get(LIST, {"review": "none"}).content.decode()
    assert str(ended.pk) in reviewer.get(LIST, {"review": "unclear"}).content.decode()
    assert str(ended.pk) not in reviewer.get(LIST, {"review": "nothing"}).content.decode()


def test_without_an_outcome_nothing_is_kept(reviewer: Client, ended: Session) -> None:
    page = reviewer.post(f"{LIST}{ended.pk}/review/", {"outcome": ""}, follow=True)
    assert "Choose what the review comes to." in page.content.decode()
    assert not ended.reviews.exists()


def test_a_session_that_runs_has_no_review_form(reviewer: Client, scene: Scene) -> None:
    assert 'id="review-form"' not in reviewer.get(f"{LIST}{scene.session.pk}/change/").content.decode()


@pytest.mark.parametrize("who", ["author", "foreign_reviewer"])
def test_for_others_there_is_no_such_session(client: Client, scene: Scene, ended: Session, who: str) -> None:
    client.force_login(getattr(scene.people, who))
    assert client.post(f"{LIST}{ended.pk}/review/", {"outcome": "nothing"}).status_code == 404
    services.review_session(scene.people.reviewer, ended.pk, "nothing")
    assert ended.reviews.count() == 1
