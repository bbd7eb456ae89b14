"""A list is called on its own page as it is in the menu that leads there."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import resolve

from proctor_site.unfold import UNFOLD
from tests.admin.conftest import Scene

LISTS = [
    (item["title"], str(item["link"]))
    for group in UNFOLD["SIDEBAR"]["navigation"]
    for item in group["items"]
    if str(resolve(str(item["link"])).url_name).endswith("_changelist")
]
# Longer there, or a page of its own.
CALLED = {
    "Purges": "Purge records",
    "Policies": "Proctoring policies",
    "Locked sign-ins": "Locked or failing sign-ins",
    "Marking queue": "Marking",
}


@pytest.mark.parametrize(("title", "link"), LISTS)
def test_a_list_has_the_name_that_leads_to_it(client: Client, scene: Scene, title: str, link: str) -> None:
    client.force_login(scene.people.superuser)
    page = unescape(client.get(link).content.decode())
    words = re.sub(r"\s+", " ", re.sub(r"<(nav|script|title)\b.*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL))
    wanted = CALLED.get(title, title)
    assert f" {wanted} " in words
    assert re.findall(r"<title>\s*([^|<]*?)\s*\|", page) == [wanted]
