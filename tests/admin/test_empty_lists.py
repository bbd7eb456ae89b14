"""A list that holds nothing says what to do; of filters only where one is set."""

from __future__ import annotations

import pytest
from django.test import Client

from exams.models import Role
from tests import factories
from tests.admin.conftest import Scene

EXAMS = "/admin/exams/exam/"


def empty(client: Client, url: str) -> str:
    page = client.get(url).content.decode()
    return page[page.index('id="empty-list"') :].partition("</div>")[0]


@pytest.mark.django_db
def test_who_may_add_the_first_one_is_led_there(client: Client) -> None:
    client.force_login(factories.user(role=Role.AUTHOR))
    said = empty(client, EXAMS)
    assert "No exams yet" in said
    assert 'href="/admin/exams/exam/add/"' in said
    assert "filter" not in said


def test_who_only_looks_is_told_how_there_come_to_be_some(client: Client, scene: Scene) -> None:
    scene.session.delete()
    client.force_login(scene.people.proctor)
    said = empty(client, "/admin/proctoring/session/")
    assert "A session begins when" in said
    assert "Add the first one" not in said


@pytest.mark.parametrize("query", ["q=nothing+is+called+so", "state__exact=archived"])
def test_where_a_search_or_a_filter_is_set_it_can_be_taken_off(client: Client, scene: Scene, query: str) -> None:
    client.force_login(scene.people.author)
    said = empty(client, f"{EXAMS}?{query}")
    assert "Nothing matches" in said
    assert 'href="?"' in said
    assert "Add the first one" not in said


def test_filters_that_were_sent_empty_are_none(client: Client, scene: Scene) -> None:
    scene.session.delete()
    client.force_login(scene.people.proctor)
    assert "No sessions" in empty(client, "/admin/proctoring/session/?created_at_from=&created_at_to=&q=")
    assert "Nothing matches" in empty(client, "/admin/proctoring/session/?created_at_from=2026-01-01&created_at_to=")
