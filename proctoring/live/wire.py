"""The binary message of one frame: a header of 32 bytes, big-endian, and the JPEG after it.

============  =====  ==============================================================
magic         4 s    ``PRF1``
session       16 s   the session's UUID, so that a frame cannot land in another one
sequence      u32    1, 2, 3 … rising within the session; a reload goes on above it
captured      f64    Unix milliseconds on the browser's clock
============  =====  ==============================================================

Its twin is ``static/js/lib/wire.js``.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from uuid import UUID

MAGIC = b"PRF1"
HEADER = struct.Struct(">4s16sId")
MAX_SEQUENCE = 2**32 - 1


class WireError(ValueError):
    """``code`` is for the page, the message one sentence for whoever writes a client."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Frame:
    """``captured_ms``: Unix milliseconds on the sender's clock."""

    session_id: UUID
    sequence: int
    captured_ms: float
    jpeg: bytes


def pack_frame(session_id: UUID, sequence: int, captured_ms: float, jpeg: bytes) -> bytes:
    return HEADER.pack(MAGIC, session_id.bytes, sequence, captured_ms) + jpeg


def unpack_frame(data: bytes) -> Frame:
    """Raises :class:`WireError` "bad_header" for anything that :func:`pack_frame` did not make."""
    if len(data) < HEADER.size:
        raise WireError("bad_header", f"A frame begins with a header of {HEADER.size} bytes; {len(data)} came.")
    magic, session, sequence, captured_ms = HEADER.unpack_from(data)
    if magic != MAGIC:
        raise WireError("bad_header", "The message does not begin with PRF1, so it is no frame.")
    if sequence == 0:
        raise WireError("bad_header", "Frames are numbered from 1.")
    if not math.isfinite(captured_ms) or captured_ms < 0:
        raise WireError("bad_header", "The capture time must be in milliseconds since 1970.")
    return Frame(UUID(bytes=session), sequence, captured_ms, data[HEADER.size :])
