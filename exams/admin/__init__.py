"""The admin of everything around exams; each module registers its own pages."""

from exams.admin import (
    accommodations,
    attempts,
    exams,
    invitations,
    marking,
    outages,
    parts,
    people,
    questions,
    rosters,
    sign_ins,
    tokens,
    webhooks,
)

__all__ = [
    "accommodations",
    "attempts",
    "exams",
    "invitations",
    "marking",
    "outages",
    "parts",
    "people",
    "questions",
    "rosters",
    "sign_ins",
    "tokens",
    "webhooks",
]
