"""Texts that were worked out once and are asked for by many, up to a size in all. The longest unasked goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class BoundedCache(Generic[Key]):
    """Of one process, for all its threads. Two that ask for the same at a time may both work it out."""

    def __init__(self, size: int) -> None:
        """``size``: characters of all texts together."""
        self._size = size
        self._held = 0
        self._texts: OrderedDict[Key, str] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key, make: Callable[[], str]) -> str:
        with self._lock:
            if key in self._texts:
                self._texts.move_to_end(key)
                return self._texts[key]
        text = make()
        with self._lock:
            if key not in self._texts:
                self._texts[key] = text
                self._held += len(text)
            while self._held > self._size:
                self._held -= len(self._texts.popitem(last=False)[1])
        return text
