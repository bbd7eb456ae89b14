"""How often one person may write. No honest page comes near, and each answer is kept, so nobody may fill the disk."""

from __future__ import annotations

from rest_framework.throttling import UserRateThrottle


class Answers(UserRateThrottle):
    """A page saves every five seconds while somebody types, and each choice at once."""

    scope = "answers"
    rate = "120/min"


class Signals(UserRateThrottle):
    """A page sends a beacon for each leaving and each return while its connection is down."""

    scope = "signals"
    rate = "120/min"
