"""From a binary message to its acknowledgement: check, look, let the engine judge, write, answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.conf import settings

from proctoring.analysis.metrics import metrics
from proctoring.analysis.service import Analysed, NotAnalysed, Rejected, analysis
from proctoring.analysis.verdict import SUPERSEDED
from proctoring.live import frames, payloads, shared_frames
from proctoring.live.pacing import pacer
from proctoring.live.wire import Frame, WireError, unpack_frame

if TYPE_CHECKING:
    from proctoring.live.candidate import CandidateConsumer
    from proctoring.live.session import LiveSession
    from proctoring.observation import Measured

BREAK_PAUSE_MS = 5000


class Looker:
    """The frames of one connection."""

    def __init__(self, page: CandidateConsumer, live: LiveSession) -> None:
        self._page = page
        self._live = live

    async def take(self, data: bytes, received: float) -> None:
        """Returns as soon as the frame lies in the session's slot. ``received``: Unix seconds."""
        live = self._live
        live.count("received")
        metrics.count("frames_received")
        try:
            frame = unpack_frame(data)
        except WireError as error:
            await self._refuse(None, error.code, str(error), received, protocol=True)
            return
        if frame.session_id != live.id:
            said = "This frame is meant for another session than the one this connection was opened for."
            await self._refuse(frame.sequence, "wrong_session", said, received, protocol=True)
            return
        if frame.sequence <= live.last_sequence:
            said = f"Frame {frame.sequence} came after frame {live.last_sequence}; number frames upwards."
            await self._refuse(frame.sequence, "out_of_order", said, received, protocol=True)
            return
        live.last_sequence = frame.sequence
        if live.on_break:
            await self._not_looked_at(frame.sequence)
            return
        at = live.clock.time_of(captured=frame.captured_ms / 1000, received=received)
        self._page.spawn(self._look(frame, at, received))

    async def _look(self, frame: Frame, at: float, received: float) -> None:
        live = self._live
        submitted = time.monotonic()
        verdict = await analysis().submit(str(live.id), frame.jpeg, live.wants(at), _known(live, at))
        if isinstance(verdict, Analysed) and not live.pace.keeps_own:
            now, waited = time.monotonic(), verdict.waited_ms / 1000
            lag = now - verdict.answered
            pacer.judged(took=now - submitted, waited=waited, lag=lag, interval=live.frame_interval)
        if self._page.left:
            return
        if live.on_break:  # it has begun meanwhile
            await self._not_looked_at(frame.sequence)
        elif isinstance(verdict, Analysed):
            await self._analysed(frame, verdict, at, received)
        elif isinstance(verdict, Rejected):
            await self._refuse(frame.sequence, verdict.code, verdict.sentence, received, protocol=False)
        else:
            await self._not_analysed(frame, verdict, at, received)
        metrics.time("verdict", (time.time() - received) * 1000)

    async def _analysed(self, frame: Frame, verdict: Analysed, at: float, received: float) -> None:
        page, live, observation = self._page, self._live, verdict.observation
        frames.keep(live.id, jpeg=frame.jpeg, sequence=frame.sequence, unix_ms=round(at * 1000))
        before = live.risk_total
        live.observed(observation, jpeg=frame.jpeg, sequence=frame.sequence, at=at)
        shown = observation if live.looked is None else live.looked.observation
        page.note_detectors()
        await page.save()
        if page.left:
            return
        await page.tell(
            payloads.verdict(
                sequence=frame.sequence,
                observation=shown,
                warnings=payloads.warnings(live),
                next_frame_in_ms=self._pause(received, verdict.waited_ms / 1000),
                server_busy=pacer.busy,
            )
        )
        await page.listener.calibrate_with(observation)
        if live.risk_total != before:
            await page.publish_risk()
        if page.publisher.watchers():
            await shared_frames.share(live.id)
        await page.publish()

    async def _not_analysed(self, frame: Frame, verdict: NotAnalysed, at: float, received: float) -> None:
        page = self._page
        if verdict.reason == SUPERSEDED:
            self._live.count("dropped")  # a newer frame is on its way: nothing is missing
        else:
            self._live.count("not_analysed")
            self._live.not_analysed(at=at)
            await page.save()
        await page.tell(
            {
                "type": "verdict",
                "seq": frame.sequence,
                "analysed": False,
                "reason": verdict.reason,
                "next_frame_in_ms": self._pause(received, 0.0),
            }
        )

    async def _not_looked_at(self, sequence: int) -> None:
        """The candidate is on a break: the picture is forgotten unseen."""
        answer = {"type": "verdict", "seq": sequence, "analysed": False, "reason": "on_break"}
        await self._page.tell({**answer, "next_frame_in_ms": BREAK_PAUSE_MS})

    async def _refuse(self, sequence: int | None, code: str, sentence: str, received: float, *, protocol: bool) -> None:
        await self._page.tell(
            {
                "type": "frame_error",
                "seq": sequence,
                "code": code,
                "message": sentence,
                "next_frame_in_ms": self._pause(received, 0.0),
            }
        )
        await self._page.refused(code, protocol=protocol)

    def _pause(self, received: float, waited: float) -> int:
        """Milliseconds until the next frame is wanted. The time spent on this one does not slow the pace."""
        pace, now = self._live.pace, time.time()
        due = now + pacer.wait(pace, age=now - received, late=pace.late(received), waited=waited)
        pace.ask(pacer.rate(pace), received=received, due=due)
        return round((due - now) * 1000)


def _known(live: LiveSession, at: float) -> Measured | None:
    return live.known(at) if settings.PROCTOR_GLANCES else None
