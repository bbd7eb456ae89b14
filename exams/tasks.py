"""What of exams runs outside requests. Thin: ids in, fetch, delegate, return when the row is gone."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from exams.services import webhooks


@shared_task(name="exams.tasks.deliver_webhooks")
def deliver_webhooks() -> None:
    webhooks.deliver_due()


@shared_task(name="exams.tasks.forget_webhooks")
def forget_webhooks() -> None:
    webhooks.forget_old(timezone.now())
