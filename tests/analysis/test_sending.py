"""Frames handed to a broker that is not there."""

from __future__ import annotations

import pytest
from kombu.exceptions import OperationalError

from proctoring.analysis.sending import Sender


def test_a_frame_does_not_wait_for_the_broker_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("kombu.utils.functional.sleep", slept.append)
    sender = Sender("redis://127.0.0.1:1/0")
    for _ in range(2):
        with pytest.raises(OperationalError):
            sender("reply to", [("job", b"jpeg", False, None)], 3.0)
    assert slept == []
