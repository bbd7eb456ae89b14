"""One candidate: begins the exam as the pages lead there, then saves an answer every few seconds."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from proctoring.load.exam import Place
from proctoring.load.http import Answer, BadAnswer, Connection
from proctoring.load.tally import Tally

CSRF = "l" * 32  # a browser sends back what it was given; any 32 letters will do
ESSAY = "What follows is an argument of a few sentences, which grows while it is being written. "

Payload = dict[str, Any]


class Failed(Exception):
    """A request came to nothing, and has been counted."""


class Candidate:
    def __init__(self, place: Place, *, exam_id: int, port: int, tally: Tally) -> None:
        self.exam_id = exam_id
        self.tally = tally
        self.random = random.Random(place.user_id)
        self.connection = Connection("127.0.0.1", port)
        self.headers = {"Cookie": f"{place.cookie}; csrftoken={CSRF}", "X-CSRFToken": CSRF}
        self.answers_url = ""
        self.questions: list[Payload] = []

    async def begin(self) -> None:
        """Start page, the exam's page, its button, the room, the questions. Raises Failed."""
        began = time.monotonic()
        await self.ask("home page", "GET", "/")
        address = f"/exams/{self.exam_id}/"
        await self.ask("exam page", "GET", address)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        begun = await self.ask("begin", "POST", address, body=b"action=enter", headers=form, expected=302)
        room = begun.headers.get("location", "")
        if not room.startswith("/attempts/"):
            self.tally.failed("begin", f"sent to {room}")
            raise Failed
        await self.ask("room", "GET", room)
        attempt_url = f"/api/v1{room}"
        attempt = json.loads((await self.ask("read attempt", "GET", attempt_url)).body)
        self.questions, self.answers_url = attempt["questions"], f"{attempt_url}answers/"
        self.tally.took("start, all of it", time.monotonic() - began)
        self.tally.started += 1

    async def save_until(self, end: float, *, every: float) -> None:
        """One save is due every ``every`` seconds, at a moment of this candidate's own. Timed from when it was due, so
        that a server that is late, or a late load, counts in full."""
        due = time.monotonic() + self.random.uniform(0, every)
        while due < end:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await self.save(due)
            due += every

    async def save(self, due: float) -> None:
        question = self.random.choice(self.questions)
        value = VALUES[question["kind"]](question, self.random)
        client_id = uuid4()
        body = json.dumps({"client_id": str(client_id), "question": question["id"], "value": value}).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        try:
            await self.ask("save", "POST", self.answers_url, body=body, headers=headers, expected=201, due=due)
        except Failed:
            return
        self.tally.kept.add(client_id)

    async def ask(
        self,
        what: str,
        method: str,
        target: str,
        *,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        expected: int = 200,
        due: float | None = None,
    ) -> Answer:
        began = time.monotonic() if due is None else due
        try:
            answer = await self.connection.request(method, target, headers=self.headers | (headers or {}), body=body)
        except (OSError, BadAnswer) as error:
            self.tally.failed(what, f"{type(error).__name__}: {error}")
            raise Failed from error
        if answer.status != expected:
            is_json = answer.headers.get("content-type", "").startswith("application/json")
            self.tally.failed(what, f"HTTP {answer.status}" + (f" {answer.body.decode()}" if is_json else ""))
            raise Failed
        self.tally.took(what, time.monotonic() - began)
        return answer


def _keys(options: list[Payload], name: str) -> list[str]:
    return [option[name] for option in options]


def _mixed(keys: list[str], rng: random.Random) -> list[str]:
    return rng.sample(keys, len(keys))


VALUES: dict[str, Callable[[Payload, random.Random], Payload]] = {
    "single_choice": lambda question, rng: {"choice": rng.choice(_keys(question["choices"], "id"))},
    "multiple_choice": lambda question, rng: {"choices": rng.sample(_keys(question["choices"], "id"), 2)},
    "numeric": lambda question, rng: {"number": f"{rng.uniform(-10, 10):.3f}"},
    "short_text": lambda question, rng: {"text": rng.choice(["Euler", "Gauss", "Noether"])},
    "essay": lambda question, rng: {"text": ESSAY * rng.randint(1, 20)},
    "matching": lambda question, rng: {
        "pairs": {left: rng.choice(_keys(question["right"], "key")) for left in _keys(question["left"], "key")}
    },
    "ordering": lambda question, rng: {"order": _mixed(_keys(question["items"], "key"), rng)},
}
