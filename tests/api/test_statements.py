"""What programs are told of candidates' statements, and how they decide who may write one."""

from __future__ import annotations

import pytest
from django.test import Client

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
