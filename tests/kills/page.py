"""A candidate's page: it watches, saves answers and tells what the browser noticed, and comes back as the page does."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections import deque
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from proctoring.bench.load import Seat
from proctoring.replay.client import CandidateClient, Refused, ServerUnreachable
from tests.kills.kept import Kept
from tests.kills.pages_code import seconds
from tests.kills.saving import Answers, Outbox, Requests

Message = dict[str, Any]
FIRST_PAUSE = seconds("lib/socket.js", "FIRST_PAUSE_MS")
LONGEST_PAUSE = seconds("lib/socket.js", "LONGEST_PAUSE_MS")
SILENCE = seconds("lib/socket.js", "SILENCE_MEANS_LOST_MS")
NO_ANSWER = seconds("candidate/capture.js", "NO_ANSWER_MEANS_LOST_MS")
REPLACED, ENDED = 4001, 4410
FINAL = {REPLACED, 4401, 4403, 4409, ENDED}
REMEMBERED = 200
ANSWER_EVERY = (0.5, 3.0)  # seconds, at random
LEAVES_EVERY, AWAY = (4.0, 15.0), (0.3, 3.0)


class Page:
    """``addresses``: the one it is at first, and where it goes on when that one is gone; one alone: it waits for it, as
    where one process serves."""

    def __init__(self, seat: Seat, addresses: Sequence[str], kept: Kept, rng: random.Random) -> None:
        self.seat = seat
        self.address = addresses[0]
        self.looked: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)  # analysed frames: sent, answered
        self.started = asyncio.Event()
        self._addresses = list(addresses)
        self._kept = kept
        self._rng = rng
        self._requests = Requests(seat.cookie, lambda: self.address)
        self.answers = Answers(seat.session_id, self._requests, kept)
        self.outbox = Outbox(seat.session_id, self._requests, kept)
        self._client: CandidateClient | None = None
        self._over = asyncio.Event()
        self._ended = False
        self._said = 0
        self._doing: list[asyncio.Task[None]] = []

    def watched_since(self, moment: float) -> float | None:
        """When the first frame that was sent after ``moment`` had been looked at."""
        return next((answered for sent, answered in self.looked if sent >= moment), None)

    def cut(self) -> None:
        """The network under the page goes away for a moment."""
        self._requests.cut()
        if self._client is not None:
            self._client.cut()

    async def sit(self) -> None:
        """Until it is cancelled, or until :meth:`hand_in` has ended the session."""
        self._doing = [asyncio.create_task(work()) for work in (self._write_answers, self._leave_now_and_then)]
        try:
            await self._stay_connected()
        finally:
            for task in self._doing:
                task.cancel()
            await asyncio.gather(*self._doing, return_exceptions=True)
            await self.answers.stop()
            await self._requests.close()

    async def hand_in(self) -> None:
        """What is still on its way arrives first, as the page waits for it."""
        self._over.set()
        await asyncio.gather(*self._doing)
        while self.answers.unsaved() or self.outbox.unsent():  # noqa: ASYNC110  as the page does
            await asyncio.sleep(0.1)
        path = f"/api/v1/sessions/{self.seat.session_id}/finish/"
        while not self._ended:
            await self._requests.ask("POST", path, {})
            await asyncio.sleep(0.5)

    # The connection

    async def _stay_connected(self) -> None:
        pause = FIRST_PAUSE
        while not self._ended:
            client = self._client_for(self.address)
            try:
                await asyncio.wait_for(client.__aenter__(), SILENCE)
                pause = FIRST_PAUSE
                await self._on_connection(client)
            except Refused as refused:
                self._note_end(refused.code)
            except (ServerUnreachable, OSError, TimeoutError, asyncio.TimeoutError):
                pass
            finally:
                self._client = self.outbox.send = None
                await client.__aexit__(None, None, None)
            self.address = self._addresses[(self._addresses.index(self.address) + 1) % len(self._addresses)]
            if not self._ended:
                await asyncio.sleep(pause * self._rng.uniform(0.5, 1.0))
                pause = min(LONGEST_PAUSE, pause * 2)

    def _client_for(self, address: str) -> CandidateClient:
        return CandidateClient(
            url=address, session_id=self.seat.session_id, cookie=self.seat.cookie, on_message=self._take
        )

    def _note_end(self, code: int | None) -> None:
        if code == ENDED and self._over.is_set():
            self._ended = True
        elif code in FINAL:
            self._kept.wrong.append(f"{self.seat.session_id} was closed for good with code {code}.")
            self._ended = True

    async def _on_connection(self, client: CandidateClient) -> None:
        self._client, self.outbox.send = client, client.send
        if client.welcome["state"] == "ended":
            self._ended = True
            return
        if client.welcome["state"] != "live":
            await client.send({"type": "start"})
            await client.expect("started")
        await self.outbox.connected()
        self.started.set()
        shown = self._rng.randrange(len(self.seat.show.jpegs))
        while True:
            await self.outbox.resend_when_due()
            sent = time.monotonic()
            jpeg = self.seat.show.jpegs[shown % len(self.seat.show.jpegs)]
            shown += 1
            try:
                answer = await asyncio.wait_for(client.frame(jpeg, capture_ms=time.time() * 1000), NO_ANSWER)
            except (TimeoutError, asyncio.TimeoutError):
                self._kept.not_analysed["no answer"] += 1
                continue
            self._note(answer, sent)
            await asyncio.sleep(answer["next_frame_in_ms"] / 1000)

    def _note(self, answer: Message, sent: float) -> None:
        if answer["type"] == "verdict" and answer["analysed"]:
            self.looked.append((sent, time.monotonic()))
            self._kept.analysed += 1
        else:
            self._kept.not_analysed[str(answer.get("reason") or answer.get("code"))] += 1

    def _take(self, message: Message) -> None:
        if message["type"] == "signal_ack":
            self.outbox.acknowledged(message["ids"])
        elif message["type"] == "ended" and self._over.is_set():
            self._ended = True

    # What the candidate does

    async def _write_answers(self) -> None:
        await self.started.wait()
        questions = await self._questions()
        while not self._over.is_set():
            await self._wait(ANSWER_EVERY)
            if self._over.is_set():
                return
            self._said += 1
            self.answers.edit(self._rng.choice(questions), {"text": f"Answer {self._said} of {self.seat.session_id}"})

    async def _questions(self) -> list[int]:
        """Those that are answered with a text, which is kept letter by letter."""
        while True:
            read = await self._requests.ask("GET", f"/api/v1/sessions/{self.seat.session_id}/")
            if read is not None and read.status == 200:
                questions = json.loads(read.body)["attempt"]["questions"]
                return [each["id"] for each in questions if each["kind"] in ("short_text", "essay")]
            await asyncio.sleep(FIRST_PAUSE)

    async def _leave_now_and_then(self) -> None:
        """Another tab, and back."""
        await self.started.wait()
        while not self._over.is_set():
            await self._wait(LEAVES_EVERY)
            await self.outbox.add("hidden")
            await asyncio.sleep(self._rng.uniform(*AWAY))
            await self.outbox.add("visible")

    async def _wait(self, between: tuple[float, float]) -> None:
        """Some seconds, and no longer than until it is all over."""
        with contextlib.suppress(TimeoutError, asyncio.TimeoutError):
            await asyncio.wait_for(self._over.wait(), self._rng.uniform(*between))


def waiting_for(pages: Sequence[Page], moment: float) -> list[UUID]:
    """Those who were not watched again since."""
    return [page.seat.session_id for page in pages if page.watched_since(moment) is None]
