"""The chain: each event's SHA-256 covers everything the event says and the hash of the one before it.

Whoever changes, drops or swaps an event has to recompute all later hashes and the head kept with the session; the
pictures are bound in by their own hashes, so they may be deleted while the chain still verifies.
"""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

from proctoring.models import Event

VERSION = 1  # of the content below; a hash made another way gets another number


def plain(value: Any) -> Any:
    """``value`` as any database gives it back, so that the hash made before saving holds after loading.

    Tuples become lists and keys strings. PostgreSQL's jsonb keeps neither NaN, -0.0, exponents nor NUL characters;
    six decimals are finer than anything measured here.
    """
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if abs(value) >= 1e15 else round(value, 6) + 0.0
    if isinstance(value, dict):
        return {plain(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def content(event: Event) -> dict[str, Any]:
    """Everything the hash covers."""
    return {
        "version": VERSION,
        "session": str(event.session_id),
        "sequence": event.sequence,
        "ledger": str(event.ledger),
        "event": event.name,
        "unix_ms": event.unix_ms,
        "risk_delta": event.risk_delta,
        "risk_total": event.risk_total,
        "phone_detected": event.phone_detected,
        "looking_away": event.looking_away,
        "face_count": event.face_count,
        "sentence": event.sentence,
        "detail": event.detail,
        "snapshot": event.snapshot,
        "snapshot_sha256": event.snapshot_sha256,
        "previous_hash": event.previous_hash,
    }


def digest(event: Event) -> str:
    """SHA-256 (hex) over the content as JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(content(event), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def seal(event: Event, *, previous_hash: str) -> None:
    """Link the unsaved ``event`` to the one before it."""
    event.sentence = plain(event.sentence)
    event.detail = plain(event.detail)
    event.previous_hash = previous_hash
    event.hash = digest(event)
