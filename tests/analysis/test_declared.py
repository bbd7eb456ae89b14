"""What comes over Redis is what it should be, or is refused with an error its readers are ready for."""

from __future__ import annotations

import math
from typing import Any

import msgpack
import pytest

from proctoring.analysis.declared import as_declared
from proctoring.analysis.remote_wire import pack_verdict, unpack_announcement, unpack_verdict
from proctoring.analysis.verdict import Analysed
from proctoring.observation import Quality
from tests import factories

SEEN = Analysed(factories.observation())


def changed(**parts: Any) -> bytes:
    said = msgpack.unpackb(pack_verdict("job", SEEN, 1.5))
    said["observation"] |= parts
    return bytes(msgpack.packb(said))


def test_what_is_as_it_should_be_passes() -> None:
    assert unpack_verdict(changed()) == ("job", SEEN, 1.5)


@pytest.mark.parametrize(
    "data",
    [
        msgpack.packb("a text"),
        msgpack.packb({"job": ["no name"], "cpu_ms": 1.0}),
        msgpack.packb({"job": "a", "cpu_ms": math.nan}),
        msgpack.packb({"job": "a", "cpu_ms": 1.0, "code": 5, "sentence": "No."}),
        changed(models=["phone"]),
        changed(timings={"decode": "fast"}),
        changed(width=True),
        changed(faces=[{"box": {"x": 0, "y": 0, "width": math.inf, "height": 1}, "keypoints": []}]),
    ],
)
def test_what_is_not_is_refused(data: bytes) -> None:
    """One of them ended the thread that reads all verdicts."""
    with pytest.raises((ValueError, KeyError, TypeError)):
        unpack_verdict(data)


def test_an_announcement_names_its_worker() -> None:
    with pytest.raises(TypeError):
        unpack_announcement(msgpack.packb({"name": [1], "unix_time": 1.0, "error": "", "detectors": []}))


def test_the_field_that_is_wrong_is_named() -> None:
    with pytest.raises(TypeError, match=r"Quality\.brightness"):
        as_declared(factories.observation(quality=Quality("bright", 1.0, 1.0)))  # type: ignore[arg-type]
