"""A whole institution in a database of its own, and a way to ask its site anything and have nothing stay."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote

from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.test import Client
from django.test.utils import setup_test_environment

from exams import asked, keys
from exams.models import Exam, Invitation, Pool, Question
from proctoring.models import Session
from tests import factories
from tests.routes.place import Place, place

ROLES = ("superuser", "administrator", "author", "proctor", "reviewer", "candidate", "foreign_administrator", "nobody")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
LONGEST_HEADER = 500

Asked = dict[str, Any]  # "as", "method", "path", "query", "type", "body", "headers"


class ServerError(AssertionError):
    """The site answered 500 or more."""


class FuzzedSite:
    """``names``: what stands for ``{exam}`` and the like in a path, so that the same input means the same next time."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.clients: dict[str, Client] = {}
        for role in ROLES:
            self.clients[role] = Client(raise_request_exception=False)
            if role != "nobody":
                self.clients[role].force_login(getattr(place.people, role))
        self._cookies = {role: client.cookies.output(header="") for role, client in self.clients.items()}
        self.names = _names(place)
        self._error: BaseException | None = None
        got_request_exception.connect(self._note)

    def _note(self, **kwargs: Any) -> None:
        self._error = sys.exc_info()[1]

    def ask(self, asked_for: Asked) -> Any:
        """The response. Raises ServerError; whatever was written is taken back."""
        self._error = None
        with nothing_stays():
            response = self._send(asked_for)
            status = response.status_code
            if not getattr(response, "streaming", False):
                len(response.content)
        if status >= 500:
            raise ServerError(f"{status} for {asked_for.get('method')} {asked_for.get('path')}") from self._error
        return response

    def _send(self, asked_for: Asked) -> Any:
        role = asked_for.get("as")
        role = role if role in ROLES else "nobody"
        client = self.clients[role]
        client.cookies = SimpleCookie(self._cookies[role])  # whoever signs out is in again for the next
        method = _text(asked_for.get("method")).upper()
        data, kind = _body(asked_for.get("type"), asked_for.get("body"))
        return client.generic(
            method if method in METHODS else "POST",
            self._path(asked_for.get("path")),
            data,
            kind,
            headers=_headers(asked_for.get("headers")),
            query_params=None,
            QUERY_STRING=_query(asked_for.get("query")),
        )

    def _path(self, path: Any) -> str:
        told = PLACEHOLDER.sub(lambda found: str(self.names.get(found[1], found[0])), _text(path))
        return "/" + quote(told.encode("utf-8", "replace").decode().lstrip("/"), safe="/%-._~")


def start() -> FuzzedSite:
    """In a database made for it, where none of pytest's is there already."""
    if "PYTEST_CURRENT_TEST" not in os.environ:
        setup_test_environment(debug=False)
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    made = place()
    exam = Exam.objects.get(pk=made.arguments["exam"]["exam_id"])
    for position, kind in enumerate(factories.CHOICES, start=10):
        factories.question(exam, kind, position=position)
    factories.question(exam, Question.Kind.NUMERIC, position=30)
    return FuzzedSite(made)


@contextmanager
def nothing_stays() -> Iterator[None]:
    cache.clear()
    asked.forget()
    keys.forget()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    mail.outbox.clear()


def _names(place: Place) -> dict[str, Any]:
    of = {name.removeprefix("admin:"): arguments for name, arguments in place.arguments.items()}
    running = Session.objects.get(pk=of["room"]["session_id"])
    exam = Exam.objects.get(pk=of["exam"]["exam_id"])
    draft = of["exams_exam_questions"]["exam_id"]
    names = {
        "exam": exam.pk,
        "draft": draft,
        "session_id": running.pk,
        "sessions": running.pk,
        "attempt_id": running.attempt_id,
        "attempts": of["exams_attempt_change"]["object_id"],
        "institutions": exam.institution_id,
        "questions": of["exams_question_change"]["object_id"],
        "sections": factories.section(Exam.objects.get(pk=draft)).pk,
        "pools": Pool.objects.get().pk,
        "events": of["proctoring_event_change"]["object_id"],
        "exports": of["export"]["export_id"],
        "rosters": of["exams_rosterimport_change"]["object_id"],
        "webhooks": of["exams_webhookendpoint_change"]["object_id"],
        "deliveries": of["exams_webhookdelivery_change"]["object_id"],
        "keys": of["exams_apitoken_change"]["object_id"],
        "invitations": Invitation.objects.get().pk,
        "accommodations": of["exams_accommodation_change"]["object_id"],
        "marks": of["exams_mark"]["mark_id"] if "exams_mark" in of else 1,
        "candidate": place.people.candidate.pk,
    }
    for kind in Question.Kind.values:
        found = Question.objects.filter(section__version__exam=exam, kind=kind).first()
        names[kind] = found.pk if found is not None else 0
    return names


# ---- From JSON to a request ----


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _body(kind: Any, body: Any) -> tuple[bytes, str]:
    if kind == "form" and isinstance(body, dict):
        from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

        fields = {_clean(name): _field(value) for name, value in body.items()}
        return encode_multipart(BOUNDARY, fields), MULTIPART_CONTENT
    if kind in ("json", "form"):
        return json.dumps(body).encode(), "application/json"
    return _text(body).encode("utf-8", "surrogatepass"), _clean(_text(kind))[:LONGEST_HEADER]


def _field(value: Any) -> Any:
    if isinstance(value, dict) and isinstance(value.get("file"), str):
        content = _text(value.get("content", "")).encode("utf-8", "surrogatepass")
        return SimpleUploadedFile(_clean(value["file"]) or "file", content)
    if isinstance(value, list):
        return [_clean(_text(each)) for each in value[:300]]
    return _clean(_text(value))


def _clean(text: str) -> str:
    """Django's own client can say no other."""
    return text.encode("utf-8", "replace").decode().replace("\r", " ").replace("\n", " ") if text else text


def _query(query: Any) -> str:
    if isinstance(query, dict):
        return "&".join(f"{_quoted(name)}={_quoted(_text(value))}" for name, value in query.items())
    return _quoted(_text(query)) if query else ""


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"))[:4_000]


def _headers(headers: Any) -> dict[str, str]:
    if not isinstance(headers, dict):
        return {}
    kept = {re.sub(r"[^A-Za-z0-9-]", "", name): _text(value) for name, value in headers.items()}
    return {
        name: value.encode("latin-1", "replace")
        .decode("latin-1")
        .replace("\n", " ")
        .replace("\r", " ")[:LONGEST_HEADER]
        for name, value in kept.items()
        if name and name.lower() not in {"host", "content-length", "content-type"}
    }
