"""What is fuzzed: how it is started, what it begins with, and what one input may cost."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from random import Random

import django

Take = Callable[[bytes], bool]
Mutate = Callable[[bytes, int, Random], bytes]

# In the order they run. Cheap ones get most of the inputs.
NAMES = (
    "frames",
    "messages",
    "redis",
    "channel",
    "jpeg",
    "rosters",
    "questions",
    "texts",
    "answers",
    "pictures",
    "analyzer",
    "api",
    "pages",
)


@dataclass(frozen=True, slots=True)
class Target:
    """``start`` loads what is needed and gives what takes one input: True where it was taken for something, False where
    it was refused as it should be; any exception is a finding.

    ``seconds``: CPU time one input may take. ``longest``: bytes.
    ``mutate(data, longest, random)`` makes another input that the target's parser does not refuse at once.
    """

    what: str
    start: Callable[[], Take]
    seeds: Callable[[], list[bytes]]
    longest: int
    seconds: float = 2.0
    memory_mb: int = 1024
    mutate: Mutate | None = None


def load(name: str) -> Target:
    """Imports what it fuzzes, so within atheris' hook where coverage is wanted."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    target: Target = import_module(f"tests.fuzz.targets.{name}").TARGET
    return target
