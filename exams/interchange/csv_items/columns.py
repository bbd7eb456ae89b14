"""The columns of questions as CSV, and how a cell is written so that no spreadsheet works it out."""

from __future__ import annotations

import re

from exams.items import Kind

# In the order they are written. ``kind`` and ``text`` are needed; every other one may be missing.
COLUMNS = (
    "section", "kind", "name", "text", "points", "penalty", "shuffle", "case_sensitive", "number", "tolerance",
    "guidance", "feedback", "right",
)  # fmt: skip
NEEDED = ("kind", "text")
# Once for each option, accepted answer, pair or item, with its number: option_1, credit_1 … option_2 … up to
# exams.items.MAX_CHOICES.
PARTS = ("option", "credit", "match", "feedback")
PART = re.compile(rf"({'|'.join(PARTS)})_([1-9]\d?|1\d\d|200)")

KINDS = {kind.value.replace("_", " "): kind for kind in Kind} | {
    "single": Kind.SINGLE_CHOICE,
    "multiple": Kind.MULTIPLE_CHOICE,
    "number": Kind.NUMERIC,
    "short answer": Kind.SHORT_TEXT,
}
YES = {"yes", "true", "1", "y"}
NO = {"no", "false", "0", "n"}

# What begins so is a formula to spreadsheets, in the full-width forms too; a plain number is none.
_FORMULA = re.compile(r"'*[=+\-@\t\n＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


def guarded(text: str) -> str:
    """Taken back by ``unguarded``, whatever the text."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell
