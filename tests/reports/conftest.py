"""What the tests of reports share: a storage of their own, and people of two institutions."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from tests import factories
from tests.factories import People


@pytest.fixture
def own_media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def people() -> People:
    return factories.people()
