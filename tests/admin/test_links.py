"""Whatever a page of the administration links to can be opened by who is shown the link."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests import factories
from tests.admin.conftest import Scene

LINK = re.compile(r'href="(/admin/[^"?#]*)')
ROLES = ("superuser", "administrator", "author", "proctor", "reviewer")


@pytest.mark.parametrize("who", ROLES)
def test_no_link_of_a_page_leads_to_a_refusal(client: Client, scene: Scene, who: str) -> None:
    people = scene.people
    granted = factories.accommodation(scene.exam, people.candidate, granted_by=people.administrator, extra_minutes=5)
    client.force_login(getattr(people, who))
    pages = [
        "/admin/",
        "/admin/exams/exam/",
        f"/admin/exams/exam/{scene.exam.pk}/change/",
        f"/admin/exams/exam/{scene.draft.pk}/change/",
        f"/admin/exams/attempt/{scene.session.attempt_id}/change/",
        "/admin/exams/accommodation/",
        f"/admin/exams/accommodation/{granted.pk}/change/",
        "/admin/proctoring/exampolicy/",
        f"/admin/proctoring/session/{scene.session.pk}/change/",
    ]
    shown = {page: client.get(page) for page in pages}
    links = {
        link: page
        for page, answer in shown.items()
        if answer.status_code == 200
        for link in LINK.findall(answer.content.decode())
    }
    assert links
    answers = {(page, link): client.get(link).status_code for link, page in links.items()}
    assert {way: status for way, status in answers.items() if status in {403, 404}} == {}
