"""What a candidate keeps of having handed in: when, how much has an answer, and a code that staff have too.

The code is made of the attempt, the moment and every answer that counts: 60 bits of their SHA-256, in the letters and
digits that nobody takes for another. It is kept with the attempt, as the answers are deleted in time.

A random number goes into it that nobody is shown, and that is deleted with the answers. Without it, who marks answers
without knowing whose they are could work out whose code they make; and once they are deleted, what they were.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone

from django.utils.dateformat import format as formatted

from exams import asked, results
from exams.answers import is_empty
from exams.models import Answer, Attempt

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: without I, L, O and U
LENGTH, GROUP = 12, 4
FIELDS = ("answered", "receipt_code", "receipt_salt")


@dataclass(frozen=True, slots=True)
class Receipt:
    code: str
    handed_in: str  # in the institution's time
    answered: int
    asked: int


def receipt_of(attempt: Attempt) -> Receipt | None:
    """None while the attempt runs, and of one that was handed in before there were receipts."""
    if attempt.submitted_at is None or attempt.answered is None or not attempt.receipt_code:
        return None
    institution = attempt.exam.institution
    at = formatted(attempt.submitted_at.astimezone(institution.zone), "j F Y, H:i:s")
    return Receipt(
        code=attempt.receipt_code,
        handed_in=f"{at} ({institution.time_zone})",
        answered=attempt.answered,
        asked=len(asked.paper_for(attempt)),
    )


def write(attempt: Attempt, at: datetime) -> None:
    """Into an attempt that is handed in at that moment; the caller saves ``FIELDS``. One query."""
    answers = list(results.answers_that_count([attempt]).values())
    attempt.answered = sum(not is_empty(answer.value) for answer in answers)
    attempt.receipt_salt = secrets.token_hex(16)
    attempt.receipt_code = code_of(attempt, at, answers)


def take_back(attempt: Attempt) -> None:
    """Of an attempt that is opened again: handed in anew, it has another. The caller saves ``FIELDS``."""
    attempt.answered, attempt.receipt_code, attempt.receipt_salt = None, "", ""


def is_unchanged(attempt: Attempt) -> bool:
    """Whether the answers kept are those that were handed in, as far as that can be told: once they are deleted it
    cannot, nor of what was handed in before there were receipts."""
    if attempt.submitted_at is None or not attempt.receipt_salt:
        return True
    answers = results.answers_that_count([attempt]).values()
    return code_of(attempt, attempt.submitted_at, answers) == attempt.receipt_code


def code_of(attempt: Attempt, at: datetime, answers: Iterable[Answer]) -> str:
    in_order = sorted(answers, key=lambda answer: answer.question_id)
    given = [[answer.question_id, answer.revision, answer.value] for answer in in_order]
    content = [
        attempt.receipt_salt,
        str(attempt.pk),
        at.astimezone(timezone.utc).isoformat(timespec="microseconds"),
        given,
    ]
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()
    number = int.from_bytes(digest[:8], "big")
    letters = [LETTERS[number >> 5 * place & 31] for place in range(LENGTH)]
    return "-".join("".join(letters[begin : begin + GROUP]) for begin in range(0, LENGTH, GROUP))
