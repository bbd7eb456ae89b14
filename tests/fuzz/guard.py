"""What one input may cost, and how far a run has come."""

from __future__ import annotations

import json
import resource
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.fuzz.target import Take

WRITE_EVERY = 1.0  # seconds


class TooSlow(AssertionError):
    """One input took more CPU time than any may."""


class TooMuchMemory(AssertionError):
    """The process grew beyond what it may while it took this input."""


@dataclass
class Progress:
    """``cpu_seconds``: all inputs together. ``memory_mb``: the highest, and before the first input."""

    inputs: int = 0
    taken: int = 0  # were no nonsense to the target
    cpu_seconds: float = 0.0
    slowest_ms: float = 0.0
    memory_mb: float = 0.0
    memory_before_mb: float = 0.0
    kind: str = ""


@dataclass
class Guard:
    """Takes inputs one after the other, each within its limits, and writes down how many there were.

    CPU time, not the clock's: whatever else the machine does, an input is as slow as it is. What waits for ever
    uses none; for that libFuzzer's own limit is there.
    """

    take: Take
    seconds: float
    most_mb: float
    path: Path
    progress: Progress = field(default_factory=Progress)
    _written: float = 0.0

    def __post_init__(self) -> None:
        self.progress.memory_before_mb = self.progress.memory_mb = memory_mb()

    def __call__(self, data: bytes) -> None:
        now = self.progress
        now.inputs += 1
        began = time.process_time()
        try:
            taken = self.take(data)
        except BaseException:
            self.write()
            raise
        spent = time.process_time() - began
        now.taken += taken
        now.cpu_seconds += spent
        now.slowest_ms = max(now.slowest_ms, spent * 1000)
        now.memory_mb = memory_mb()
        if time.monotonic() - self._written > WRITE_EVERY:
            self.write()
        if spent > self.seconds:
            raise TooSlow(f"{spent:.2f} s of CPU time for {len(data):,} bytes; at most {self.seconds:g} s are allowed.")
        if now.memory_mb > self.most_mb:
            raise TooMuchMemory(f"{now.memory_mb:.0f} MB in all; at most {self.most_mb:g} MB are allowed.")

    def write(self) -> None:
        self._written = time.monotonic()
        self.path.write_text(json.dumps(asdict(self.progress)))


def memory_mb() -> float:
    """The highest this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
