"""WebSocket messages to a running site: whatever a page sends, it is answered or closed with a code of ours.

What ends a connection otherwise, what is not answered, and every error in the site's log is a finding.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import django

from tests.fuzz.mutation import json_mutator, mutate_bytes
from tests.fuzz.runs import Place, Run

MESSAGES = 30  # a connection; more at once is a flood
AT_ONCE = 4
SESSIONS = 24
PATIENCE = 30.0
# Those of proctoring.live.codes that a page can bring about, a plain end, and what the protocol's own layer says.
CODES = {1000, 1002, 1007, 1009, 4001, 4400, 4403, 4413, 4429}
BAD = re.compile(r"^.*(?:Traceback \(most recent|\bERROR\b|\bCRITICAL\b).*$", re.MULTILINE)
PREPARE = f"""
from uuid import uuid4
from tests import factories
from exams.models import Institution
from proctoring.models import Session
from tests.live.pages import cookie as encoded
def cookie(user):
    return encoded(user).decode()
def person(**fields):
    return factories.user(f"fuzz-{{uuid4().hex}}", at=place, **fields)
place = Institution.objects.create(name="Fuzz", slug=uuid4().hex)
exam = factories.exam(place)
made = []
for number in range({SESSIONS}):
    user = person(role="candidate")
    state = Session.State.LIVE if number % 3 else Session.State.CHECKING
    started = {{}} if number % 3 else {{"started_at": None}}
    session = factories.session(exam, user, consent=factories.consent(user, exam), state=state, **started)
    made.append([str(session.pk), cookie(user)])
proctor = person(role="proctor", is_staff=True)
answer = {{"sessions": made, "exam": exam.pk, "proctor": cookie(proctor)}}
"""


HEADER = 20  # bytes of a frame: the first four are its magic, the others its session


@dataclass(frozen=True, slots=True)
class Talk:
    """One connection: where to, as whom, and all it says."""

    path: str
    cookie: str
    messages: tuple[bytes | str, ...]

    def as_json(self) -> str:
        said = [text if isinstance(text, str) else [base64.b64encode(text).decode()] for text in self.messages]
        return json.dumps({"path": self.path, "messages": said})


def again(kept: str, session: str, cookie: str) -> Talk:
    """A kept conversation, with another session than it was held in."""
    said = json.loads(kept)
    path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", session, said["path"])
    return Talk(path, cookie, tuple(_said_in(one, UUID(session)) for one in said["messages"]))


def _said_in(kept: Any, session: UUID) -> bytes | str:
    if isinstance(kept, str):
        return kept
    data = base64.b64decode(kept[0])
    return data[:4] + session.bytes + data[HEADER:] if data[:4] == b"PRF1" and len(data) >= HEADER else data


class Unanswered(AssertionError):
    """The site did not answer, or ended the connection as it never should."""


def run(place: Place) -> Run:
    done = Run("sockets", "WebSockets of a running site", place.inputs)
    began = time.monotonic()
    with _site() as site:
        told = site.ask(PREPARE)
        asyncio.run(talk(site, told, done, place, Random(place.seed)))
    done.seconds = time.monotonic() - began
    return done


def replay(path: Path) -> int:
    """How many answers a kept conversation gets. Raises Unanswered, also for an error in the log."""
    with _site() as site:
        told = site.ask(PREPARE)
        session, cookie = told["sessions"][0]
        held = again(path.read_text(), session, cookie)
        if "/proctor/" in held.path:
            held = Talk(held.path, told["proctor"], held.messages)
        answers = asyncio.run(hold(site, held))
        log = site.log.read_text(errors="replace")
    if BAD.search(log):
        raise Unanswered(log[-5_000:])
    return answers


@contextmanager
def _site() -> Iterator[Any]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from tests.server import running_site

    with running_site(extra={"PROCTOR_WORKERS": "1"}) as site:
        yield site


async def talk(site: Any, told: dict[str, Any], done: Run, place: Place, choice: Random) -> None:
    talks = _talks(told, choice)
    deadline = time.monotonic() + place.minutes * 60 if place.minutes else None
    read = 0
    while done.progress.inputs < place.inputs and (deadline is None or time.monotonic() < deadline):
        some = [next(talks) for _ in range(AT_ONCE)]
        began = time.monotonic()
        answered = await asyncio.gather(*(hold(site, talk) for talk in some), return_exceptions=True)
        log = site.log.read_text(errors="replace")
        bad, read = BAD.search(log, read), len(log)
        for talk, answers in zip(some, answered, strict=True):
            done.progress.inputs += len(talk.messages)
            if isinstance(answers, BaseException) or bad is not None:
                why = bad[0] if bad is not None else repr(answers)
                done.findings.append(_keep(place.findings, talk, f"{why}\n\n{log[-20_000:]}"))
            else:
                done.progress.taken += answers
        done.progress.slowest_ms = max(done.progress.slowest_ms, (time.monotonic() - began) * 1000 / MESSAGES)
        if done.findings:
            return


async def hold(site: Any, talk: Talk) -> int:
    """How many answers came. Raises Unanswered."""
    from websockets.asyncio.client import connect
    from websockets.exceptions import ConnectionClosed, InvalidStatus
    from websockets.typing import Origin

    address = f"ws://127.0.0.1:{site.port}{talk.path}"
    headers = {"Cookie": talk.cookie}
    try:
        socket = await connect(
            address, origin=Origin(site.url), additional_headers=headers, open_timeout=PATIENCE, proxy=None
        )
    except InvalidStatus as refused:
        if refused.response.status_code < 500:
            return 0
        raise Unanswered(f"The handshake was answered with {refused.response.status_code}.") from refused
    answers = 0
    try:
        async with socket:
            for message in (*talk.messages, '{"type": "ping", "t": 4711}'):
                await socket.send(message)
            while "/proctor/" not in talk.path:  # theirs only listen
                said = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))
                answers += 1
                if said["type"] == "pong" and said["t"] == 4711:
                    break
    except asyncio.TimeoutError as silent:  # another than the plain one before Python 3.11
        raise Unanswered(f"Nothing came for {PATIENCE:g} s.") from silent
    except ConnectionClosed as closed:
        code = closed.rcvd.code if closed.rcvd is not None else 1006
        if code not in CODES:
            raise Unanswered(f"The connection was closed with {code}.") from closed
    return answers


def _talks(told: dict[str, Any], choice: Random) -> Iterator[Talk]:
    from tests.fuzz.targets import frames, messages

    texts = messages.seeds()
    while True:
        session, cookie = choice.choice(told["sessions"])
        path, said = f"/ws/candidate/{session}/", list[str | bytes]()
        if choice.random() < 0.1:
            path, cookie = (
                choice.choice([f"/ws/proctor/exams/{told['exam']}/", f"/ws/proctor/sessions/{session}/"]),
                told["proctor"],
            )
        if choice.random() < 0.03:
            path = "/ws/" + choice.choice(("candidate/1/", "proctor/exams/99999999999999999999/", "%00/", "x" * 2000))
        sequence = int(time.time()) + 1
        for _ in range(MESSAGES):
            if choice.random() < 0.5:
                said.append(_text(texts, choice))
            else:
                sequence += 1
                said.append(_frame(UUID(session), sequence, frames.seeds(), choice))
        yield Talk(path, cookie, tuple(said))


def _text(texts: list[bytes], choice: Random) -> str:
    if choice.random() < 0.4:  # right, or a connection would be closed for its errors before anything else is tried
        return json.dumps({"type": "ping", "t": choice.choice((1, 2.5, -1, 10**300))})
    made = json_mutator(choice.choice(texts), 60_000, choice)
    return made.decode("utf-8", "replace")


def _frame(session: UUID, sequence: int, odd: list[bytes], choice: Random) -> bytes:
    from proctoring.live.wire import pack_frame
    from tests.fuzz import jpeg_mutation

    jpeg = jpeg_mutation.mutate(b"", 200_000, choice)
    captured = choice.choice((time.time() * 1000, 0.0, 1e300, 5e-324, time.time() * 1000 + 1e7))
    right = pack_frame(session, sequence, captured, jpeg)
    return right if choice.random() < 0.85 else mutate_bytes(choice.choice((*odd, right)), 200_000, choice)


def _keep(folder: Path, talk: Talk, why: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"talk-{random.getrandbits(64):016x}"
    path.write_text(talk.as_json())
    path.with_suffix(".txt").write_text(why)
    return path
