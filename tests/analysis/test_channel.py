"""Messages to a worker arrive whole, and neither a dead nor a stopped peer holds the sender for ever."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from proctoring.analysis.channel import Channel
from proctoring.analysis.verdict import Look
from proctoring.observation import Looks


@pytest.fixture
def ends() -> Iterator[tuple[Channel, Channel]]:
    left, right = (Channel(end) for end in socket.socketpair())
    yield left, right
    left.close()
    right.close()


def test_a_message_arrives_as_it_was_sent(ends: tuple[Channel, Channel]) -> None:
    left, right = ends
    left.send(Look(b"\xff\xd8picture", Looks.ALL))
    assert right.receive(1) == Look(b"\xff\xd8picture", Looks.ALL)


def test_a_closed_peer_is_the_end(ends: tuple[Channel, Channel]) -> None:
    left, right = ends
    right.close()
    with pytest.raises(EOFError):
        left.receive(1)


def test_a_silent_peer_is_a_timeout(ends: tuple[Channel, Channel]) -> None:
    with pytest.raises(TimeoutError):
        ends[0].receive(0.05)


def test_a_peer_that_does_not_read_is_a_timeout_for_the_sender(ends: tuple[Channel, Channel]) -> None:
    with pytest.raises(TimeoutError):
        ends[0].send(bytes(8 * 1024 * 1024), timeout=0.05)
