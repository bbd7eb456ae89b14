"""How far a long command is, on stderr, so that stdout stays a table or JSON."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

Item = TypeVar("Item")
EVERY_SECONDS = 5.0


class Progress:
    """``stream`` has ``write``, as Django's command streams do."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def say(self, sentence: str) -> None:
        self._stream.write(sentence.rstrip("\n") + "\n")

    def over(self, items: Sequence[Item], what: str) -> Iterator[Item]:
        """Each of ``items``; says every few seconds how many are done and about how long the rest takes."""
        began = said = time.monotonic()
        self.say(f"{what}: {len(items):,}")
        for number, item in enumerate(items):
            now = time.monotonic()
            if now - said >= EVERY_SECONDS:
                left = (now - began) / number * (len(items) - number)
                self.say(f"{what}: {number:,} of {len(items):,}, about {left:.0f} s left")
                said = now
            yield item
