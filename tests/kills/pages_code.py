"""Figures of the candidate's page, read from its own code: the replayed page waits as long as the real one does."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "static" / "js"


@cache
def seconds(file: str, name: str) -> float:
    """``const NAME_MS = 500;`` of a module, in seconds."""
    text = (STATIC / file).read_text(encoding="utf-8")
    found = re.search(rf"^const {name} = (\d+);", text, re.MULTILINE)
    assert found is not None, f"{file} has no constant {name} any more."
    return int(found[1]) / 1000
