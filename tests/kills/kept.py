"""What the server said it has: the ledger that each run is checked against. Whatever stands here may not be lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    session_id: UUID
    question: int
    value: dict[str, Any]


@dataclass(frozen=True, slots=True)
class KeptSignal:
    session_id: UUID
    kind: str


@dataclass(slots=True)
class Kept:
    """``answers`` and ``signals`` by the browser's ids, in the order in which they were acknowledged; ``told``: events
    by their number, as a proctor's page was told of them. ``wrong``: what the server said and never should."""

    answers: dict[UUID, KeptAnswer] = field(default_factory=dict)
    signals: dict[UUID, KeptSignal] = field(default_factory=dict)
    told: dict[int, Message] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    not_analysed: Counter[str] = field(default_factory=Counter)
    analysed: int = 0

    def answer(self, client_id: UUID, kept: KeptAnswer) -> None:
        if client_id in self.answers:
            self.wrong.append(f"Answer {client_id} was acknowledged twice.")
        self.answers[client_id] = kept

    def newest_answers(self) -> dict[tuple[UUID, int], UUID]:
        """By session and question: a page sends the next only once the one before is acknowledged."""
        return {(each.session_id, each.question): client_id for client_id, each in self.answers.items()}

    def tell(self, session_id: str, event: Message) -> None:
        """Told again after a reconnection or by another process it must be the same."""
        told = {**event, "session": session_id, "snapshot_url": event["snapshot_url"].partition("/sessions/")[2]}
        known = self.told.setdefault(event["id"], told)
        if known != told:
            self.wrong.append(f"Event {event['id']} was told in two ways: {known} and {told}.")
