"""A picture on its way to an analysis process of this machine and back. The pickles around it are our own."""

from __future__ import annotations

import socket

from proctoring.analysis.channel import Channel
from proctoring.analysis.verdict import Look
from proctoring.observation import Looks
from tests.fuzz.target import Take, Target


def start() -> Take:
    return take


def take(data: bytes) -> bool:
    here, there = map(Channel, socket.socketpair())
    try:
        here.send(Look(data, looks=Looks.ALL), timeout=5)
        look = there.receive(timeout=5)
        there.send(look, timeout=5)
        assert here.receive(timeout=5) == Look(data, looks=Looks.ALL)
    finally:
        here.close()
        there.close()
    return True


def seeds() -> list[bytes]:
    return [b"", b"\xff\xd8\xff\xd9", b"\x80\x05." * 20, bytes(4_000)]


TARGET = Target("pictures to analysis processes", start, seeds, longest=4_096, seconds=1.0)
