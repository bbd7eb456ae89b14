"""The accuracy page: for staff only, with the figures that the repository holds."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from exams.models import Role
from proctoring.admin import accuracy
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


def test_without_figures_it_says_how_to_make_them(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setattr(accuracy, "RESULTS", tmp_path_factory.mktemp("none") / "results.json")
    accuracy._results.cache_clear()
    client.force_login(factories.user(role=Role.PROCTOR))
    page = client.get(reverse("accuracy")).content.decode()
    accuracy._results.cache_clear()
    assert "make evaluate" in page
