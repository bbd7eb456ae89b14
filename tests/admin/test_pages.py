"""What every page of the admin has: the detectors' banner, its own content policy, the sidebar."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib.admin import site
from django.template.loader import render_to_string
from django.test import Client

from proctoring import services
from proctoring.admin import status
from proctoring.analysis import service
from proctoring.live.pacing import Part
from proctoring.models import Session
from proctoring.vision.config import AnalyzerConfig
from tests.admin.conftest import Scene
from tests.live.crowd import Sender, World, senders


@pytest.fixture
def broken_analysis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A real pool whose phone model is missing."""
    folder = tmp_path_factory.mktemp("models")
    config = AnalyzerConfig(phone_weights=str(folder / "nowhere.pt"), phone_size=320, models_dir=str(folder))
    pool = service.start(config, 1)
    try:
        assert pool.wait_until_ready(120)
        yield
    finally:
        service.stop()


@pytest.mark.django_db
def test_a_detector_that_is_off_is_named_with_its_reason_on_every_page(
    broken_analysis: None, client: Client, scene: Scene
) -> None:
    client.force_login(scene.people.proctor)
    pages = ["/admin/", "/admin/proctoring/event/", f"/admin/proctoring/session/wall/{scene.exam.pk}/"]
    pages.append(f"/admin/proctoring/session/{scene.session.pk}/change/")
    for url in pages:
        page = client.get(url).content.decode()
        assert 'id="detectors-banner"' in page
        assert "nowhere.pt" in page
        assert "PHONE_DETECTED cannot be recorded" in page


def test_there_is_no_banner_while_all_is_well(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.proctor)
    assert 'id="detectors-banner"' not in client.get("/admin/").content.decode()


def overloaded(exam_id: int | None, *others: int | None) -> World:
    """89 candidates sit the exam, ten of them at risk, and one each of the others."""
    world = World([*senders(89, at_risk=10, exam_id=exam_id), *(Sender(exam_id=other) for other in others)])
    world.run(30.0)
    return world


@pytest.mark.parametrize(
    ("who", "told"),
    [
        ("proctor", "79 of 89 candidates are watched at a lower rate"),
        ("superuser", "81 of 91 candidates are watched at a lower rate"),
        ("foreign_administrator", "1 of 1 candidate is watched at a lower rate"),
        ("author", None),
        ("candidate", None),
    ],
)
def test_an_overload_is_said_on_every_page_to_those_who_watch_and_counts_whom_they_may_see(
    client: Client, scene: Scene, monkeypatch: pytest.MonkeyPatch, who: str, told: str | None
) -> None:
    monkeypatch.setattr(status, "pacer", overloaded(scene.exam.pk, scene.foreign_exam.pk, None).pacer)
    client.force_login(getattr(scene.people, who))
    page = client.get("/admin/exams/exam/").content.decode()
    assert ("The server is overloaded" in page) is (told is not None)
    assert told is None or told in page


def test_of_other_people_s_candidates_an_overload_tells_no_number(
    client: Client, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "pacer", overloaded(scene.foreign_exam.pk).pacer)
    client.force_login(scene.people.proctor)
    banner = client.get("/admin/").content.decode().partition('id="overload-banner"')[2].partition("</section>")[0]
    assert "The server is overloaded" in banner
    assert not re.search(r"\d", banner.partition("</h2>")[2])


def test_the_figures_of_an_overload_are_not_rounded_to_nothing() -> None:
    told = Part(sessions=1, slowed=1, wanted=2.0, granted=0.43)
    banner = render_to_string("proctoring_admin/overload_banner.html", {"overload": told})
    assert "each second: 0.4; asked for: 2." in banner


def test_the_wall_says_of_an_overload_itself(client: Client, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "pacer", overloaded(scene.exam.pk).pacer)
    client.force_login(scene.people.proctor)
    page = client.get(f"/admin/proctoring/session/wall/{scene.exam.pk}/").content.decode()
    assert 'id="overload-banner"' not in page and 'id="wall-slowed"' in page


def test_a_page_starts_no_analysis(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.proctor)
    client.get("/admin/")
    assert status.detectors() == []
    assert service.running() is None


def test_only_the_admin_may_evaluate_expressions(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.proctor)
    policy = client.get("/admin/")["Content-Security-Policy"]
    scripts = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
    assert "'unsafe-eval'" in scripts
    assert "'unsafe-inline'" not in scripts
    client.force_login(scene.people.candidate)
    for url in ("/", "/accounts/login/"):
        assert "unsafe" not in client.get(url)["Content-Security-Policy"]


def test_no_page_of_ours_has_a_script_in_place(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.proctor)
    page = client.get(f"/admin/proctoring/session/{scene.session.pk}/change/").content.decode()
    tags = re.findall(r"<script[^>]*>", page)
    assert tags
    assert all("src=" in tag or 'type="application/json"' in tag for tag in tags)


@pytest.mark.parametrize(
    ("role", "seen", "unseen"),
    [
        ("proctor", {"Live now", "Sessions", "Exams"}, {"Questions", "People", "Purges"}),
        ("author", {"Exams", "Questions", "Policies"}, {"Sessions", "Events", "Roles"}),
        ("administrator", {"Sessions", "Policies", "People", "Roles", "Purges", "Institutions"}, set()),
    ],
)
def test_the_sidebar_offers_what_the_role_can_open(
    client: Client, scene: Scene, role: str, seen: set[str], unseen: set[str]
) -> None:
    client.force_login(getattr(scene.people, role))
    groups = client.get("/admin/").context["sidebar_navigation"]
    offered = {item["title"] for group in groups for item in group["items"] if item["has_permission"]}
    assert seen <= offered
    assert not unseen & offered


def test_no_breadcrumb_says_the_same_twice(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.superuser)
    page = client.get("/admin/exams/exam/").content.decode()
    assert '<a href="/admin/exams/"' in page
    assert "Exams and people" in page[page.index('<a href="/admin/exams/"') :][:300]
    for model in site._registry:
        assert model._meta.app_config.verbose_name.lower() != str(model._meta.verbose_name_plural).lower()


def test_the_first_page_leads_to_the_wall_of_each_exam_with_somebody_under_watch(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.proctor)
    page = client.get("/admin/").content.decode()
    assert f'href="/admin/proctoring/session/wall/{scene.exam.pk}/"' in page
    assert f"/admin/proctoring/session/wall/{scene.foreign_exam.pk}/" not in page


def test_the_first_page_explains_when_nobody_is_watched(client: Client, scene: Scene) -> None:
    services.end_session(scene.session.pk, Session.EndedBy.DEADLINE)
    client.force_login(scene.people.proctor)
    assert "Nobody is sitting an exam right now." in client.get("/admin/").content.decode()
