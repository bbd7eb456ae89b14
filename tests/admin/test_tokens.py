"""Keys for the API: everybody on the staff has their own and sees nobody else's."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from exams.models import ApiToken
from exams.services import tokens
from tests.admin.conftest import Scene

LIST = "/admin/exams/apitoken/"


def test_a_key_is_shown_once_and_works(author: Client, scene: Scene) -> None:
    page = author.post(f"{LIST}add/", {"name": "Registry", "scope": "read", "days": "30"})
    found = re.search(r'id="token-key">([^<]+)<', page.content.decode())
    assert found is not None
    assert "no-store" in page["Cache-Control"]
    assert found[1] not in author.get(LIST).content.decode()
    exams = Client().get("/api/v1/exams/", headers={"Authorization": f"Bearer {found[1]}"})
    assert exams.status_code == 200


def test_a_key_without_sense_is_refused_at_the_form(author: Client) -> None:
    assert author.post(f"{LIST}add/", {"name": "", "scope": "all", "days": "0"}).status_code == 422
    assert not ApiToken.objects.exists()


def test_it_is_revoked_from_the_list(author: Client, scene: Scene) -> None:
    token, key = tokens.make_token(user=scene.people.author, name="Old", scope="read", days=1)
    author.post(LIST, {"action": "revoke", "_selected_action": token.pk})
    assert Client().get("/api/v1/exams/", headers={"Authorization": f"Bearer {key}"}).status_code == 401


@pytest.mark.parametrize("who", ["administrator", "superuser"])
def test_nobody_sees_or_revokes_anothers(client: Client, scene: Scene, who: str) -> None:
    token, _ = tokens.make_token(user=scene.people.author, name="Registry of the author", scope="read", days=1)
    client.force_login(getattr(scene.people, who))
    assert "Registry of the author" not in client.get(LIST).content.decode()
    client.post(LIST, {"action": "revoke", "_selected_action": token.pk})
    token.refresh_from_db()
    assert token.revoked_at is None


def test_candidates_have_no_such_page(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.candidate)
    assert client.get(f"{LIST}add/", follow=True).status_code == 403
