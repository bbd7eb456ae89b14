"""What happens here reaches the institution's own systems: signed, in order, again and again until it has."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from exams import services as exam_services
from exams.models import Institution, WebhookDelivery, WebhookEndpoint
from exams.services import webhooks
from tests import factories
from tests.webhooks.receiver import Receiver, receiving

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def receiver(server: Receiver, settings: Settings) -> Receiver:
    settings.PROCTOR_WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    server.received.clear()
    server.status = 204
    return server


@pytest.fixture
def institution() -> Institution:
    return factories.institution()


@pytest.fixture
def endpoint(receiver: Receiver, institution: Institution) -> WebhookEndpoint:
    return WebhookEndpoint.objects.create(institution=institution, url=receiver.url, events=["attempt.started"])


def due_again(endpoint: WebhookEndpoint) -> None:
    endpoint.deliveries.update(next_try_at=timezone.now())


def test_a_delivery_is_signed_with_the_secret_of_its_endpoint(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    webhooks.publish(endpoint.institution_id, "attempt.started", {"attempt": "x"})
    assert webhooks.deliver_due() == 1
    [(headers, body)] = receiver.received
    signed = headers["X-Proctor-Timestamp"].encode() + b"." + body
    expected = hmac.new(endpoint.secret.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Proctor-Signature"] == f"sha256={expected}"
    assert (headers["X-Proctor-Event"], headers["Path"]) == ("attempt.started", "/hook?from=proctor")
    content = json.loads(body)
    delivery = WebhookDelivery.objects.get()
    assert content["id"] == headers["X-Proctor-Delivery"] == str(delivery.pk)
    assert (content["institution"], content["data"]) == (endpoint.institution.slug, {"attempt": "x"})
    assert (delivery.state, delivery.status_code, delivery.tries) == ("delivered", 204, 1)


def test_only_endpoints_that_asked_for_it_and_are_on_are_told(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    institution = endpoint.institution
    WebhookEndpoint.objects.create(institution=institution, url=receiver.url, events=["result.published"])
    WebhookEndpoint.objects.create(institution=institution, url=receiver.url, events=["attempt.started"], active=False)
    WebhookEndpoint.objects.create(institution=factories.institution(), url=receiver.url, events=["attempt.started"])
    assert webhooks.publish(institution.pk, "attempt.started", {}) == 1
    assert WebhookDelivery.objects.get().endpoint == endpoint


def test_starting_and_handing_in_are_told_without_a_name_or_an_answer(
    endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    endpoint.events = ["attempt.started", "attempt.submitted"]
    endpoint.save()
    candidate = factories.user(first_name="Ada", last_name="Lovelace")
    exam = factories.exam(endpoint.institution, candidates=(candidate,))
    attempt = exam_services.start_attempt(attempt=exam_services.open_attempt(candidate=candidate, exam=exam))
    exam_services.submit_attempt(attempt=attempt)
    exam_services.submit_attempt(attempt=attempt)
    assert webhooks.deliver_due() == 2
    contents = [json.loads(body) for _, body in receiver.received]
    assert [content["event"] for content in contents] == ["attempt.started", "attempt.submitted"]
    assert {content["data"]["attempt"] for content in contents} == {str(attempt.pk)}
    assert contents[1]["data"]["submitted_at"] is not None
    assert not any(b"Ada" in body or b"Lovelace" in body for _, body in receiver.received)


@pytest.mark.parametrize("status", [500, 404, 301, 199 + 101])
def test_what_is_not_taken_is_tried_again_later_and_no_redirect_is_followed(
    endpoint: WebhookEndpoint, receiver: Receiver, status: int
) -> None:
    receiver.status = status
    delivery = webhooks.send_test(endpoint)
    assert webhooks.deliver_due() == 0
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries, delivery.status_code) == ("waiting", 1, status)
    assert str(status) in delivery.error
    assert delivery.next_try_at > timezone.now() + timedelta(seconds=20)
    assert webhooks.deliver_due() == 0
    assert len(receiver.received) == 1


def test_waits_grow_until_it_is_given_up_and_a_person_can_send_it_again(
    endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.status = 503
    delivery = webhooks.send_test(endpoint)
    waits = []
    for _ in range(len(webhooks.WAITS)):
        due_again(endpoint)
        webhooks.deliver_due()
        delivery.refresh_from_db()
        assert delivery.last_try_at is not None
        waits.append(delivery.next_try_at - delivery.last_try_at)
    assert waits == sorted(waits)
    assert waits[0] < waits[-1]
    assert delivery.state == "waiting"
    due_again(endpoint)
    webhooks.deliver_due()
    delivery.refresh_from_db()
    assert delivery.state == "failed"
    receiver.status = 200
    webhooks.send_again(delivery)
    assert webhooks.deliver_due() == 1
    assert {json.loads(body)["id"] for _, body in receiver.received} == {str(delivery.pk)}


def test_behind_one_that_fails_the_others_of_the_endpoint_wait_in_order(
    endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.status = 500
    first, second = webhooks.send_test(endpoint), webhooks.send_test(endpoint)
    webhooks.deliver_due()
    assert len(receiver.received) == 1
    receiver.status = 200
    due_again(endpoint)
    assert webhooks.deliver_due() == 2
    assert [json.loads(body)["id"] for _, body in receiver.received[1:]] == [str(first.pk), str(second.pk)]


def test_an_endpoint_that_is_not_there_says_so_in_the_log(endpoint: WebhookEndpoint) -> None:
    endpoint.url = "http://127.0.0.1:1/"
    endpoint.save()
    delivery = webhooks.send_test(endpoint)
    webhooks.deliver_due()
    delivery.refresh_from_db()
    assert delivery.error.startswith("ConnectionRefusedError")


def test_a_private_network_is_refused_unless_allowed(
    endpoint: WebhookEndpoint, receiver: Receiver, settings: Settings
) -> None:
    settings.PROCTOR_WEBHOOK_NETWORKS = []
    delivery = webhooks.send_test(endpoint)
    assert webhooks.deliver_due() == 0
    delivery.refresh_from_db()
    assert "private network" in delivery.error
    assert receiver.received == []


def test_old_deliveries_are_forgotten_but_none_that_waits(endpoint: WebhookEndpoint) -> None:
    waiting, done = webhooks.send_test(endpoint), webhooks.send_test(endpoint)
    long_ago = timezone.now() - webhooks.KEPT - timedelta(minutes=1)
    endpoint.deliveries.update(created_at=long_ago)
    WebhookDelivery.objects.filter(pk=done.pk).update(state="delivered")
    assert webhooks.forget_old(timezone.now()) == 1
    assert WebhookDelivery.objects.get() == waiting


@pytest.mark.django_db(transaction=True)
def test_several_endpoints_are_told_side_by_side(endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    other = WebhookEndpoint.objects.create(institution=endpoint.institution, url=receiver.url)
    for one in (endpoint, other):
        webhooks.send_test(one)
    assert webhooks.deliver_due() == 2
    assert len(receiver.received) == 2
