"""Icons are words of a font. They are for the eye: nobody has “chevron_right” read aloud."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.test import Client

from exams.models import Enrolment
from proctor_site.icons import hide_icons
from tests import factories
from tests.admin.conftest import Scene

SITE_WIDE = [
    *("/admin/", "/admin/exams/exam/", "/admin/exams/exam/add/", "/admin/exams/exam/?q=nothing+is+called+so"),
    *("/admin/exams/user/", "/admin/exams/user/add/", "/admin/exams/question/", "/admin/exams/attempt/"),
    *("/admin/exams/accommodation/", "/admin/exams/accommodation/add/", "/admin/exams/outage/"),
    *("/admin/exams/membership/add/", "/admin/exams/rosterimport/add/", "/admin/exams/apitoken/add/"),
    *("/admin/exams/webhookendpoint/add/", "/admin/exams/mark/", "/admin/exams/invitation/"),
    *("/admin/proctoring/session/", "/admin/proctoring/event/", "/admin/proctoring/exampolicy/"),
    *("/admin/proctoring/policypreset/", "/admin/proctoring/purgerecord/", "/accuracy/"),
]


class Icons(HTMLParser):
    """The icons of a page, and those of them that are read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.found = 0
        self.loud: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if any(name.startswith("material-symbols-") for name in (given.get("class") or "").split()):
            self.found += 1
            if given.get("aria-hidden") != "true":
                self.loud.append(self.get_starttag_text() or tag)


def icons_of(client: Client, url: str) -> Icons:
    answer = client.get(url)
    assert answer.status_code == 200, url
    icons = Icons()
    icons.feed(answer.content.decode())
    return icons


@pytest.mark.parametrize("url", SITE_WIDE)
def test_no_icon_of_a_page_is_read_aloud(client: Client, scene: Scene, url: str) -> None:
    client.force_login(scene.people.superuser)
    icons = icons_of(client, url)
    assert icons.found > 10
    assert icons.loud == []


def test_no_icon_of_an_exams_or_a_sessions_page_is_read_aloud(client: Client, scene: Scene) -> None:
    Enrolment.objects.get_or_create(exam=scene.exam, candidate=factories.user())  # a row with an icon for removing it
    client.force_login(scene.people.superuser)
    for url in (
        f"/admin/exams/exam/{scene.exam.pk}/change/",
        f"/admin/exams/exam/{scene.exam.pk}/questions/",
        f"/admin/exams/exam/{scene.exam.pk}/delete/",
        f"/admin/exams/exam/{scene.exam.pk}/history/",
        f"/admin/exams/user/{scene.people.author.pk}/change/",
        f"/admin/proctoring/session/{scene.session.pk}/change/",
        f"/admin/proctoring/session/wall/{scene.exam.pk}/",
    ):
        assert icons_of(client, url).loud == [], url


def test_what_is_hidden_already_or_clicked_itself_is_left_as_it_is() -> None:
    hidden = '<span class="material-symbols-outlined" aria-hidden="true">add</span>'
    clicked = '<span class="material-symbols-outlined" x-on:click="open = true">close</span>'
    assert hide_icons(hidden + clicked) == hidden + clicked
    assert hide_icons('<i title="x" class="a material-symbols-b">') == (
        '<i aria-hidden="true" title="x" class="a material-symbols-b">'
    )
