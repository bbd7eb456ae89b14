"""Why a proctor stopped something, in words for its candidate. What staff choose from and read is worded for staff."""

from __future__ import annotations

from proctoring.models import ProctorAction

Reason = ProctorAction.Reason

TOLD: dict[str, str] = {
    Reason.CANDIDATE_ASKED: "You asked for it.",
    Reason.TECHNICAL: "There was a technical problem.",
    Reason.EMERGENCY: "There was an emergency.",
    Reason.CONSENT_WITHDRAWN: "The consent to be watched was withdrawn.",
    Reason.RULES: "The proctor judged that the exam’s rules were not kept.",
    Reason.OTHER: "The proctor had another reason, which your institution can tell you.",
}


def told(reason: str) -> str:
    """One sentence; for a reason that is on no list any more, none."""
    return TOLD.get(reason, "")
