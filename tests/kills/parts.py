"""What is killed, how it is started again, and when it counts as back.

Everything is killed with SIGKILL, a machine with all its processes at once.

=======================  ============================================================  ===============================
part                     killed                                                        back when
=======================  ============================================================  ===============================
web process              one of those that serve                                       ``/readyz`` answers 200
worker                   the machine that looks at pictures, or one of its processes   a new process is ready to look
Redis                    the server, which starts again empty                          it answers PING
PostgreSQL               the server with all its backends                              it answers a query
PostgreSQL, then web     the server, then a web process that went on without it        both are
browser's connection     those of some candidates, by a reset                          at once: the server is there
=======================  ============================================================  ===============================
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections.abc import Sequence
from typing import Any, Protocol

import redis

from proctoring.analysis.remote_wire import WORKERS, unpack_announcement
from proctoring.bench.postgres import Server
from tests.kills.page import Page
from tests.machines.running import Machine, answers

WEB, WORKER, REDIS, POSTGRES, CONNECTION = "web process", "worker", "Redis", "PostgreSQL", "browser's connection"
BOTH = "PostgreSQL, then web"
KINDS = (WEB, WORKER, REDIS, POSTGRES, BOTH, CONNECTION)
MISSED_SECONDS = 4.0  # of a database; a session's state is written every five, and each event at once


class Part(Protocol):
    """May be killed, and starts again after a while. None of it is for an event loop but for ``Connections``."""

    kind: str

    def kill(self) -> str:
        """In words, what."""
        ...

    def start(self) -> None: ...

    def is_back(self) -> bool: ...


class Web:
    kind = WEB

    def __init__(self, machine: Machine, address: str) -> None:
        self._machine = machine
        self._address = address

    def kill(self) -> str:
        self._machine.kill()
        return self._machine.name

    def start(self) -> None:
        self._machine.start("web: pages and live connections")

    def is_back(self) -> bool:
        return answers(f"{self._address}/readyz")


class Lookers:
    """Processes that look at pictures, by what they said of themselves in Redis."""

    kind = WORKER

    def __init__(self, machine: Machine, url: str, rng: random.Random) -> None:
        self._machine = machine
        self._redis = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._rng = rng
        self._known: set[str] = set()

    def kill(self) -> str:
        self._known = self.ready()
        assert self._known, "No process that looks at pictures has announced itself."
        if self._rng.random() < 0.5:
            self._machine.kill()
            return "the machine that looks at pictures"
        name = self._rng.choice(sorted(self._known))
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(name.rpartition(":")[2]), signal.SIGKILL)
        return "a process that looks at pictures"

    def start(self) -> None:
        """A process alone is replaced by its own parent."""
        if self._machine.process is None:
            self._machine.start("frames: a machine that looks at pictures")

    def is_back(self) -> bool:
        return bool(self.ready() - self._known)

    def ready(self) -> set[str]:
        try:
            announced: list[Any] = list(self._redis.hvals(WORKERS))
        except (redis.RedisError, OSError):
            return set()
        said = map(unpack_announcement, announced)
        return {each.name for each in said if not each.error and _exists(each.name)}


class RedisServer:
    kind = REDIS

    def __init__(self, machine: Machine, url: str) -> None:
        self._machine = machine
        self._client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)

    def kill(self) -> str:
        self._machine.kill()
        return "Redis"

    def start(self) -> None:
        self._machine.start("Redis")

    def is_back(self) -> bool:
        try:
            return bool(self._client.ping())
        except (redis.RedisError, OSError):
            return False


class PostgresServer:
    kind = POSTGRES

    def __init__(self, server: Server) -> None:
        self._server = server

    def kill(self) -> str:
        self._server.kill()
        return "PostgreSQL with all its backends"

    def start(self) -> None:
        self._server.begin()

    def is_back(self) -> bool:
        return self._server.answers()


class PostgresThenWeb:
    """What the web process saw without a database is on its disk alone when it is killed, and it starts anew before
    others of the site have served its candidates for long: or after, as it happens."""

    kind = BOTH

    def __init__(self, server: Server, web: Web) -> None:
        self._server = server
        self._web = web

    def kill(self) -> str:
        self._server.kill()
        return "PostgreSQL, and then a web process"

    def start(self) -> None:
        """The web process has had the time to miss the database."""
        time.sleep(MISSED_SECONDS)
        self._web.kill()
        self._server.begin()
        self._web.start()

    def is_back(self) -> bool:
        return self._server.answers() and self._web.is_back()


class Connections:
    kind = CONNECTION

    def __init__(self, pages: Sequence[Page], rng: random.Random) -> None:
        self._pages = pages
        self._rng = rng

    def kill(self) -> str:
        """Of one, of some or of everybody, where a proxy falls over."""
        chosen = self._rng.sample(list(self._pages), self._rng.randint(1, len(self._pages)))
        for page in chosen:
            page.cut()
        return f"the connection of {len(chosen)} of {len(self._pages)} candidates"

    def start(self) -> None:
        """Nothing was stopped that a browser would not open again by itself."""

    def is_back(self) -> bool:
        return True


def _exists(name: str) -> bool:
    """Of a process on this computer that announced itself as “host:process id”."""
    try:
        os.kill(int(name.rpartition(":")[2]), 0)
    except ProcessLookupError:
        return False
    return True


def until_back(part: Part, seconds: float) -> float | None:
    """The steady clock's moment, or None after ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if part.is_back():
            return time.monotonic()
        time.sleep(0.05)
    return None
