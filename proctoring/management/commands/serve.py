"""The site in one process, and the analysis workers beside it."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
from argparse import ArgumentParser
from typing import Any

from autobahn.websocket.xormasker import create_xor_masker
from daphne.server import Server, twisted_loop
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from proctor_site import background, heartbeat
from proctor_site.env import envstr
from proctoring import services
from proctoring.analysis import service
from proctoring.analysis.service import Analysis
from proctoring.live import connections, presence
from proctoring.live.recorder import recorder
from proctoring.live.server import make_server
from proctoring.management.commands import demo_data

logger = logging.getLogger(__name__)

START_SECONDS = 300.0
WORKERS_SECONDS = 10.0  # then the site opens without them; they may come later
EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 (listened on, but nobody's address)
FAREWELL_SECONDS = 0.3  # for the close codes to leave

DEMO_IS_OPEN = (
    "Warning: whoever reaches this address can sign in as “admin”, who may do everything, with the password “demo”. "
    "Change that password, or deactivate the demo people, before anybody else can."
)
DETECTORS = {"faces": "faces", "mesh": "head pose and eyes", "phone": "phones"}
NO_NVX = (
    "Warning: autobahn runs without its native code (NVX), so every frame costs about 5 ms more. "
    "Reinstall it with a C compiler at hand, and do not set AUTOBAHN_USE_NVX=0."
)


class Command(BaseCommand):
    help = "Serve the site: pages, live sockets, analysis workers and background tasks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="Address to listen on (default: %(default)s).")
        parser.add_argument("--port", type=int, default=8000, help="Port to listen on (default: %(default)s).")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        if not envstr("PROCTOR_BASE_URL", ""):  # links in mail lead here then, wherever here is
            settings.PROCTOR_BASE_URL = address("127.0.0.1" if host in EVERY_ADDRESS else host, port)
        if create_xor_masker.__module__ == "autobahn.websocket.xormasker":  # its own, in pure Python
            self.stderr.write(NO_NVX)
        if not settings.PROCTOR_REDIS:  # else others may hold them: proctoring.live.connections
            services.forget_connections()
        here = settings.PROCTOR_ANALYSIS == "local"
        self.stdout.write("Loading the models …" if here else "Looking for analysis workers …")
        analysis = service.start_as_configured()
        background.start()
        recorder.begin()
        try:
            analysis.wait_until_ready(START_SECONDS if here else WORKERS_SECONDS)
            self.say_detectors(analysis)
            self.say_addresses(host, port)
            if demo_data.is_open_to_others(host):
                self.stderr.write(DEMO_IS_OPEN)
            serve(host, port)
        finally:
            recorder.close()
            service.stop()
            background.stop()
        self.stdout.write("Stopped.")
        self.stdout.flush()
        self.stderr.flush()
        logging.shutdown()
        # A request that was being answered may have left its thread waiting for the event loop, which is gone; the
        # interpreter would wait for that thread for ever. Everything that must be written has been.
        os._exit(0)

    def say_detectors(self, analysis: Analysis) -> None:
        for status in analysis.status():
            name = DETECTORS.get(status.name, status.name)
            if status.ok:
                model = f" ({status.model.name}, SHA-256 {status.model.sha256[:12]}…)" if status.model else ""
                self.stdout.write(f"  Detector of {name}: on{model}")
            else:
                self.stderr.write(f"  Detector of {name}: OFF. {status.reason}")

    def say_addresses(self, host: str, port: int) -> None:
        self.stdout.write(f"Candidates: {address(host, port)}/")
        self.stdout.write(f"Proctors:   {address(host, port)}/admin/")
        if (settings.DATA_DIR / "demo").exists():
            self.stdout.write("Demo logins: admin, proctor, candidate1 to candidate5, each with the password demo")
        self.stdout.write("Stop with Ctrl+C.")
        self.stdout.flush()


def address(host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


def serve(host: str, port: int) -> None:
    """Until SIGTERM or Ctrl+C. Raises CommandError when the address cannot be listened on."""
    from proctor_site.asgi import application

    server = make_server(application, host=host, port=port)
    heartbeat.beat()  # the time without a server ends here: given back before anybody can be told that theirs is up
    _beating.append(twisted_loop.create_task(heartbeat.keep()))
    if settings.PROCTOR_REDIS:
        _beating.append(twisted_loop.create_task(connections.keep()))
    for number in (signal.SIGTERM, signal.SIGINT):
        twisted_loop.add_signal_handler(number, ask_to_stop, server)
    gc.collect()
    gc.freeze()  # what is loaded by now stays to the end: looking through it again and again stops everybody for 0.1 s
    server.run()
    if not server.listening_addresses:
        raise CommandError(f"Nothing can listen on {host}, port {port}: is another server running there?")


_beating: list[asyncio.Task[None]] = []
_farewell: asyncio.Task[None] | None = None


def ask_to_stop(server: Server) -> None:
    """The first signal lets everybody go in good order, a second one ends at once."""
    global _farewell
    if _farewell is not None:
        server.stop()
        return
    _farewell = asyncio.get_running_loop().create_task(say_goodbye(server))


async def say_goodbye(server: Server) -> None:
    """Keep the state of every session and tell the pages to come back, then stop."""
    consumers = dict(presence.connected)
    outcomes = await asyncio.gather(*(consumer.restart() for consumer in consumers.values()), return_exceptions=True)
    for session_id, outcome in zip(consumers, outcomes, strict=True):
        if isinstance(outcome, BaseException):
            logger.error("Session %s could not be left in good order", session_id, exc_info=outcome)
    await asyncio.sleep(FAREWELL_SECONDS if consumers else 0)
    for task in _beating:
        task.cancel()
    server.stop()
