"""The proctors' WebSockets: the wall of an exam, and the page of one session. They only listen."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from functools import partial
from typing import Any
from uuid import UUID

from autobahn.exception import Disconnected
from django.db import Error as DatabaseTrouble

from exams.models import Exam
from proctoring import selectors
from proctoring.live import codes, payloads, presence
from proctoring.live.database import read
from proctoring.live.socket import Socket
from proctoring.live.who import lacks_second_factor, signed_in
from proctoring.models import Session

logger = logging.getLogger(__name__)
REFRESH_EVERY = 3  # announcements: how often the list is read again, for what nobody connected could tell


class ProctorConsumer(Socket):
    """Joins one group, announces itself while it is open, and passes on what comes."""

    where: str
    with_observation = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._announcer: asyncio.Task[None] | None = None
        self._listening = False
        self._known: dict[str, str] = {}
        self._on_break: set[UUID] = set()

    def visible(self) -> list[Session]:
        """Sessions to show. Raises Exam.DoesNotExist or Session.DoesNotExist for who may not see them."""
        raise NotImplementedError

    def listens_to(self) -> str:
        raise NotImplementedError

    def announces_to(self) -> str:
        raise NotImplementedError

    async def connect(self) -> None:
        await self.accept()
        if not self.scope["user"].is_authenticated:
            await self.close(code=codes.NOT_SIGNED_IN)
            return
        if await read(partial(lacks_second_factor, self.scope)):
            await self.close(code=codes.NO_SECOND_FACTOR)
            return
        try:
            sessions = await read(self._load)
        except (Exam.DoesNotExist, Session.DoesNotExist):
            await self.close(code=codes.NOT_YOURS)
            return
        self._listening = True
        await self.channel_layer.group_add(self.listens_to(), self.channel_name)
        shown = [self._show(session) for session in sessions]
        await self._tell({"type": "sessions", "sessions": shown})
        self._announcer = asyncio.get_running_loop().create_task(self._announce())

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        """Proctors' pages have nothing to say."""

    async def leave(self) -> None:
        announcer, self._announcer = self._announcer, None
        if announcer is not None:
            announcer.cancel()
        if self._listening:
            self._listening = False
            await self.channel_layer.group_discard(self.listens_to(), self.channel_name)

    async def to_page(self, message: dict[str, Any]) -> None:
        """Group message of a candidate's connection."""
        payload = message["payload"]
        if payload["type"] == "session":
            self._known[payload["session"]["id"]] = payload["session"]["connection"]
        elif payload["type"] == "event" and payload["event"]["snapshot_url"]:
            event = payload["event"]
            payload = {**payload, "event": {**event, "snapshot_url": self._base_url() + event["snapshot_url"]}}
        await self._tell(payload)

    async def _announce(self) -> None:
        announcement = {"type": "proctor.watching", "where": self.where}
        rounds = 0
        while True:
            await self.channel_layer.group_send(self.announces_to(), announcement)
            await asyncio.sleep(presence.ANNOUNCE_SECONDS)
            rounds += 1
            if rounds % REFRESH_EVERY:
                continue
            try:
                if not await self._refresh():
                    return
            except DatabaseTrouble:  # what candidates' connections tell goes on; the list is read again the next time
                logger.warning("The list of a proctor's page could not be read", exc_info=True)

    async def _refresh(self) -> bool:
        """Catch up with sessions that changed without anybody connected to say so; False when access was lost."""
        self.scope["user"] = await read(partial(signed_in, self.scope))
        if not self.scope["user"].is_authenticated:
            await self.close(code=codes.NOT_SIGNED_IN)
            return False
        if await read(partial(lacks_second_factor, self.scope)):
            await self.close(code=codes.NO_SECOND_FACTOR)
            return False
        try:
            sessions = await read(self._load)
        except (Exam.DoesNotExist, Session.DoesNotExist):
            await self.close(code=codes.NOT_YOURS)
            return False
        known, listed = dict(self._known), {str(session.pk) for session in sessions}
        for session in sessions:
            shown = self._show(session)
            if known.get(shown["id"]) != shown["connection"] and not self._told_by_another(session, known):
                await self._tell({"type": "session", "session": shown})
        gone = [session_id for session_id, state in known.items() if session_id not in listed and state != "ended"]
        for session in await read(partial(self._by_id, gone)) if gone else []:
            await self._tell({"type": "session", "session": self._show(session)})
        return True

    def _told_by_another(self, session: Session, known: dict[str, str]) -> bool:
        """Connected to another web process, which says more than the database holds: a camera that is off."""
        here = session.pk in presence.connected
        return session.connected and not here and known.get(str(session.pk)) in payloads.CONNECTED

    def _load(self) -> list[Session]:
        sessions = self.visible()
        self._on_break = selectors.on_break(sessions)
        return sessions

    def _by_id(self, ids: list[str]) -> list[Session]:
        return list(selectors.visible_sessions(self.scope["user"]).filter(pk__in=ids))

    def _show(self, session: Session) -> dict[str, Any]:
        consumer = presence.connected.get(session.pk)
        if consumer is not None and consumer.admitted:
            shown = payloads.live_session(
                consumer.live, connection=consumer.connection_state, with_observation=self.with_observation
            )
        else:
            shown = payloads.stored_session(
                session, with_observation=self.with_observation, on_break=session.pk in self._on_break
            )
        self._known[shown["id"]] = shown["connection"]
        return shown

    def _base_url(self) -> str:
        headers = dict(self.scope["headers"])
        origin: str = headers.get(b"origin", b"").decode("latin1")  # checked against the site's hosts on connecting
        return origin

    async def _tell(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(Disconnected):  # the page left this moment; word of that comes behind
            await self.send(text_data=json.dumps(message))


class WallConsumer(ProctorConsumer):
    """All sessions of an exam that somebody sits now."""

    where = presence.WALL

    @property
    def exam_id(self) -> int:
        return int(self.scope["url_route"]["kwargs"]["exam_id"])

    def visible(self) -> list[Session]:
        user = self.scope["user"]
        exam = selectors.watchable_exam(user, self.exam_id)
        sessions = selectors.sessions_on_wall(user, exam)
        return list(sessions.defer("policy", "calibration", "engine_state").order_by("-risk_total", "created_at"))

    def listens_to(self) -> str:
        return presence.wall_group(self.exam_id)

    def announces_to(self) -> str:
        return presence.candidates_group(self.exam_id)


class SessionConsumer(ProctorConsumer):
    """One session, with what was seen in its newest frame."""

    where = presence.PAGE
    with_observation = True

    @property
    def session_id(self) -> UUID:
        session_id: UUID = self.scope["url_route"]["kwargs"]["session_id"]
        return session_id

    def visible(self) -> list[Session]:
        return [selectors.session_for(self.scope["user"], self.session_id)]

    def listens_to(self) -> str:
        return presence.page_group(self.session_id)

    def announces_to(self) -> str:
        return presence.candidate_group(self.session_id)
