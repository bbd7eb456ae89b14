"""The text messages of a candidate's page: the JSON, its kind, and browser signals with their times."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from functools import cache
from random import Random
from typing import Any

from proctoring.live.listening import BadMessage, parse
from proctoring.services import BadRequest
from proctoring.services.signals import KINDS, SignalBatch
from tests.fuzz.mutation import dumped, json_mutator
from tests.fuzz.target import Take, Target

RECEIVED = datetime(2026, 11, 23, 9, tzinfo=timezone.utc)
LARGEST = 2**63  # of a database's column


def start() -> Take:
    return take


def take(data: bytes) -> bool:
    try:
        message = parse(data.decode())
        batch = SignalBatch.parse(message, received_at=RECEIVED)
    except UnicodeDecodeError:
        return False  # the WebSocket layer closes for it, before a message gets here
    except (BadMessage, BadRequest) as error:
        assert error.code
        json.dumps({"type": "error", "code": error.code, "message": str(error)}).encode()
        return False
    for signal in batch.signals:
        assert signal.kind in KINDS
        assert abs(batch.server_ms(signal)) < LARGEST
        assert abs(round(signal.time_ms)) < LARGEST
        assert batch.server_ms(signal) <= round(RECEIVED.timestamp() * 1000)
    return True


def signals(**changes: Any) -> dict[str, Any]:
    one = {"id": "5b2c0f7a-1d3e-4e6f-8a90-1b2c3d4e5f60", "kind": "hidden", "time_ms": 1_795_424_400_000.5} | changes
    return {"type": "signals", "sent_ms": 1_795_424_400_100, "signals": [one, {**one, "kind": sorted(KINDS)[0]}]}


@cache
def seeds() -> list[bytes]:
    messages: list[Any] = [
        signals(),
        *(signals(kind=kind) for kind in sorted(KINDS)),
        {"type": "signals", "sent_ms": 1, "signals": []},
        {"type": "calibrate", "action": "start"},
        {"type": "start"},
        {"type": "ping", "t": 7.5},
        [],
        {},
    ]
    return [*map(dumped, messages), b"{", b"[" * 3000, b'{"type":' * 1500]


def mutate(data: bytes, longest: int, random: Random) -> bytes:
    """Half of the time only a little else than an example."""
    return json_mutator(random.choice(seeds()) if random.random() < 0.5 else data, longest, random)


TARGET = Target("text messages and browser signals", start, seeds, longest=6_000, mutate=mutate)
