"""The published description against the API itself: everything it allows is tried, and much that it does not."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, settings

from exams.models import MarkingRun, WebhookEndpoint
from exams.services import rosters, tokens, webhooks
from proctoring.models import Export
from tests import factories
from tests.admin.question_files import looked_at
from tests.admin.records import event

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis needs Python 3.11 or later")
checks = pytest.importorskip("schemathesis.specs.openapi.checks")

# Enough for a look at each operation in `make test`; `make fuzz` asks for far more.
EXAMPLES = int(os.environ.get("API_EXAMPLES", "3"))
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]

api = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", get_wsgi_application())


def test_the_description_is_whole_and_valid(tmp_path: Path) -> None:
    call_command("spectacular", file=str(tmp_path / "schema.yml"), validate=True, fail_on_warn=True)


def test_it_is_shown_on_a_page_that_needs_no_other_server(client: Client) -> None:
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    assert 'src="http' not in page.content.decode()
    assert "unsafe-inline" not in page["Content-Security-Policy"].partition("script-src")[2].partition(";")[0]
    assert "<script>" not in page.content.decode()


def test_it_speaks_to_who_calls_it_not_to_who_writes_it(client: Client) -> None:
    """What base classes say is about code: on the API's page it would stand at each operation that inherits it."""
    described = client.get("/api/v1/schema/?format=json").json()
    assert "Authorization: Bearer" in described["info"]["description"]
    texts = {
        operation.get("description", "") for methods in described["paths"].values() for operation in methods.values()
    }
    about_code = [
        text for text in texts for word in ("view_roles", "edit_roles", "view set", "renderer") if word in text
    ]
    assert about_code == []
    assert any(text.startswith("Kept for a day, for who uploaded it alone.") for text in texts)


@pytest.fixture
def no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made-up names of servers are looked up by nobody: that would take seconds each."""
    known = socket.getaddrinfo

    def only_numbers(host: Any, port: Any, **kwargs: Any) -> Any:
        return known(host, port, **{**kwargs, "flags": socket.AI_NUMERICHOST})

    monkeypatch.setattr(socket, "getaddrinfo", only_numbers)


@pytest.fixture
def one_connection(db: None) -> Iterator[None]:
    """A request leaves the test's own connection open, as those of Django's test client do."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def site(one_connection: None, no_names: None) -> dict[str, Any]:
    """Something of everything, and a key that may change it."""
    people = factories.people()
    exam = factories.exam(people.institution, candidates=(people.candidate, people.other_candidate))
    ended = factories.ended_session(exam, people.candidate, at=timezone.now())
    scored = event(ended)
    endpoint = WebhookEndpoint.objects.create(
        institution=people.institution, url="https://93.184.215.14/", events=["attempt.started"]
    )
    roster = rosters.check(
        institution=people.institution, exam=exam, by=people.administrator, file_name="r.csv", data=b"email\na@b.ch\n"
    )
    export = Export.objects.create(exam=exam, requested_by=people.administrator, format="csv")
    _, key = tokens.make_token(user=people.administrator, name="Fuzz", scope="write", days=1)
    _, own = tokens.make_token(user=people.candidate, name="Fuzz", scope="write", days=1)
    return {
        "administrator": {"Authorization": f"Bearer {key}"},
        "candidate": {"Authorization": f"Bearer {own}"},
        "exam": exam.pk,
        "attempt_id": str(ended.attempt_id),
        "session_id": str(ended.pk),
        "sessions": str(ended.pk),
        "attempts": str(ended.attempt_id),
        "events": scored.pk,
        "exports": str(export.pk),
        "rosters": str(roster.pk),
        "question-imports": str(looked_at(exam, people.administrator).row.pk),
        "question-exports": "gift",
        "marking-runs": str(MarkingRun.objects.create(exam=exam, by=people.administrator).pk),
        "deliveries": str(webhooks.send_test(endpoint).pk),
        "webhooks": endpoint.pk,
        "institutions": people.institution.pk,
        "questions": factories.questions(exam)[0].pk,
        "sections": factories.section(exam).pk,
    }


@api.parametrize()  # type: ignore[untyped-decorator,unused-ignore]
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_keeps_to_the_description(case: Any, site: dict[str, Any]) -> None:
    own = case.operation.path.startswith(("/api/v1/attempts/", "/api/v1/sessions/"))
    case.headers = {**(case.headers or {}), **site["candidate" if own else "administrator"]}
    # What is made up is mostly not there; two of three times the way leads to something that is.
    if len(repr(case.body) + repr(case.query)) % 3:
        parts = case.operation.path.strip("/").split("/")
        for name in case.path_parameters or {}:
            place = parts.index(f"{{{name}}}")
            real = site.get(name, site.get(parts[place - 1]) if name in {"id", "pk"} else None)
            if real is not None:
                case.path_parameters[name] = real
    case.validate_response(case.call(), checks=CHECKS)
