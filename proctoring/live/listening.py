"""Text messages of the candidate's page: browser signals, calibration, start and ping."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from functools import partial
from typing import TYPE_CHECKING, Any

from exams.errors import ExamError
from proctoring import services
from proctoring.live import codes, ledger, payloads
from proctoring.live.camera import Camera
from proctoring.live.database import read
from proctoring.live.recorder import recorder
from proctoring.live.timekeeping import follow_policy
from proctoring.models import Session
from proctoring.observation import Observation
from proctoring.risk.calibration import CalibrationFailed, calibrate, usable
from proctoring.risk.faces_at_rest import FACE_AT_REST
from proctoring.risk.policy import Policy
from proctoring.risk.standing import PHONE_AT_REST

if TYPE_CHECKING:
    from proctoring.live.candidate import CandidateConsumer
    from proctoring.live.session import LiveSession, Looked

MOST_CALIBRATION_FRAMES = 600
ACTIONS = ("start", "finish", "cancel")


class BadMessage(ValueError):
    """``code`` is for the page, the message one sentence for whoever writes a client."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def parse(text: str) -> dict[str, Any]:
    """The message; raises :class:`BadMessage`."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        raise BadMessage("bad_json", "The message is no JSON.") from None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise BadMessage("bad_message", "A message is a JSON object with a “type”.")
    return message


class Listener:
    """The text messages of one connection, one after the other and beside the frames."""

    def __init__(self, page: CandidateConsumer, live: LiveSession) -> None:
        self._page = page
        self._live = live
        self._turn = asyncio.Lock()  # first come, first served: asyncio's locks are fair
        self._collected: list[Observation] = []
        # Of this calibration, the newest picture in which something like a phone was seen, and a second face.
        self._shown: dict[str, Looked | None] = {}

    async def take(self, text: str, received: float) -> None:
        """Refuse it at once, or handle it beside the frames that come meanwhile. ``received``: Unix seconds."""
        try:
            message = parse(text)
            handlers = {
                "signals": self._signals,
                "camera": self._camera,
                "calibrate": self._calibrate,
                "start": self._start,
            }
            if message["type"] == "ping":
                await self._ping(message)
                return
            handler = handlers.get(message["type"])
            if handler is None:
                raise BadMessage("unknown_type", f"“{message['type'][:40]}” is no type of message.")
        except BadMessage as error:
            await self._refuse(error.code, str(error))
            return
        self._page.spawn(self._in_turn(handler(message, received)))

    async def apply_pending(self) -> None:
        """Let the engine see the signals that came another way."""
        async with self._turn:
            await self._apply(await recorder.call(partial(services.pending_signals, self._live.id)))

    async def calibrate_with(self, observation: Observation) -> None:
        """One more frame, when a calibration is going on."""
        if self._live.calibrating and len(self._collected) < MOST_CALIBRATION_FRAMES:
            self._collected.append(observation)
            if observation.phones:
                self._shown[PHONE_AT_REST] = self._live.looked
            if (observation.face_count or 0) > 1:
                self._shown[FACE_AT_REST] = self._live.looked
            await self._tell_calibration()

    async def _in_turn(self, handling: Any) -> None:
        async with self._turn:
            try:
                await handling
            except BadMessage as error:
                await self._refuse(error.code, str(error))
            except services.StaleConnection:
                await self._page.replaced()
            except services.TooManySignals:
                await recorder.call(partial(services.record_flood, self._live.id))
                await self._page.hang_up(codes.FLOOD)
            except services.BadRequest as error:
                await self._refuse(error.code, str(error))
            except ExamError as error:  # refused for a reason a candidate can read, and no fault of the message
                await self._page.tell({"type": "error", "code": error.code, "message": str(error)})

    async def _refuse(self, code: str, sentence: str) -> None:
        await self._page.tell({"type": "error", "code": code, "message": sentence})
        await self._page.refused(code, protocol=True)

    async def _ping(self, message: Mapping[str, Any]) -> None:
        sent = message.get("t")
        if isinstance(sent, bool) or not isinstance(sent, int | float) or not abs(sent) < math.inf:
            raise BadMessage("bad_message", "A ping carries its time as a number, “t”.")
        await self._page.tell({"type": "pong", "t": sent, "server_time_ms": round(time.time() * 1000)})

    async def _signals(self, message: Mapping[str, Any], received: float) -> None:
        received_at = datetime.fromtimestamp(received, timezone.utc)
        batch = services.SignalBatch.parse(message, received_at=received_at)
        live = self._live

        def store() -> tuple[services.PendingSignal, ...]:
            services.store_signals(live.id, batch)
            return services.pending_signals(live.id)

        pending = await recorder.call(store)
        await self._page.tell({"type": "signal_ack", "ids": [str(signal.client_id) for signal in batch.signals]})
        await self._apply(pending)

    async def _apply(self, pending: tuple[services.PendingSignal, ...]) -> None:
        live = self._live
        if not pending or self._page.left:
            return
        before = live.risk_total
        live.apply(pending)
        await self._page.save()
        if live.risk_total != before:
            await self._page.publish_risk()
        await self._page.publish()

    async def _camera(self, message: Mapping[str, Any], received: float) -> None:
        try:
            camera = Camera.told(message)
        except ValueError as error:
            raise BadMessage("bad_message", str(error)) from None
        live = self._live
        before, live.camera.told = live.camera.newest, camera
        live.note_camera(now=received)
        await self._page.save()
        changed = before is not None and (before.label, before.device) != (camera.label, camera.device)
        said = {"label": camera.label, "program": camera.of_a_program, "changed": changed}
        await self._page.tell({"type": "camera", **said})
        await self._page.publish(force=True)

    async def _calibrate(self, message: Mapping[str, Any], received: float) -> None:
        action = message.get("action")
        if action not in ACTIONS:
            raise BadMessage("bad_message", "Calibration knows the actions start, finish and cancel.")
        live = self._live
        if live.watching:
            await self._page.tell(
                {"type": "error", "code": "already_started", "message": "Watching has begun; calibration is over."}
            )
            return
        collected, self._collected = self._collected, []
        if action == "start":
            self._shown = {}
        live.calibrating = action == "start"
        if action == "start":
            await self._tell_calibration()
        elif action == "finish":
            await self._finish_calibration(collected)

    async def _finish_calibration(self, collected: list[Observation]) -> None:
        live = self._live
        try:
            calibration = calibrate(collected)
        except CalibrationFailed as error:
            failed = {"type": "calibration", "state": "failed", "code": error.code, "message": error.sentence}
            await self._page.tell(failed)
            return
        epoch = live.connection.epoch
        await recorder.call(partial(services.save_calibration, live.id, epoch, calibration))
        live.calibration = calibration
        entries = ledger.at_rest(calibration.resting, live.connection.policy, calibrating=True)
        for entry in entries:
            live.record(entry, now=time.time(), looked=self._shown.get(entry.name))
        if entries:
            await self._page.save()
        await self._page.tell({"type": "calibration", "state": "done"})

    async def _tell_calibration(self) -> None:
        found, seen = usable(self._collected), len(self._collected)
        await self._page.tell({"type": "calibration", "state": "collecting", "usable": found, "seen": seen})

    async def _start(self, message: Mapping[str, Any], received: float) -> None:
        live = self._live
        if not live.watching:
            session: Session = await recorder.call(partial(services.start_watching, live.id, live.connection.epoch))
            live.calibrating = False
            follow_policy(live, Policy.from_dict(session.policy))
            live.watch(now=time.time(), started_at=session.started_at)
            if (attempt := await read(partial(services.time_of_session, live.id))) is not None:
                live.follow(attempt, now=time.time())
            self._page.watching_began()
            await self._page.publish(force=True)
        await self._page.tell(
            {
                "type": "started",
                "server_time_ms": round(time.time() * 1000),
                "deadline_ms": payloads.milliseconds(live.deadline),
                "break": payloads.breaks(live),
            }
        )
