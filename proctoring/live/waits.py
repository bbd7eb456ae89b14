"""How long frames waited, what was looked at meanwhile, and what that says about the workers. No clock, no sessions.

While a frame waits, no worker is idle. So from one frame that had to wait being taken to the next, exactly one was
finished, and how quickly they follow each other is what workers bear: whether frames come evenly or all at once, and
however long nothing came in between. What is merely finished in a second says that only if somebody waited throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

# A frame that waited for less may have been on its way to an idle worker.
AT_ONCE_SECONDS = 0.005
# On its way through the event loop a frame waits some eight times for what is ready before it: read, handed to its
# consumer, submitted, answered, sent … The way back from the worker has two of these waits, and is what is measured.
WAITS_FOR_EACH_SEEN = 4.0
MOST_BEARABLE_SECONDS = 0.5  # however rarely an exam asks for pictures, a verdict is wanted soon


def bearable(interval: float) -> float:
    """Seconds that a frame may wait where one comes every ``interval`` seconds."""
    return min(interval, MOST_BEARABLE_SECONDS)


@dataclass(slots=True)
class Waits:
    """Of the frames finished since ``since``. ``queued`` and ``lagged``: waits for a worker and for the event loop, in
    proportion to what can be borne; ``looking``: seconds that workers had them. While no worker was idle, ``borne`` of
    them were finished in ``busy_seconds``; ``taken_at`` is when the last one was taken."""

    since: float
    taken_at: float = float("-inf")
    finished: int = 0
    queued: float = 0.0
    lagged: float = 0.0
    looking: float = 0.0
    borne: int = 0
    busy_seconds: float = 0.0

    def add(self, *, came: float, took: float, waited: float, lag: float, interval: float) -> None:
        """A frame was judged: see :meth:`proctoring.live.pacing.Pacer.judged`."""
        self.finished += 1
        self.queued += waited / bearable(interval)
        self.lagged += lag * WAITS_FOR_EACH_SEEN / bearable(interval)
        self.looking += max(0.0, took - waited - lag)
        if waited >= AT_ONCE_SECONDS and came < self.taken_at:
            self.borne += 1
            self.busy_seconds += max(0.0, came + waited - self.taken_at)
        self.taken_at = max(self.taken_at, came + waited)

    def next(self, now: float) -> Waits:
        """What follows, as nothing was seen of it yet."""
        return Waits(now, self.taken_at)
