"""Endpoints and their deliveries belong to administrators of the institution."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from exams.models import WebhookDelivery, WebhookEndpoint
from exams.services import webhooks
from tests.admin.conftest import Scene

ENDPOINTS, DELIVERIES = "/admin/exams/webhookendpoint/", "/admin/exams/webhookdelivery/"


@pytest.fixture
def administrator(client: Client, scene: Scene) -> Client:
    client.force_login(scene.people.administrator)
    return client


def endpoint_data(scene: Scene, **changed: Any) -> dict[str, Any]:
    data = {"institution": scene.people.institution.pk, "url": "https://203.0.113.7/hook"}
    return data | {"events": ["attempt.started"], "active": "on"} | changed


def an_endpoint(at: Any) -> WebhookEndpoint:
    return WebhookEndpoint.objects.create(institution=at, url="https://93.184.215.14/", events=["attempt.started"])


def test_an_endpoint_is_made_with_a_secret_of_its_own(administrator: Client, scene: Scene) -> None:
    for _ in range(2):
        administrator.post(f"{ENDPOINTS}add/", endpoint_data(scene, url="https://93.184.215.14/hook"))
    one, two = WebhookEndpoint.objects.all()
    assert (one.created_by, one.events) == (scene.people.administrator, ["attempt.started"])
    assert len(one.secret) > 30
    assert one.secret != two.secret
    assert one.secret in administrator.get(f"{ENDPOINTS}{one.pk}/change/").content.decode()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"url": "https://10.0.0.1/"}, "an address of a private network"),
        ({"url": "ftp://93.184.215.14/"}, "begins with https://"),
        ({"events": []}, "Choose at least one thing"),
        ({"events": ["something.else"]}, "something.else is not one of the available choices"),
    ],
)
def test_what_cannot_work_is_refused_at_the_form(
    administrator: Client, scene: Scene, changed: dict[str, Any], said: str
) -> None:
    page = administrator.post(f"{ENDPOINTS}add/", endpoint_data(scene, **changed)).content.decode()
    assert said in page
    assert not WebhookEndpoint.objects.exists()


def test_no_endpoint_is_made_at_another_institution(administrator: Client, scene: Scene) -> None:
    data = endpoint_data(scene, institution=scene.people.other_institution.pk, url="https://93.184.215.14/")
    administrator.post(f"{ENDPOINTS}add/", data)
    assert not WebhookEndpoint.objects.exists()


def test_the_log_shows_what_is_sent_and_sends_it_again(administrator: Client, scene: Scene) -> None:
    delivery = webhooks.send_test(an_endpoint(scene.people.institution))
    WebhookDelivery.objects.update(state="failed", tries=10)
    assert "This is a test." in administrator.get(f"{DELIVERIES}{delivery.pk}/change/").content.decode()
    administrator.post(DELIVERIES, {"action": "send_again", "_selected_action": str(delivery.pk)})
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == ("waiting", 0)


def test_a_test_and_a_new_secret_are_a_click_away(administrator: Client, scene: Scene) -> None:
    endpoint = an_endpoint(scene.people.institution)
    administrator.post(ENDPOINTS, {"action": "send_a_test", "_selected_action": endpoint.pk})
    assert endpoint.deliveries.get().event == "ping"
    administrator.post(ENDPOINTS, {"action": "make_new_secret", "_selected_action": endpoint.pk})
    assert WebhookEndpoint.objects.get().secret != endpoint.secret


def test_another_institutions_endpoints_and_deliveries_do_not_exist(
    administrator: Client, scene: Scene, settings: Settings
) -> None:
    foreign = an_endpoint(scene.people.other_institution)
    delivery = webhooks.send_test(foreign)
    for url in (ENDPOINTS, DELIVERIES):
        assert "93.184.215.14" not in administrator.get(url).content.decode()
    assert administrator.get(f"{DELIVERIES}{delivery.pk}/change/").status_code == 302
    administrator.post(ENDPOINTS, {"action": "make_new_secret", "_selected_action": foreign.pk})
    assert WebhookEndpoint.objects.get().secret == foreign.secret


@pytest.mark.parametrize("role", ["author", "proctor", "reviewer"])
@pytest.mark.parametrize("url", [ENDPOINTS, f"{ENDPOINTS}add/", DELIVERIES])
def test_others_have_no_such_pages(client: Client, scene: Scene, role: str, url: str) -> None:
    client.force_login(getattr(scene.people, role))
    assert client.get(url).status_code == 403
