"""The signature of a delivery: HMAC-SHA256 over its time and body, so that neither is changed or replayed late."""

from __future__ import annotations

import hashlib
import hmac


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """For the header ``X-Proctor-Signature``; ``timestamp`` in Unix seconds stands in ``X-Proctor-Timestamp``."""
    signed = str(timestamp).encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
