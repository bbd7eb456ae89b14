"""How many statements the database is asked for each request: the same for the first answer and for the last."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test import Client

from proctoring.load.candidate import VALUES
from proctoring.load.exam import Place

HOST = "127.0.0.1"


class Counter:
    statements = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.statements += 1
        return execute(sql, params, many, context)


@contextmanager
def counting() -> Iterator[Counter]:
    counter = Counter()
    with connection.execute_wrapper(counter):
        yield counter


def per_request(place: Place, *, exam_id: int) -> dict[str, int]:
    """By request; ``save <kind>`` for each kind of question. Of several saves the one with most statements counts."""
    browser = Client(headers={"cookie": place.cookie, "host": HOST})
    found: dict[str, int] = {}

    def ask(what: str, method: str, target: str, **options: Any) -> Any:
        with counting() as counter:
            response = browser.generic(method, target, **options)
        if response.status_code >= 400:
            raise RuntimeError(f"{what}: HTTP {response.status_code} {response.content[:200]!r}")
        found[what] = max(found.get(what, 0), counter.statements)
        return response

    ask("home page", "GET", "/")
    ask("exam page", "GET", f"/exams/{exam_id}/")
    form = "application/x-www-form-urlencoded"
    room = ask("begin", "POST", f"/exams/{exam_id}/", data="action=enter", content_type=form).headers["location"]
    ask("room", "GET", room)
    questions = json.loads(ask("read attempt", "GET", f"/api/v1{room}").content)["questions"]
    rng = random.Random(0)
    for question in questions:
        value = VALUES[question["kind"]](question, rng)
        body = json.dumps({"client_id": str(uuid4()), "question": question["id"], "value": value})
        what = f"save {question['kind']}"
        ask(what, "POST", f"/api/v1{room}answers/", data=body, content_type="application/json")
    return found
