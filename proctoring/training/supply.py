"""Training pictures in order, made in this process or, to keep a GPU busy, ahead of time in others."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator
from multiprocessing.pool import AsyncResult

from proctoring.training.augment import Material, make
from proctoring.training.pictures import Boxes, Image
from proctoring.training.recipe import Recipe

Made = list[tuple[Image, Boxes]]
AHEAD = 3  # batches waiting for each process that makes them

_shared: tuple[Material, Recipe] | None = None  # what forked makers see; pictures are too large to send


def share_of(recipe: Recipe, seen: int, rank: int, ranks: int) -> range:
    """Which pictures of the batch that starts at ``seen`` a process makes."""
    each = recipe.batch // ranks
    return range(seen + rank * each, seen + (rank + 1) * each)


def made(material: Material, recipe: Recipe, seen: int, rank: int = 0, ranks: int = 1) -> Made:
    """One process's share of one batch, made here and now."""
    size = recipe.size_at(seen)
    return [make(material, size, recipe.seed, index, recipe.mixture) for index in share_of(recipe, seen, rank, ranks)]


def batches(
    material: Material,
    recipe: Recipe,
    seen: int,
    *,
    until: int | None = None,
    rank: int = 0,
    ranks: int = 1,
    makers: int = 0,
) -> Iterator[Made]:
    """A process's share of every batch from ``seen`` to ``until`` or the end; the same pictures whatever ``makers``
    is."""
    starts = range(seen, recipe.total if until is None else until, recipe.batch)
    if not makers:
        for start in starts:
            yield made(material, recipe, start, rank, ranks)
        return
    global _shared
    _shared = (material, recipe)
    waiting: deque[AsyncResult[Made]] = deque()
    with multiprocessing.get_context("fork").Pool(makers, _leave_stopping_to_the_trainer) as pool:
        for start in starts:
            waiting.append(pool.apply_async(_make_shared, (start, rank, ranks)))
            if len(waiting) >= AHEAD * makers:
                yield waiting.popleft().get()
        while waiting:
            yield waiting.popleft().get()


def _leave_stopping_to_the_trainer() -> None:
    """Ctrl+C reaches every process of a terminal; a maker ends only when the trainer's pool ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _make_shared(seen: int, rank: int, ranks: int) -> Made:
    assert _shared is not None
    return made(*_shared, seen, rank, ranks)
