"""Writing down what endpoints are to be told, in the transaction in which it happened, and telling them afterwards.

A delivery may arrive twice, where a process died between sending and noting it; receivers tell by ``id``.
"""

from __future__ import annotations

import http.client
import json
import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connections, transaction
from django.utils import timezone

from exams.models import WebhookDelivery, WebhookEndpoint
from exams.webhooks.events import PING
from exams.webhooks.sending import AddressRefused, post
from exams.webhooks.signing import signature

logger = logging.getLogger(__name__)

# From one try to the next; after the last the delivery is given up and waits for a person to send it again.
WAITS = tuple(timedelta(seconds=seconds) for seconds in (30, 120, 600, 1800, 7200, 21_600, 43_200, 86_400, 86_400))
KEPT = timedelta(days=30)
LEASE = timedelta(minutes=5)  # nobody else takes a delivery that is being sent; one that was lost comes back after it
AT_ONCE = 8  # endpoints told side by side: a slow one holds up no other
OF_ONE_ENDPOINT = 50  # in one round
ROUND_SECONDS = 20.0


def publish(institution_id: int, event: str, data: dict[str, Any]) -> int:
    """Have every endpoint of the institution that asked for ``event`` told; how many deliveries were written."""
    return publish_each(institution_id, event, [data])


def publish_each(institution_id: int, event: str, what: Sequence[dict[str, Any]]) -> int:
    """As ``publish``, for many at once: the same event happened to each."""
    endpoints = WebhookEndpoint.objects.filter(institution=institution_id, active=True)
    wanted = [endpoint for endpoint in endpoints if event in endpoint.events]
    WebhookDelivery.objects.bulk_create(
        [WebhookDelivery(endpoint=endpoint, event=event, payload=data) for data in what for endpoint in wanted]
    )
    return len(wanted) * len(what)


def send_test(endpoint: WebhookEndpoint) -> WebhookDelivery:
    return WebhookDelivery.objects.create(endpoint=endpoint, event=PING, payload={"message": "This is a test."})


def send_again(delivery: WebhookDelivery) -> WebhookDelivery:
    """The same delivery, under its id, as if it were new."""
    delivery.state, delivery.tries, delivery.next_try_at = WebhookDelivery.State.WAITING, 0, timezone.now()
    delivery.save(update_fields=["state", "tries", "next_try_at"])
    return delivery


def deliver_due(now: datetime | None = None) -> int:
    """One round: send what is due, oldest first, an endpoint's one after the other; how many arrived."""
    claimed = _claim(now or timezone.now())
    if not claimed:
        return 0
    until = time.monotonic() + ROUND_SECONDS
    if len(claimed) == 1:
        return _tell(claimed[0], until)
    with ThreadPoolExecutor(max_workers=min(AT_ONCE, len(claimed)), thread_name_prefix="webhook") as pool:
        return sum(pool.map(lambda ids: _tell_in_thread(ids, until), claimed))


def forget_old(now: datetime) -> int:
    """Delete deliveries that are over and older than ``KEPT``; how many."""
    over = WebhookDelivery.objects.exclude(state=WebhookDelivery.State.WAITING)
    return over.filter(created_at__lt=now - KEPT).delete()[0]


def _claim(now: datetime) -> list[list[UUID]]:
    """What is due, by endpoint, kept from other processes for the time of the lease."""
    with transaction.atomic():
        due = WebhookDelivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            state=WebhookDelivery.State.WAITING, next_try_at__lte=now, endpoint__active=True
        )
        by_endpoint: dict[int, list[UUID]] = {}
        for key, endpoint in due.order_by("created_at").values_list("pk", "endpoint")[: AT_ONCE * OF_ONE_ENDPOINT]:
            by_endpoint.setdefault(endpoint, []).append(key)
        claimed = [keys[:OF_ONE_ENDPOINT] for keys in by_endpoint.values()]
        keys = [key for some in claimed for key in some]
        WebhookDelivery.objects.filter(pk__in=keys).update(next_try_at=now + LEASE)
    return claimed


def _tell_in_thread(ids: list[UUID], until: float) -> int:
    try:
        return _tell(ids, until)
    finally:
        connections.close_all()  # this thread's own


def _tell(ids: list[UUID], until: float) -> int:
    """An endpoint's deliveries until one fails: then the others wait too, so that they arrive in order."""
    arrived = 0
    for place, key in enumerate(ids):
        delivery = WebhookDelivery.objects.select_related("endpoint__institution").filter(pk=key).first()
        if delivery is None:  # deleted with its endpoint
            continue
        if time.monotonic() > until:
            _give_back(ids[place:], timezone.now())
            break
        if not _send(delivery):
            _give_back(ids[place + 1 :], delivery.next_try_at)
            break
        arrived += 1
    return arrived


def _give_back(ids: list[UUID], at: datetime) -> None:
    WebhookDelivery.objects.filter(pk__in=ids, state=WebhookDelivery.State.WAITING).update(next_try_at=at)


def _send(delivery: WebhookDelivery) -> bool:
    now = timezone.now()
    delivery.tries += 1
    delivery.last_try_at, delivery.status_code, delivery.error = now, None, ""
    body = body_of(delivery)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "proctor-webhook/1",
        "X-Proctor-Event": delivery.event,
        "X-Proctor-Delivery": str(delivery.pk),
        "X-Proctor-Timestamp": str(int(now.timestamp())),
        "X-Proctor-Signature": signature(delivery.endpoint.secret, int(now.timestamp()), body),
    }
    try:
        delivery.status_code = post(delivery.endpoint.url, body, headers)
    except AddressRefused as refused:
        delivery.error = str(refused)
    except (OSError, http.client.HTTPException) as failure:
        delivery.error = f"{type(failure).__name__}: {failure}"[:500]
    else:
        if not 200 <= delivery.status_code < 300:
            delivery.error = f"The endpoint answered {delivery.status_code}."
    arrived = not delivery.error
    if arrived:
        delivery.state = WebhookDelivery.State.DELIVERED
    elif delivery.tries > len(WAITS):
        delivery.state = WebhookDelivery.State.FAILED
        logger.warning("Delivery %s was given up after %d tries.", delivery.pk, delivery.tries)
    else:
        delivery.next_try_at = now + WAITS[delivery.tries - 1]
    delivery.save(update_fields=["state", "tries", "next_try_at", "last_try_at", "status_code", "error"])
    return arrived


def body_of(delivery: WebhookDelivery) -> bytes:
    """Exactly the bytes that are signed and sent."""
    content = {
        "id": str(delivery.pk),
        "event": delivery.event,
        "institution": delivery.endpoint.institution.slug,
        "created_at": delivery.created_at.isoformat(timespec="milliseconds"),
        "data": delivery.payload,
    }
    return json.dumps(content, separators=(",", ":")).encode()
