"""Frames as they are handed to the broker, and to one that is not there."""

from __future__ import annotations

import json
import time
from datetime import datetime

import pytest
import redis
from kombu.exceptions import OperationalError

from proctoring.analysis.remote_wire import QUEUE
from proctoring.analysis.sending import Sender
from tests.redis import running_redis


def test_a_frame_does_not_wait_for_the_broker_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("kombu.utils.functional.sleep", slept.append)
    sender = Sender("redis://127.0.0.1:1/0")
    for _ in range(2):
        with pytest.raises(OperationalError):
            sender("reply to", [("job", b"jpeg", False, None)], 3.0)
    assert slept == []


def test_a_frame_that_nobody_takes_expires() -> None:
    """Celery throws it away, then: the workers that come back have not all that was missed before them."""
    with running_redis() as server, redis.Redis.from_url(server.url(1)) as client:
        sender, before = Sender(server.url(1)), time.time()
        sender("reply to", [("job", b"jpeg", False, None)], 3.0)
        sender.close()
        [message] = client.lrange(QUEUE, 0, -1)
        expires = datetime.fromisoformat(json.loads(message)["headers"]["expires"]).timestamp()
        assert before + 3.0 <= expires <= time.time() + 3.0
