"""The accuracy page: for staff only, with the figures that the repository holds."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from exams.models import Role
from proctoring.admin import accuracy
from proctoring.admin.model_card import as_html
from proctoring.evaluation.results import RESULTS
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
