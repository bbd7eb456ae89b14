"""Close codes of the WebSockets (4000–4999 are free for applications, RFC 6455 section 7.4.2)."""

from __future__ import annotations

RESTARTING = 1012  # "service restart" in IANA's registry of close codes
REPLACED = 4001
PROTOCOL_ERRORS = 4400
NOT_SIGNED_IN = 4401
NOT_YOURS = 4403
NO_SECOND_FACTOR = 4407
NO_CONSENT = 4409
ENDED = 4410
TOO_LARGE = 4413
FLOOD = 4429
INTERNAL_ERROR = 4500

# What the WebSocket layer itself closed for, before a message got here (RFC 6455 section 7.4.1), as it is counted.
CLOSED_BELOW = {1002: "bad_header", 1007: "bad_json", 1009: "too_large"}
