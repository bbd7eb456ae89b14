"""What every test shares."""

from __future__ import annotations

import os

import pytest
from django.core.cache import cache
from xdist.scheduler import Scheduling

from tests import tracks
from tests.server import site  # noqa: F401  (one for all tests, started when the first asks for it)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    config.option.loadscopereorder = False  # the order below, not the number of tests, decides which begins
    return tracks.Tracks(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: tracks.order(item.nodeid))


def pytest_runtest_setup(item: pytest.Item) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ and not tracks.track_of(item.nodeid):
        tracks.give_way()


@pytest.fixture(autouse=True)
def _nobody_is_throttled_for_another_test() -> None:
    cache.clear()
