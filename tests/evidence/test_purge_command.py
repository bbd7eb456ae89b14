from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from proctoring import services
from proctoring.evidence import snapshots
from proctoring.models import Event
from proctoring.services import Commit, Drafted
from tests import factories
from tests.services.drafts import draft

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def due(settings: Settings, tmp_path: Path) -> Event:
    settings.MEDIA_ROOT = tmp_path
    session = factories.ended_session(factories.exam(), at=timezone.now() - timedelta(days=31))
    [event] = services.commit(
        Commit(session_id=session.pk, epoch=0, drafts=[Drafted(draft(at_ms=1), factories.jpeg())])
    )
    return event


def test_it_says_what_it_deleted() -> None:
    out = StringIO()
    call_command("purge", stdout=out)
    assert "Deleted 1 pictures, 0 events" in out.getvalue()


def test_its_status_says_when_something_was_left(due: Event) -> None:
    snapshots.delete(due.snapshot)
    default_storage.save(f"{due.snapshot}/in-the-way", ContentFile(b""))
    errors = StringIO()
    with pytest.raises(SystemExit):
        call_command("purge", stdout=StringIO(), stderr=errors)
    assert errors.getvalue().startswith("1 could not be deleted")
