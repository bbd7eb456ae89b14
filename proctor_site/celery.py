"""The Celery application; used when PROCTOR_BROKER names a broker."""

from __future__ import annotations

import os
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "proctor_site.settings")

app = Celery("proctor_site")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["proctoring.analysis"], related_name="remote_worker")


@setup_logging.connect
def keep_log_settings(**kwargs: Any) -> None:
    """Because somebody is connected, Celery sets neither its own level nor its own formats: workers and beat log as
    everything else does."""
    dictConfig(settings.LOGGING)
