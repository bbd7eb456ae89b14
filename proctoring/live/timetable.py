"""When which page is asked for its next picture, so that they come evenly. Pure arithmetic on a steady clock.

Pages asked at the same moment for a picture at the same rate would send together, and again together ever after: the
frames of one moment wait for each other, and then workers wait for the next such moment. So it is kept how many are
asked for when, and who may move is asked a little sooner or later where fewer are.
"""

from __future__ import annotations

import math

# What comes together within so long waits for less than that.
SLOT_SECONDS = 0.1


class Timetable:
    def __init__(self) -> None:
        self._asked: dict[int, int] = {}  # pictures, by slot
        self._of: dict[object, int] = {}  # the slot of each page's next picture
        self._now = 0

    def __len__(self) -> int:
        """Moments that something is asked for at."""
        return len(self._asked)

    def place(self, page: object, wished: float, *, now: float, earlier: float, later: float, rate: float) -> float:
        """The time to ask the page for its next picture at: ``wished``, or else the nearest up to so many seconds
        ``earlier`` or ``later`` at which fewer are due than come at ``rate`` a second. ``wished`` where there is none.
        A picture it was asked for before and that is still due is not: the page has sent one already."""
        self._forget(now)
        before = self._of.pop(page, None)
        if before is not None:
            self._asked[before] -= 1
        room = max(1, math.ceil(rate * SLOT_SECONDS))
        due = wished
        if (earlier or later) and self._asked.get(_slot(wished), 0) >= room:
            due = self._nearest(wished, max(now, wished - earlier), wished + later, room)
        self._of[page] = _slot(due)
        self._asked[_slot(due)] = self._asked.get(_slot(due), 0) + 1
        return due

    def _nearest(self, wished: float, earliest: float, latest: float, room: int) -> float:
        middle = _slot(wished)
        free = [slot for slot in range(_slot(earliest) + 1, _slot(latest) + 1) if self._asked.get(slot, 0) < room]
        if not free:
            return wished
        slot = min(free, key=lambda each: abs(each - middle))
        return (slot + self._asked.get(slot, 0) / room) * SLOT_SECONDS

    def _forget(self, now: float) -> None:
        """What is past."""
        if _slot(now) > self._now:
            self._now = _slot(now)
            self._asked = {slot: number for slot, number in self._asked.items() if slot >= self._now}
            self._of = {page: slot for page, slot in self._of.items() if slot >= self._now}


def _slot(time: float) -> int:
    return math.floor(time / SLOT_SECONDS)
