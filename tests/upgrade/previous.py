"""A database as the previous release left it: its tables, with rows in every one."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import StateApps
from django.db.models import Model

RELEASE = (("exams", "0001_initial"), ("proctoring", "0002_keep_days_within_limits"))
OURS = ("exams", "proctoring")
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=timezone.utc)

Row = dict[str, Any]
Rows = dict[str, dict[Any, Row]]


def migrate_to_release() -> StateApps:
    """Makes the tables and returns the models that go with them."""
    executor = MigrationExecutor(connection)
    others = [node for node in executor.loader.graph.leaf_nodes() if node[0] not in OURS]
    # Of other apps only what the release needed: what came later refers to our newer tables.
    needed = {node for target in RELEASE for node in executor.loader.graph.forwards_plan(target)}
    targets = [*RELEASE, *(node for node in others if node in needed)]
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


def models_of(apps: StateApps) -> list[type[Model]]:
    return [model for label in OURS for model in apps.get_app_config(label).get_models()]


def rows_of(models: list[type[Model]]) -> Rows:
    """Every row of every table, by the table's name and the primary key."""
    return {
        model._meta.db_table: {row[model._meta.pk.attname]: row for row in model._default_manager.values()}
        for model in models
    }


def fill(apps: StateApps) -> None:
    """An exam that was sat and watched, one that is being sat, and a draft."""

    def make(label: str, **fields: Any) -> Any:
        return apps.get_model(label).objects.create(**fields)

    here = make("exams.Institution", name="Here", slug="here", time_zone="Europe/Berlin", contact="exams@example.org")
    make("exams.Institution", name="Elsewhere", slug="elsewhere")
    staff = make("exams.User", username="staff", is_staff=True)
    people = [make("exams.User", username=f"candidate{number}", password="!") for number in (1, 2)]
    make("exams.Membership", user=staff, institution=here, role="administrator")
    for person in people:
        make("exams.Membership", user=person, institution=here, role="candidate")
    for state in ("draft", "published", "closed"):
        exam = make("exams.Exam", institution=here, title=state, state=state, instructions="Read <all> of it.")
        single = make("exams.Question", exam=exam, position=1, kind="single_choice", text="Is 1 < 2?")
        choices = [
            make("exams.Choice", question=single, position=n, text=f"Choice {n}", correct=n == 1) for n in (1, 2)
        ]
        written = make("exams.Question", exam=exam, position=2, kind="text", text="Why?")
        for person in people:
            make("exams.Enrolment", exam=exam, candidate=person)
        if state == "draft":
            continue
        for number, person in enumerate(people, 1):
            over = state == "closed"
            attempt = make(
                "exams.Attempt",
                exam=exam,
                candidate=person,
                state="submitted" if over else "running",
                started_at=NOW,
                deadline=NOW + timedelta(hours=1),
                submitted_at=NOW + timedelta(minutes=50) if over else None,
            )
            for revision, (question, value) in enumerate(
                [(single, {"choice": choices[0].pk}), (written, {"text": "Because."}), (written, {"text": "So."})], 1
            ):
                make(
                    "exams.Answer",
                    attempt=attempt,
                    question=question,
                    revision=max(1, revision - 1),
                    client_id=uuid4(),
                    value=value,
                    saved_at=NOW + timedelta(minutes=revision),
                )
            watch(make, exam=exam, attempt=attempt, person=person, staff=staff, ended=over, number=number)


def watch(make: Any, *, exam: Any, attempt: Any, person: Any, staff: Any, ended: bool, number: int) -> None:
    """The session of an attempt, with a row in every table that hangs on it."""
    if number == 1:
        policy = make("proctoring.ExamPolicy", exam=exam, frames_per_second=1.0, keep_pictures_days=7)
        make("proctoring.PolicyRule", policy=policy, event="NO_FACE", hold_seconds=3.0, delta=7, cooldown_seconds=9.0)
        make("proctoring.Export", exam=exam, requested_by=staff, format="csv", state="ready", file="exports/x.csv")
        make("proctoring.PurgeRecord", exam=exam, session_id_text="gone", what="pictures", count=3)
    text = make("proctoring.ConsentText", version="1", sha256=uuid4().hex * 2, text="What you agree to.\n")
    session = make(
        "proctoring.Session",
        candidate=person,
        exam=exam,
        attempt=attempt,
        consent=make("proctoring.Consent", candidate=person, exam=exam, text=text),
        policy={"frames_per_second": 2.0, "rules": {}},
        state="ended" if ended else "live",
        started_at=NOW,
        ended_at=NOW + timedelta(minutes=50) if ended else None,
        counters={"frames_received": 12},
        event_count=1,
        chain_head="b" * 64,
    )
    moment = round(NOW.timestamp() * 1000)
    make(
        "proctoring.Event", session=session, sequence=1, name="NO_FACE", unix_ms=moment, risk_delta=5, risk_total=5,
        sentence="No face was in view.", detail={"rule": {"delta": 5}}, hash="b" * 64,
    )  # fmt: skip
    make("proctoring.RiskSample", session=session, unix_ms=moment, risk=5)
    make(
        "proctoring.BrowserSignal", session=session, client_id=uuid4(), kind="hidden", client_unix_ms=moment,
        unix_ms=moment,
    )  # fmt: skip
    make("proctoring.ProctorAction", session=session, user=staff, action="stop_watching", reason="technical")
