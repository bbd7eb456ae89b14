from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import AsyncClient, Client
from pytest_django import DjangoAssertNumQueries, Settings

from proctor_site.health import health_pages

ROOT = Path(__file__).resolve().parents[2]
NO_ANALYSIS = "The analysis does not run in this process; manage.py serve starts it."
ASK_WITHOUT_DATABASE = """
import django; django.setup()
from django.test import Client
for path in ("/healthz", "/readyz"):
    answer = Client().get(path)
    print(answer.status_code, answer.content.decode())
"""


@pytest.fixture
def production(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["exams.example.org"]


@pytest.mark.usefixtures("production")
def test_alive_asks_no_database_and_needs_neither_https_nor_a_host_name_of_the_site() -> None:
    answer = Client().get("/healthz", headers={"host": "10.0.0.5:8000"})
    assert (answer.status_code, answer.content) == (200, b"alive\n")
    assert "no-store" in answer.headers["Cache-Control"]
    assert not answer.cookies


@pytest.mark.usefixtures("production")
def test_every_other_page_still_checks_the_host_and_redirects() -> None:
    assert Client(raise_request_exception=False).get("/", headers={"host": "10.0.0.5"}).status_code == 400
    answer = Client().get("/accounts/login/", headers={"host": "exams.example.org"})
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://exams.example.org/accounts/login/")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_it_rejects_post(path: str) -> None:
    assert Client().post(path).status_code == 405


@pytest.mark.parametrize("path", ["/healthz/", "/readyz.json", "/a/healthz"])
def test_nothing_else_is_such_a_page(path: str) -> None:
    assert Client().get(path).status_code == 404


@pytest.mark.django_db
def test_ready_costs_two_small_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    Client().get("/readyz")  # reads the migrations of the code, once
    with django_assert_num_queries(2):  # is there a table of migrations, and what is in it
        answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (503, [NO_ANALYSIS])


@pytest.mark.django_db
def test_a_migration_that_is_not_applied_is_named() -> None:
    MigrationRecorder(connection).record_unapplied("proctoring", "0001_initial")
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert "1 migrations are not applied; run manage.py migrate." in answer.json()


def test_a_database_that_does_not_answer_is_named_and_the_process_is_alive(tmp_path: Path) -> None:
    """In a process of its own, whose database cannot be opened."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "proctor_site.settings",
        "PROCTOR_DATA_DIR": str(tmp_path),
        "PROCTOR_DATABASE": f"sqlite://{tmp_path}/nowhere/db.sqlite3",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK_WITHOUT_DATABASE], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "200 alive",
        "",
        f'503 ["The database does not answer.", "{NO_ANALYSIS}"]',
    ]


async def test_it_answers_under_asgi() -> None:
    assert asyncio.iscoroutinefunction(health_pages(ASGIHandler().get_response_async))
    answer = await AsyncClient().get("/healthz")
    assert answer.status_code == 200
