"""The marks of GIFT: which characters are markup, and which were escaped to be text.

As Moodle's own reader has it (question/format/gift/format.php): ``\\~ \\= \\# \\{ \\} \\:`` are the characters,
``\\\\`` is a backslash and ``\\n`` a new line. A backslash before anything else is a backslash.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

FORMATS = ("html", "moodle", "plain", "markdown")
_ESCAPE = re.compile(r"\\([\\:#={}~n])")
_RESERVED = re.compile(r"[\\#=~{}:]")
_FORMAT = re.compile(rf"\[({'|'.join(FORMATS)})\]")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines without an empty one between them: one question, or one category."""

    line: int
    text: str


def blocks(text: str) -> Iterator[Block]:
    """Comment lines are gone; a block's line is its first that is none."""
    lines: list[str] = []
    first = 0
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if not line.strip():
            if any(kept.strip() for kept in lines):
                yield Block(first, "\n".join(lines))
            lines, first = [], 0
        elif line.lstrip().startswith("//"):
            lines.append("")
        else:
            first = first or number
            lines.append(line)


@cache
def _unescaped(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\\[\\:#={{}}~n]|(?P<hit>{pattern})")


def hits(text: str, pattern: str, start: int = 0) -> Iterator[re.Match[str]]:
    """Where the pattern stands and no backslash takes its meaning."""
    return (found for found in _unescaped(pattern).finditer(text, start) if found["hit"] is not None)


def first(text: str, pattern: str, start: int = 0) -> re.Match[str] | None:
    return next(hits(text, pattern, start), None)


def split(text: str, pattern: str, most: int = 0) -> list[str]:
    """The pieces between the hits; with ``most``, so many hits are taken at most."""
    pieces, end = [], 0
    for number, found in enumerate(hits(text, pattern), start=1):
        pieces.append(text[end : found.start()])
        end = found.end()
        if number == most:
            break
    return [*pieces, text[end:]]


def unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: "\n" if found[1] == "n" else found[1], text)


def escaped(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _RESERVED.sub(r"\\\g<0>", lines).replace("\n", "\\n")


def format_of(text: str, default: str) -> tuple[str, str]:
    """The format that a text names at its beginning, and the text without it."""
    text = text.strip()
    found = _FORMAT.match(text)
    return (found[1], text[found.end() :].strip()) if found else (default, text)


def one_line(text: str) -> str:
    """Lines of the file wrap as they like; a new line of the text is written as an escape."""
    return re.sub(r"\s*\n\s*", " ", text)
