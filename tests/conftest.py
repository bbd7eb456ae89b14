"""What every test shares."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from tests.server import site  # noqa: F401  (one for all tests, started when the first asks for it)


@pytest.fixture(autouse=True)
def _nobody_is_throttled_for_another_test() -> None:
    cache.clear()
