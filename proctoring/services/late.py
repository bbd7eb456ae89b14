"""What a connection saw and could not write before another took its session over.

Its pictures were looked at by it alone, so what they showed is evidence that nobody else has. It is written without
points: the newer connection has judged on from where the session stood in the database, and a risk that jumps for what
happened before would be one that nobody can follow. What browsers tell and how connections fare is not taken from
here: pages send their signals again, and each connection records its own.
"""

from __future__ import annotations

from dataclasses import replace

from proctoring.risk.events import EventDraft
from proctoring.risk.policy import BROWSER_RULES

_LATE = " It was written down late, when the session had gone on without it, so it adds no points."


def is_evidence(draft: EventDraft) -> bool:
    """What pictures showed."""
    return draft.ledger != "technical" and draft.name not in BROWSER_RULES


def without_points(draft: EventDraft, *, risk_total: int) -> EventDraft:
    """As it is written; ``detail["late_points"]`` is what it added where it was seen."""
    if not draft.risk_delta:
        return replace(draft, risk_total=risk_total)
    detail = {**draft.detail, "late_points": draft.risk_delta}
    sentence = draft.sentence + _LATE
    return replace(draft, risk_delta=0, risk_total=risk_total, sentence=sentence, detail=detail)


def as_seen(sentence: str) -> str:
    """A sentence as it was before it was written late."""
    return sentence.removesuffix(_LATE)
