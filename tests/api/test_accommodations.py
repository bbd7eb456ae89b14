"""What is granted to candidates over the API: by those who may in the admin, with who and why, seen by nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from exams.models import Accommodation
from proctoring import services
from proctoring.models import DetectorAccommodation, Session
from tests import factories
from tests.factories import People

pytestmark = pytest.mark.django_db
URL = "/api/v1/accommodations/"
WHY = "Reads aloud."


@pytest.fixture
def people() -> People:
    return factories.people()


@pytest.fixture
def author(client: Client, people: People) -> Client:
    client.force_login(people.author)
    return client


def send(client: Client, url: str, **data: Any) -> Any:
    return client.post(url, data, content_type="application/json")


def grant(client: Client, people: People, **data: Any) -> Any:
    wanted = {"institution": people.institution.pk, "candidate": people.candidate.pk, "reason": WHY}
    return send(client, URL, **wanted | data)


def test_what_is_muted_and_retuned_is_granted_with_who_and_why(author: Client, people: People) -> None:
    detectors = {"muted": ["MULTIPLE_FACES"], "hold_seconds": {"NO_FACE": 8}, "eyes_factor": 1.5}
    answer = grant(author, people, detectors=detectors, extra_minutes=10)
    assert answer.status_code == 201
    told = answer.json()
    everything = {"pitch_factor": 1.0, "yaw_factor": 1.0, "lift_fullscreen": False, "lift_clipboard": False}
    assert told["detectors"] == detectors | everything
    assert (told["reason"], told["granted_by"]["username"]) == (WHY, people.author.username)
    assert author.get(f"{URL}{told['id']}/").json() == author.get(URL).json()["results"][0] == told
    exam = factories.exam(people.institution)
    assert services.policy_for(exam, people.candidate).muted == ("MULTIPLE_FACES",)


def test_more_time_alone_says_nothing_of_detectors(author: Client, people: People) -> None:
    assert grant(author, people, extra_minutes=10).json()["detectors"] is None
    assert not DetectorAccommodation.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("muted", ["SNEEZING"]),
        ("hold_seconds", {"SNEEZING": 3}),
        ("hold_seconds", {"COPY_PASTE": 3}),
        ("yaw_factor", 0.5),
        ("yaw_factor", "nan"),
        ("eyes_factor", "inf"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_granted(
    author: Client, people: People, field: str, value: Any
) -> None:
    answer = grant(author, people, detectors={field: value})
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert not Accommodation.objects.exists()


def test_what_would_grant_nothing_is_refused(author: Client, people: People) -> None:
    as_everybody = {"yaw_factor": 1, "muted": [], "hold_seconds": {"NO_FACE": 0}}
    choices: list[dict[str, Any]] = [{}, {"detectors": {}}, {"detectors": as_everybody}]
    for nothing in choices:
        answer = grant(author, people, **nothing)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_accommodation")
        assert "grant nothing" in answer.json()["message"]
    assert not Accommodation.objects.exists()
    held = grant(author, people, detectors={"lift_clipboard": True}).json()
    assert send(author, f"{URL}{held['id']}/change/", detectors=None).status_code == 400
    assert Accommodation.objects.get().revoked_at is None


def test_a_change_keeps_what_is_not_sent_and_both_stay_on_record(client: Client, people: People) -> None:
    client.force_login(people.author)
    first = grant(client, people, detectors={"muted": ["NO_FACE"]}, extra_minutes=10).json()
    client.force_login(people.administrator)
    changed = send(client, f"{URL}{first['id']}/change/", detectors={"muted": ["LOOKING_AWAY"]})
    assert changed.status_code == 201
    second = changed.json()
    assert (second["extra_minutes"], second["reason"]) == (10, WHY)
    assert second["detectors"]["muted"] == ["LOOKING_AWAY"]
    before = client.get(f"{URL}{first['id']}/").json()
    assert before["detectors"]["muted"] == ["NO_FACE"]
    assert before["revoked_by"]["username"] == second["granted_by"]["username"] == people.administrator.username
    same = send(client, f"{URL}{second['id']}/change/", larger_type=True).json()
    assert (same["detectors"]["muted"], same["larger_type"]) == (["LOOKING_AWAY"], True)
    assert send(client, f"{URL}{same['id']}/change/", detectors=None).json()["detectors"] is None
    again = send(client, f"{URL}{first['id']}/change/", larger_type=True)
    assert (again.status_code, again.json()["code"]) == (400, "invalid_accommodation")


def test_withdrawn_it_counts_for_nothing_and_stays_on_record(author: Client, people: People) -> None:
    granted = grant(author, people, detectors={"muted": ["NO_FACE"]}).json()
    withdrawn = send(author, f"{URL}{granted['id']}/revoke/").json()
    assert withdrawn["revoked_by"]["username"] == people.author.username
    assert withdrawn["detectors"]["muted"] == ["NO_FACE"]
    assert not services.policy_for(factories.exam(people.institution), people.candidate).accommodated


@pytest.mark.parametrize("who", ["proctor", "reviewer", "candidate", "foreign_administrator"])
def test_nobody_else_grants_or_reads(client: Client, people: People, who: str) -> None:
    granted = factories.accommodation(factories.exam(people.institution), people.candidate, reason=WHY)
    client.force_login(getattr(people, who))
    assert grant(client, people).status_code in {403, 404}
    assert client.get(URL).json()["results"] == []
    for url in (f"{URL}{granted.pk}/change/", f"{URL}{granted.pk}/revoke/"):
        assert send(client, url).status_code == 404


def test_a_proctor_sees_that_one_applies_and_what_it_touches_and_not_why(client: Client, people: People) -> None:
    exam = factories.exam(people.institution)
    session = factories.session(exam, people.candidate)
    client.force_login(people.author)
    assert grant(client, people, exam=exam.pk, detectors={"muted": ["NO_FACE"], "yaw_factor": 2}).status_code == 201
    client.force_login(people.proctor)
    url = f"/api/v1/exams/{exam.pk}/sessions/{session.pk}/"
    told = client.get(url).json()
    assert (told["accommodated"], told["muted"], told["eased"]) == (True, ["NO_FACE"], ["LOOKING_AWAY"])
    log = client.get(f"{url}events/").json()["results"]
    assert [event["event"] for event in log] == ["ACCOMMODATION_CHANGED"]
    assert WHY not in f"{told} {log}"
    assert Session.objects.get().agreed_policy is not None


def test_a_policy_takes_no_number_that_is_none(author: Client, people: People) -> None:
    url = f"/api/v1/exams/{factories.exam(people.institution).pk}/policy/"
    answer = author.patch(url, {"away_yaw_degrees": "nan"}, content_type="application/json")
    assert (answer.status_code, answer.json()["field"]) == (400, "away_yaw_degrees")
