"""Daphne, set up for long sockets that carry pictures and are closed with a code that says why."""

from __future__ import annotations

import asyncio
from typing import Any

from daphne.server import Server
from daphne.ws_protocol import WebSocketProtocol

from proctoring.live import holdings

PING_SECONDS = 20  # a candidate whose network is gone is noticed after two of these at most
REQUEST_SECONDS = 300
# Who has left is still to be written down, which takes longer than Daphne's ten where the database is away.
LEAVING_SECONDS = 60


class Protocol(WebSocketProtocol):
    """Daphne's, with every close code allowed.

    autobahn's ``sendClose`` takes 1000 and 3000–4999 only and raises for 1012 ("service restart"), which RFC 6455's
    registry has had since 2012.
    """

    def serverSend(self, content: str | bytes, binary: bool = False) -> None:  # Daphne's name
        """What is said to somebody who is just leaving is lost. autobahn would raise, and end the connection's consumer
        as by a fault of its own."""
        if self.state in (self.STATE_CONNECTING, self.STATE_OPEN):
            super().serverSend(content, binary)

    def serverClose(self, code: int | None = None) -> None:  # Daphne's name
        self.sendCloseFrame(code=1000 if code is None else code)


def make_server(application: Any, *, host: str, port: int) -> Server:
    """Call ``run()`` on it; it handles no signals of the process itself."""

    def ready() -> None:
        factory = server.ws_factory  # made by run(), which calls this before anything can connect
        factory.protocol = Protocol
        # What is too large or malformed is answered with a close code. autobahn would just cut the line.
        factory.setProtocolOptions(failByDrop=False)
        holdings.serving(server, asyncio.get_event_loop())

    interface = host.replace(":", r"\:")
    server = Server(
        application=application,
        endpoints=[f"tcp:port={port}:interface={interface}"],
        signal_handlers=False,
        http_timeout=REQUEST_SECONDS,
        ping_interval=PING_SECONDS,
        ping_timeout=PING_SECONDS,
        application_close_timeout=LEAVING_SECONDS,
        ready_callable=ready,
        server_name="",
    )
    return server
