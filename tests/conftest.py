"""What every test shares."""

from __future__ import annotations

import gc
import os
import sqlite3
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from pytest_django import DjangoDbBlocker
from xdist.scheduler import Scheduling

from exams import asked, keys
from proctoring.analysis import service
from tests import tracks
from tests.server import RUN, migrated
from tests.server import site as site  # one for all tests, started when the first asks for it


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected, and all that it imports, stays to the end: the garbage collector need not look through half a
    million things again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    config.option.loadscopereorder = False  # the order below, not the number of tests, decides which begins
    return tracks.Tracks(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database-only", action="store_true", help="only tests that touch the database themselves")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    name_apart(items)
    if config.getoption("database_only"):
        config.hook.pytest_deselected(items=[item for item in items if not touches_database(item)])
        items[:] = [item for item in items if touches_database(item)]
    items.sort(key=lambda item: tracks.order(item.nodeid))


def name_apart(items: list[pytest.Item]) -> None:
    """pytest-xdist runs one test of each id: schemathesis gives those of all operations the same one."""
    for item in items:
        if item.parent is not None and not item.nodeid.endswith(item.name):
            item._id = item.parent.id.child(item.name)  # pytest has no public way
    often = [name for name, times in Counter(item.nodeid for item in items).items() if times > 1]
    if often:
        raise pytest.UsageError(f"Tests of one id, of which only the last would be run: {', '.join(often)}")


def touches_database(item: pytest.Item) -> bool:
    """As opposed to a site in a process of its own, which has its own."""
    return item.get_closest_marker("django_db") is not None or "django_db_setup" in getattr(item, "fixturenames", ())


def pytest_runtest_setup(item: pytest.Item) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ and not tracks.track_of(item.nodeid):
        tracks.give_way()


def copy_migrated(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Into the database of this process, as soon as there is one; the migrations find nothing left to do then."""
    if "memorydb_" in str(connection.settings_dict["NAME"]):
        connection_created.disconnect(copy_migrated)
        with closing(sqlite3.connect(migrated())) as source:
            source.backup(connection.connection)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    if RUN and connection.vendor == "sqlite":
        connection_created.connect(copy_migrated)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """pytest-django's own, and at the end PostgreSQL lets go of threads that outlived their test; it would not drop the
    database under them."""
    yield
    if connection.vendor == "postgresql":
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_terminate_backend(pid) {others}")


@pytest.fixture(autouse=True)
def _nothing_is_kept_from_another_test() -> None:
    cache.clear()
    asked.forget()
    keys.forget()


@pytest.fixture(scope="module", autouse=True)
def _no_analysis_outlives_its_tests() -> Iterator[None]:
    """A connection starts the analysis of this process; what comes after must find none."""
    before = service.running()
    yield
    if service.running() is not before:
        service.stop()
