"""What programs are told of candidates' statements, and how they decide who may write one."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from proctoring import services
from proctoring.services import ensure_presets
from tests import factories

pytestmark = pytest.mark.django_db


def test_when_candidates_see_their_record_is_read_and_changed_with_the_policy(client: Client) -> None:
    people = factories.people()
    exam = factories.exam(people.institution)
    client.force_login(people.author)
    url = f"/api/v1/exams/{exam.pk}/policy/"
    assert client.get(url).json()["record_shown"] == "handed_in"
    changed = client.patch(url, {"record_shown": "published"}, content_type="application/json")
    assert (changed.status_code, changed.json()["record_shown"]) == (200, "published")
    refused = client.patch(url, {"record_shown": "sometimes"}, content_type="application/json")
    assert (refused.status_code, refused.json()["field"]) == (400, "record_shown")
    ensure_presets(people.institution)
    people.institution.policy_presets.filter(slug="strict").update(record_shown="never")
    client.post(f"{url}from-preset/", {"preset": "strict"}, content_type="application/json")
    assert client.get(url).json()["record_shown"] == "never"


def test_they_come_with_their_session_and_lists_tell_who_wrote_one(client: Client) -> None:
    people = factories.people()
    exam = factories.exam(people.institution, candidates=(people.candidate, people.other_candidate))
    told = factories.ended_session(exam, people.candidate, at=timezone.now())
    silent = factories.ended_session(exam, people.other_candidate, at=timezone.now())
    assert told.attempt_id is not None
    for text in ("It was my sister.", "She left."):
        services.give_statement(people.candidate, told.attempt_id, text, client_id=uuid4())
    client.force_login(people.reviewer)
    url = reverse("api_exam_session-list", args=[exam.pk])
    read = client.get(f"{url}{told.pk}/").json()
    assert [one["text"] for one in read["statements"]] == ["It was my sister.", "She left."]
    assert set(read["statements"][0]) == {"written_at", "text"}
    for asked, found in (("true", told), ("false", silent)):
        assert [row["id"] for row in client.get(f"{url}?statement={asked}").json()["results"]] == [str(found.pk)]
    assert client.get(f"{url}?statement=maybe").status_code == 400
    client.force_login(people.foreign_reviewer)
    assert client.get(f"{url}{told.pk}/").status_code == 404
