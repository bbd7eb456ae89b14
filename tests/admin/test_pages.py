"""What every page of the admin has: the detectors' banner, its own content policy, the sidebar."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from proctoring.admin import status
from proctoring.analysis import service
from proctoring.vision.config import AnalyzerConfig
from tests.admin.conftest import Scene
from tests.live.crowd import World, senders


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


def overloaded() -> World:
    world = World(senders(90, at_risk=10))
    world.run(30.0)
    return world


@pytest.mark.parametrize(("who", "told"), [("proctor", True), ("candidate", False)])
def test_an_overload_is_said_on_every_page_to_those_who_watch(
    client: Client, scene: Scene, monkeypatch: pytest.MonkeyPatch, who: str, told: bool
) -> None:
    monkeypatch.setattr(status, "pacer", overloaded().pacer)
    client.force_login(getattr(scene.people, who))
    page = client.get("/admin/proctoring/event/").content.decode()
    assert ("80 of 90 candidates are watched at a lower rate" in page) is told


def test_the_wall_says_of_an_overload_itself(client: Client, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "pacer", overloaded().pacer)
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


def test_the_first_page_leads_to_the_wall_of_each_exam_with_somebody_under_watch(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.proctor)
    page = client.get("/admin/").content.decode()
    assert f'href="/admin/proctoring/session/wall/{scene.exam.pk}/"' in page
    assert f"/admin/proctoring/session/wall/{scene.foreign_exam.pk}/" not in page


def test_the_first_page_explains_when_nobody_is_watched(client: Client, scene: Scene) -> None:
    scene.session.state = "ended"
    scene.session.save()
    client.force_login(scene.people.proctor)
    assert "Nobody is sitting an exam right now." in client.get("/admin/").content.decode()
