"""The accuracy page: for staff only, with the figures that the repository holds."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from exams.models import Role
from proctoring.admin import accuracy
from proctoring.admin.model_card import as_html
from proctoring.evaluation.results import RESULTS, in_plain_words
from tests import factories

pytestmark = pytest.mark.django_db


def test_it_needs_a_staff_role(client: Client) -> None:
    assert client.get(reverse("accuracy")).status_code == 302
    client.force_login(factories.user())
    assert client.get(reverse("accuracy"), follow=True).status_code == 403


@pytest.mark.parametrize("role", [Role.PROCTOR, Role.REVIEWER, Role.AUTHOR])
def test_staff_see_tables_and_plots(client: Client, role: Role) -> None:
    client.force_login(factories.user(role=role))
    page = client.get(reverse("accuracy")).content.decode()
    assert RESULTS.exists()
    assert "Faces found, and frontal faces judged away" in page
    assert "<svg" in page
    assert "&lt;svg" not in page


def test_it_begins_with_plain_words_and_commands_come_after(client: Client) -> None:
    client.force_login(factories.user(role=Role.PROCTOR))
    page = unescape(client.get(reverse("accuracy")).content.decode())
    sentences = [sentence for part in in_plain_words() for sentence in part.sentences]
    assert len(sentences) > 10
    details = page.index('id="details"')
    assert all(page.index(sentence) < details for sentence in sentences)
    assert "make evaluate" not in page[:details]
    assert f'href="{reverse("how_often_wrong")}"' in page


@pytest.mark.parametrize("role", [None, Role.CANDIDATE])
def test_candidates_and_everybody_else_read_the_same_on_a_page_of_theirs(client: Client, role: Role | None) -> None:
    if role is not None:
        client.force_login(factories.user(role=role))
    answer = client.get(reverse("how_often_wrong"))
    assert answer.status_code == 200
    page = unescape(answer.content.decode())
    assert all(sentence in page for part in in_plain_words() for sentence in part.sentences)
    assert "/admin/" not in page


def test_the_sidebar_leads_there(client: Client) -> None:
    client.force_login(factories.user(role=Role.PROCTOR))
    page = client.get(reverse("admin:index")).content.decode()
    assert f'href="{reverse("accuracy")}"' in page


def test_the_model_card_is_a_page_that_the_figures_lead_to(client: Client) -> None:
    assert client.get(reverse("model_card")).status_code == 302
    client.force_login(factories.user())
    assert client.get(reverse("model_card"), follow=True).status_code == 403
    client.force_login(factories.user(role=Role.PROCTOR))
    assert f'href="{reverse("model_card")}"' in client.get(reverse("accuracy")).content.decode()
    page = client.get(reverse("model_card")).content.decode()
    assert '<h2 id="phones" class="pv-h2">Phones</h2>' in page
    assert "see faces upside down" in page
    assert '<table class="pv-table">' in page
    assert f'href="{reverse("accuracy")}"' in page


def test_links_of_the_card_lead_somewhere_or_are_plain_words() -> None:
    html = as_html(
        "# Title\n\n## A part\n\n[here](#a-part), [figures](accuracy.md), [more](phones.md), <b>[x](http://y)</b>"
    )
    assert html == (
        '<h2 id="a-part" class="pv-h2">A part</h2>\n<p><a href="#a-part">here</a>, '
        f'<a href="{reverse("accuracy")}">figures</a>, more, &lt;b&gt;x&lt;/b&gt;</p>\n'
    )


def test_without_figures_it_says_how_to_make_them(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setattr(accuracy, "RESULTS", tmp_path_factory.mktemp("none") / "results.json")
    accuracy._results.cache_clear()
    client.force_login(factories.user(role=Role.PROCTOR))
    page = client.get(reverse("accuracy")).content.decode()
    accuracy._results.cache_clear()
    assert "make evaluate" in page
