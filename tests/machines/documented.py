"""The commands of docs/machines.md, as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "machines.md"
BLOCK = re.compile(r"```sh\n# (?P<name>[^\n]+)\n(?P<commands>.*?)```", re.DOTALL)
VARIABLE = re.compile(r"^(?:export )?([A-Z][A-Z_]+)=", re.MULTILINE)
SETTINGS = "settings of every machine"


def commands() -> dict[str, str]:
    """Each block of commands by the comment it begins with."""
    return {found["name"]: found["commands"].strip() for found in BLOCK.finditer(PAGE.read_text(encoding="utf-8"))}


def settings() -> set[str]:
    """The variables that the page asks to be set everywhere."""
    return set(VARIABLE.findall(commands()[SETTINGS]))


def as_service(name: str) -> str:
    """A block that is one command which goes on, in the place of the shell that starts it."""
    block = commands()[name]
    lines = block.replace("\\\n", " ").splitlines()
    assert len(lines) == 1, f"“{name}” in {PAGE.name} should be one command, which goes on until it is stopped."
    return f"exec {lines[0]}"
