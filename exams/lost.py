"""Work outside requests that nobody goes on with: its process was killed, or its task went with what the broker held.

Its row says when it was last known to go on (``touched_at``). Each kind of work says how long a silence is too long for
each of its states.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.utils import timezone

TELLING = timedelta(minutes=2)  # says how far it is every few seconds
UNSEEN = timedelta(minutes=10)  # has stretches of which nobody outside sees anything: one transaction, one large file
WAITING = timedelta(minutes=30)  # waits for its turn behind others'

Patience = Mapping[str, timedelta]  # by state; in all others nothing is waited for


class Row(Protocol):
    @property
    def pk(self) -> Any: ...
    @property
    def state(self) -> str: ...
    @property
    def touched_at(self) -> datetime: ...


def is_lost(row: Row, patience: Patience, *, sign_of_life: datetime | None = None, now: datetime | None = None) -> bool:
    """``sign_of_life``: where one is kept elsewhere than in the row."""
    silence = (now or timezone.now()) - max(row.touched_at, sign_of_life or row.touched_at)
    return row.state in patience and silence > patience[row.state]


def as_judged(row: Row) -> dict[str, Any]:
    """What to filter by: only as it was when it was judged, as it may go on this very moment."""
    return {"pk": row.pk, "state": row.state, "touched_at": row.touched_at}


def sentence(row: Row, patience: Patience) -> str:
    minutes = patience[row.state] // timedelta(minutes=1)
    return f"It has not gone on for {minutes} minutes; the server may have been restarted."
