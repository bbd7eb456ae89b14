"""From the previous release's tables, with rows in all of them, to today's: on whichever database the tests use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoDbBlocker

from exams.models import Attempt, Exam, Institution, Question
from tests.upgrade.previous import Rows, fill, migrate_to_release, models_of, rows_of

# What a migration gives another value on purpose; a test below says which.
CHANGED = {"exams_question": {"kind"}}


@dataclass(frozen=True, slots=True)
class Upgrade:
    before: Rows
    after: Rows


@contextmanager
def empty_database(folder: Path) -> Iterator[None]:
    """In place of the tests' own, for this thread."""
    own = connections["default"]
    name = str(folder / "upgrade.sqlite3") if own.vendor == "sqlite" else f"{own.settings_dict['NAME']}_upgrade"
    if own.vendor != "sqlite":
        with own.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}"')
    other = own.copy()
    other.settings_dict["NAME"] = name
    connections["default"] = other
    try:
        yield
    finally:
        other.close()
        connections["default"] = own
        if own.vendor != "sqlite":
            with own.cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def upgrade(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Upgrade]:
    with django_db_blocker.unblock(), empty_database(tmp_path_factory.mktemp("upgrade")):
        then = migrate_to_release()
        fill(then)
        before = rows_of(models_of(then))
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
        now = [model for label in ("exams", "proctoring") for model in apps.get_app_config(label).get_models()]
        yield Upgrade(before, rows_of(now))


@pytest.fixture
def _upgraded(upgrade: Upgrade, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def test_there_was_something_in_every_table(upgrade: Upgrade) -> None:
    assert [table for table, rows in upgrade.before.items() if not rows] == []


def test_no_row_is_lost_and_no_value_changed(upgrade: Upgrade) -> None:
    assert set(upgrade.before) <= set(upgrade.after)
    for table, rows in upgrade.before.items():
        kept = upgrade.after[table]
        assert set(kept) >= set(rows), table
        for key, row in rows.items():
            same = (set(row) & set(kept[key])) - CHANGED.get(table, set())
            assert {name: kept[key][name] for name in same} == {name: row[name] for name in same}, (table, key)


def test_columns_that_went_are_these(upgrade: Upgrade) -> None:
    def columns(rows: dict[Any, dict[str, Any]]) -> set[str]:
        return set(next(iter(rows.values())))

    gone = {
        f"{table}.{name}"
        for table, rows in upgrade.before.items()
        for name in columns(rows) - columns(upgrade.after[table])
    }
    assert gone == {"exams_question.exam_id"}


@pytest.mark.usefixtures("_upgraded")
def test_every_exam_has_its_questions_in_a_first_version_which_is_frozen_unless_a_draft() -> None:
    for exam in Exam.objects.all():
        version = exam.versions.get()
        assert version.number == 1
        assert (version.frozen_at is None) == (exam.state == Exam.State.DRAFT)
        questions = Question.objects.filter(section__version=version).order_by("position")
        assert [question.kind for question in questions] == [Question.Kind.SINGLE_CHOICE, Question.Kind.ESSAY]
    assert Question.objects.values("uid").distinct().count() == Question.objects.count()


@pytest.mark.usefixtures("_upgraded")
def test_attempts_go_on_with_the_version_they_had_and_an_order_of_their_own() -> None:
    attempts = list(Attempt.objects.select_related("version"))
    assert [attempt for attempt in attempts if attempt.version.exam_id != attempt.exam_id] == []
    assert len({attempt.seed for attempt in attempts}) == len(attempts) > 1
    for attempt in attempts:
        assert {answer.question.section.version_id for answer in attempt.answers.all()} == {attempt.version_id}


@pytest.mark.usefixtures("_upgraded")
def test_every_institution_has_the_presets() -> None:
    for institution in Institution.objects.all():
        slugs = set(institution.policy_presets.values_list("slug", flat=True))
        assert slugs == {"off", "light", "standard", "strict"}
