"""Every list of the admin and every address of the API that is read: as many queries for 120 rows as for 3."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams.models import User
from tests import factories
from tests.admin.question_files import looked_at
from tests.admin.records import event
from tests.api.test_routes import OPEN, TABLE, arguments_of
from tests.crowd import Crowd, crowd

FEW, MANY = 3, 120  # more than a list's page of 100
# What the candidate's own page reads is one thing however long it is; the paper's length is another test's.
OWN = {"api_attempt", "api_time", "api_session"}
READ = sorted({name for method, name in TABLE if method == "get"} - OPEN - OWN)


def counts(
    client: Client, readers: list[User], addresses: list[tuple[str, str]], *, first: bool = False
) -> dict[tuple[str, str], int | str]:
    """By reader and name the number of queries; for what is not shown, the status."""
    found: dict[tuple[str, str], int | str] = {}
    for reader in readers:
        client.force_login(reader)
        for name, address in addresses:
            if first:
                client.get(address)  # what is asked once and kept, such as content types
            with CaptureQueriesContext(connection) as captured:
                status = client.get(address).status_code
            found[reader.username, name] = len(captured) if status == 200 else f"HTTP {status}"
    return found


def lists() -> list[tuple[str, str]]:
    models = [model._meta for model in admin.site._registry]
    return [(meta.label, reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")) for meta in models]


def pages(crowd: Crowd) -> list[tuple[str, str]]:
    """Lists that are no model's."""
    exam, uid = {"exam_id": crowd.exam.pk}, {"question": crowd.essay.uid}
    wanted: dict[str, dict[str, Any]] = {
        "exams_results_list": {},
        "exams_results": exam,
        "exams_results_statistics": exam,
        "exams_mark_queue": exam | uid,
        "exams_mark_marked": exam | uid,
        "exams_exam_questions": exam,
        "exams_exam_pictures": exam,
        "proctoring_wall": exam,
        "proctoring_exports": exam,
        "index": {},
    }
    return [(name, reverse(f"admin:{name}", kwargs=arguments)) for name, arguments in wanted.items()]


def everything_read(crowd: Crowd) -> list[tuple[str, str]]:
    """The first of each that the crowd has; an argument nobody knows here fails."""
    first: dict[str, Any] = {
        "institution": crowd.institution,
        "accommodation": crowd.exam.accommodations.first(),
        "question": crowd.essay,
        "section": crowd.section,
        "pool": crowd.section.pools.first(),
        "enrolment": crowd.exam.enrolments.first(),
        "roster": crowd.exam.roster_imports.first(),
        "question_import": looked_at(crowd.exam, crowd.staff).row.pk,
        "question_export": "csv",
        "exam_attempt": crowd.attempt,
        "mark": crowd.essay.marks.first(),
        "marking_run": crowd.exam.marking_runs.first(),
        "webhook": crowd.institution.webhooks.first(),
        "exam_session": crowd.session,
        "event": event(factories.session(crowd.exam), jpeg=factories.jpeg()),
        "export": crowd.exam.exports.first(),
    }
    addresses = []
    for name in READ:
        wanted = {}
        for argument in arguments_of(name):
            kind = name.removeprefix("api_").partition("-")[0]
            wanted[argument] = crowd.exam.pk if argument == "exam" else getattr(first[kind], "pk", first[kind])
        addresses.append((name, reverse(name, kwargs=wanted) + "?page_size=200"))
    return addresses


@pytest.fixture
def few(db: None) -> Crowd:
    made = crowd()
    made.grow(FEW)
    return made


@pytest.fixture
def readers(few: Crowd) -> list[User]:
    return [few.staff, factories.user(is_staff=True, is_superuser=True)]


def test_lists_of_the_admin(client: Client, few: Crowd, readers: list[User]) -> None:
    before = counts(client, readers, lists(), first=True)
    few.grow(MANY)
    empty = [label for label, _ in lists() if apps.get_model(label)._default_manager.count() < MANY]
    assert empty == [], "Nothing is said about these: let tests/crowd.py make many of them."
    assert counts(client, readers, lists()) == before


def test_other_pages_of_the_admin(client: Client, few: Crowd, readers: list[User]) -> None:
    before = counts(client, readers, pages(few), first=True)
    few.grow(MANY)
    assert counts(client, readers, pages(few)) == before
    assert [name for name, count in before.items() if isinstance(count, str)] == []


def test_what_the_api_reads(client: Client, few: Crowd, readers: list[User]) -> None:
    before = counts(client, readers, everything_read(few), first=True)
    few.grow(MANY)
    assert counts(client, readers, everything_read(few)) == before
    refused = {name for (_, name), count in before.items() if isinstance(count, str)}
    # Whose it is, and ready or not.
    assert refused <= {"api_export-detail", "api_export-file", "api_question_import-detail"}
