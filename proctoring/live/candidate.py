"""The candidate's WebSocket: who may open it, what ends it, and everything in between handed on."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Coroutine
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from autobahn.exception import Disconnected
from django.conf import settings
from django.db import Error as DatabaseTrouble

from proctoring import selectors, services
from proctoring.analysis.metrics import metrics
from proctoring.analysis.service import analysis
from proctoring.live import codes, frames, ledger, payloads, presence
from proctoring.live.alarms import Alarms
from proctoring.live.database import read
from proctoring.live.limits import MESSAGES_PER_SECOND, PROTOCOL_ERRORS, TokenBucket
from proctoring.live.listening import Listener
from proctoring.live.looking import Looker
from proctoring.live.recorder import recorder
from proctoring.live.session import LiveSession
from proctoring.live.socket import Socket
from proctoring.live.timekeeping import Timekeeper
from proctoring.models import Event, Session
from proctoring.reports.record import zone_of

logger = logging.getLogger(__name__)

SAVE_AGAIN_SECONDS = 5.0
REPLACED = "This session was opened in another window or tab. That one counts now; you can close this one."


class CandidateConsumer(Socket):
    """One connection. All of it runs on the event loop and none of it waits for the database but by ``await``."""

    live: LiveSession
    looker: Looker
    listener: Listener
    alarms: Alarms
    timekeeper: Timekeeper
    publisher: presence.Publisher

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.admitted = False
        self.closing = False  # a close code was sent; nothing more is said or heard
        self.left = False  # gone, replaced or ended: nothing more is written for this connection
        self._bucket = TokenBucket()
        self._refusals = ledger.Refusals()
        self._protocol_errors = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._shown: Any = None
        self._detectors_noted = False
        self._zone = ZoneInfo("UTC")

    # Coming

    async def connect(self) -> None:
        await self.accept()
        session_id: UUID = self.scope["url_route"]["kwargs"]["session_id"]
        user = self.scope["user"]
        services.serve_from(asyncio.get_running_loop())
        analysis()  # the first connection starts it, where nothing else has
        if not user.is_authenticated:
            await self.turn_away(codes.NOT_SIGNED_IN)
            return
        try:
            session, zone = await read(partial(own_session, user, session_id))
            if not presence.arrivals.take(session_id, time.monotonic()):
                await self.turn_away(codes.FLOOD)
                return
            older = presence.connected.pop(session_id, None)
            if older is not None:
                await older.replaced()
            connection = await recorder.call(partial(services.open_connection, session_id))
        except Session.DoesNotExist:
            await self.turn_away(codes.NOT_YOURS)
        except services.ConsentMissing:
            await self.turn_away(codes.NO_CONSENT)
        except services.SessionEnded:
            await self.turn_away(codes.ENDED)
        else:
            self._zone = zone
            await self._welcome(connection, session.started_at, replaces=older is not None)

    async def turn_away(self, code: int) -> None:
        """Nothing of this connection was let in, so nothing is written in anybody's session."""
        metrics.count(f"turned_away_{code}")
        logger.warning("A connection to %s was turned away with code %d", self.scope["path"], code)
        await self.hang_up(code)

    async def _welcome(self, connection: services.Connection, started_at: datetime | None, *, replaces: bool) -> None:
        live = self.live = LiveSession(connection)
        self.looker, self.listener = Looker(self, live), Listener(self, live)
        self.alarms, self.timekeeper = Alarms(self, live), Timekeeper(self, live)
        self.publisher = presence.Publisher(self.channel_layer, session_id=live.id, exam_id=connection.exam_id)
        self.admitted = True
        await self.channel_layer.group_send(
            presence.candidate_group(live.id), {"type": "connection.replaced", "epoch": connection.epoch}
        )
        presence.connected[live.id] = self
        for group in self._own_groups():
            await self.channel_layer.group_add(group, self.channel_name)
        if replaces:
            live.record(ledger.replaced(), now=time.time())
        if live.state == Session.State.LIVE:
            live.watch(now=time.time(), started_at=started_at)
            self.watching_began()
        live.apply(connection.pending_signals)
        await self.save()
        await self.tell(payloads.welcome(live, detectors_off=detectors_off()))
        await self.publish(force=True)

    def _own_groups(self) -> list[str]:
        exam_id = self.live.connection.exam_id
        mine = presence.candidate_group(self.live.id)
        return [mine] if exam_id is None else [mine, presence.candidates_group(exam_id)]

    def watching_began(self) -> None:
        """What there is to do once, when the session is live on this connection."""
        self.note_detectors()
        self.alarms.begin()

    def note_detectors(self) -> None:
        """Record detectors that are off, as soon as it is known and watching has begun."""
        if self._detectors_noted or not self.live.watching or not analysis().status():
            return
        self._detectors_noted = True
        self.live.note_detectors_off(detectors_off(), now=time.time())

    # Messages

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        received = time.time()
        if not self.admitted or self.closing:
            return
        if not self._bucket.take(time.monotonic()):
            await self._flooded()
            return
        data, text = message.get("bytes"), message.get("text")
        size = len(data) if data is not None else len((text or "").encode())
        if size > settings.PROCTOR_MAX_FRAME_BYTES:
            await self.refused("too_large", protocol=False)
            await self.hang_up(codes.TOO_LARGE)
        elif data is not None:
            await self.looker.take(data, received)
        else:
            await self.listener.take(text or "", received)

    async def refused(self, code: str, *, protocol: bool) -> None:
        """Count a refusal, record the first of its kind, and close when a client breaks the protocol too often."""
        self.live.count(f"rejected_{code}")
        metrics.count(f"rejected_{code}")
        if self._refusals.note(code, time.monotonic()):
            self.live.record(ledger.rejected(code), now=time.time())
        self._protocol_errors += protocol
        if self._protocol_errors > PROTOCOL_ERRORS:
            await self.save()
            await self.hang_up(codes.PROTOCOL_ERRORS)
        elif self.live.save_is_due:
            await self.save()

    async def _flooded(self) -> None:
        self.live.count("floods")
        metrics.count("floods")
        self.live.record(ledger.flood(MESSAGES_PER_SECOND), now=time.time())
        await self.hang_up(codes.FLOOD)
        await self.save()

    async def tell(self, message: dict[str, Any]) -> None:
        """Send JSON to the page, unless the connection is closing."""
        if not self.closing:
            with contextlib.suppress(Disconnected):  # it left this moment; word of that comes behind
                await self.send(text_data=json.dumps(message))

    async def hang_up(self, code: int) -> None:
        if not self.closing:
            self.closing = True
            await self.close(code=code)

    # Writing and publishing

    async def save(self, *, urgent: bool = False, connected: bool | None = None) -> None:
        """Write what happened. Events are waited for and shown to proctors; the state alone is written now and then."""
        live = self.live
        for code, count in self._refusals.due(time.monotonic(), all_of_them=connected is False):
            live.record(ledger.rejected(code, count), now=time.time())
        if connected is False:
            replay = live.connection.kind == Session.Kind.REPLAY
            for entry in live.gaps.end(None if replay else time.time()):
                live.record(entry, now=time.time())
            live.pace.end()
        urgent = urgent or live.has_events or connected is not None
        if not urgent and not live.save_is_due:
            return
        commit = live.commit(connected=connected)
        writing = recorder.commit(commit, urgent=urgent)
        if urgent:
            await self._written(commit, writing)
        else:
            writing.add_done_callback(partial(self._keep_unwritten, commit))

    def _save_the_last(self) -> None:
        """Nobody waits for it. It is in the recorder's hands at once, before a newer connection asks for anything."""
        commit = self.live.commit()
        self.spawn(self._written(commit, recorder.commit(commit)))

    async def _written(self, commit: services.Commit, writing: asyncio.Future[list[Event]]) -> None:
        try:
            events = await writing
        except services.StaleConnection:
            await self.replaced()
        except Exception:  # whatever the database raised, or the disk
            logger.exception("Session %s could not be written", self.live.id)
            self._take_back(commit)
        else:
            await self.publish_events(events)

    def _keep_unwritten(self, commit: services.Commit, writing: asyncio.Future[list[Event]]) -> None:
        """Of a commit nobody waits for: what the database would not take goes into the next. A newer connection or the
        end may have come first, which is no fault."""
        error = None if writing.cancelled() else writing.exception()
        if error is None or isinstance(error, services.StaleConnection):
            return
        logger.error("The state of session %s could not be written", self.live.id, exc_info=error)
        if isinstance(error, DatabaseTrouble):
            self._take_back(commit)

    def _take_back(self, commit: services.Commit) -> None:
        """It is tried again with the next save; of a connection that is over there is none but this."""
        self.live.take_back(commit)
        if self.left or commit.connected is False:
            self.spawn(self._save_again(commit.connected))

    async def _save_again(self, connected: bool | None) -> None:
        """Until it is written, or a newer connection has come."""
        await asyncio.sleep(SAVE_AGAIN_SECONDS)
        await self.save(urgent=True, connected=connected)

    async def publish_events(self, events: list[Event]) -> None:
        for event in events:
            # What befalls everybody at once is no event of one candidate on the wall: it says so in another place.
            where = presence.PAGE if event.name == ledger.SERVER_OVERLOADED else None
            await self.publisher.tell({"type": "event", "event": payloads.event(event, zone=self._zone)}, where=where)

    async def publish_risk(self) -> None:
        """The risk has changed."""
        await self.publisher.tell({"type": "risk", "time": self.live.risk_changed_at, "risk": self.live.risk_total})

    async def publish(self, *, force: bool = False) -> None:
        """Show the session to the pages that look at it: about once a second, and at once when something changed."""
        where = self.publisher.everywhere() if force else self.publisher.watchers()
        if not where:
            return
        live = self.live
        shown = (live.risk, self.connection_state, payloads.warnings(live), live.looked is None)
        if not force and shown == self._shown and not self.publisher.session_is_due():
            return
        self._shown = shown
        state = self.connection_state
        await self.publisher.session(
            {
                kind: payloads.live_session(live, connection=state, with_observation=kind == presence.PAGE)
                for kind in where
            }
        )

    @property
    def connection_state(self) -> str:
        """As the proctors' pages name it."""
        if self.live.state == Session.State.ENDED:
            return "ended"
        if self.live.on_break:
            return "on_break"
        if self.left:
            return "lost"
        if not self.live.camera_on:
            return "camera_off"
        return "live" if self.live.watching else "checking"

    # What others tell this connection

    async def connection_replaced(self, message: dict[str, Any]) -> None:
        """Group message of a newer connection, perhaps in another process."""
        if self.admitted and message["epoch"] > self.live.connection.epoch:
            await self.replaced()

    async def replaced(self) -> None:
        """A newer connection has taken over: write what is left, say so, and go."""
        if self.left:
            return
        self.left = True
        self.live.pace.end()
        self._save_the_last()
        await self.tell({"type": "replaced", "message": REPLACED})
        await self.hang_up(codes.REPLACED)

    async def session_ended(self, message: dict[str, Any]) -> None:
        """Group message: the session is over, whoever ended it."""
        if self.left:
            return
        self.left = True
        self.live.pace.end()
        self.live.state = Session.State.ENDED
        self._save_the_last()
        frames.forget(self.live.id)
        await self.tell({"type": "ended", "by": message["by"], "message": message["message"]})
        await self.hang_up(codes.ENDED)
        await self.publish(force=True)

    async def signals_stored(self, message: dict[str, Any]) -> None:
        """Group message: signals of this session came in another way."""
        self.spawn(self.listener.apply_pending())

    async def time_changed(self, message: dict[str, Any]) -> None:
        """Group message: the attempt has more time, or its candidate is on a break, or back."""
        if self.admitted and not self.left:
            self.spawn(self.timekeeper.changed(message))

    async def policy_changed(self, message: dict[str, Any]) -> None:
        """Group message: something was granted to the candidate, or taken back."""
        if self.admitted and not self.left:
            self.spawn(self.timekeeper.policy_changed(message))

    async def proctor_watching(self, message: dict[str, Any]) -> None:
        """Group message: a proctor's page is open."""
        new = message["where"] not in self.publisher.watchers()
        self.publisher.watched_from(message["where"])
        if new:
            await self.publish(force=True)

    # Going

    async def restart(self) -> None:
        """The server goes down: keep the state, and let the page come back."""
        await self.hang_up(codes.RESTARTING)
        await self.leave()

    async def disconnect(self, code: int) -> None:
        self.closing = True
        if self.admitted and code in codes.CLOSED_BELOW:
            await self.refused(codes.CLOSED_BELOW[code], protocol=False)
        await self.leave()

    async def leave(self) -> None:
        if not self.admitted:
            return
        self.admitted = False
        self.alarms.cancel()
        for group in self._own_groups():
            await self.channel_layer.group_discard(group, self.channel_name)
        if presence.connected.get(self.live.id) is self:
            del presence.connected[self.live.id]
        if not self.left:
            self.live.lost(time.time())
            await self.save(connected=False)
            self.left = True
            await self.publish(force=True)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run beside the messages; what fails is said in the log and ends the connection, never silently."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or task.exception() is None:
            return
        logger.error("Connection to %s failed", self.scope["path"], exc_info=task.exception())
        self.spawn(self.hang_up(codes.INTERNAL_ERROR))


def own_session(user: Any, session_id: UUID) -> tuple[Session, ZoneInfo]:
    """Raises Session.DoesNotExist for anybody else's."""
    session = selectors.own_session_for(user, session_id)
    return session, zone_of(session)


def detectors_off() -> dict[str, str]:
    """Detectors that do not run in this process, and why."""
    return {status.name: status.reason for status in analysis().status() if not status.ok}
