"""A run in parts: before each, what any weights so far took for a phone is listed, to be shown more often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from proctoring.training import hard, loop
from proctoring.training.augment import Material
from proctoring.training.loop import Run
from proctoring.training.recipe import Recipe

Say = Callable[[str], None]


@dataclass(frozen=True)
class Hard:
    """Whose mistakes are shown more often: those of ``weights``, and the run's own after each ``every`` pictures; among
    the pictures without a phone and ``made`` others."""

    weights: list[Path] = field(default_factory=list)
    every: int | None = None
    made: int = hard.MADE


def train(recipe: Recipe, material: Material, run: Run, shown_often: Hard, say: Say) -> None:
    """Trains to the recipe's end, or until it is asked to stop, as :func:`proctoring.training.loop.train`.

    Raises ValueError when the parts are no whole batches, so that they would not end where they should, and
    :class:`~proctoring.vision.model_files.ModelUnavailable` when weights to list with cannot be used.
    """
    every = shown_often.every or recipe.total
    if every < recipe.total and every % recipe.batch:
        raise ValueError(f"--relist {every}: name a multiple of the {recipe.batch} pictures of a step.")
    look = partial(hard.listed, material, cache=run.folder, say=say, made=shown_often.made)
    of_others = [look(weights) for weights in shown_often.weights]
    while (seen := loop.seen_in(run.folder)) < recipe.total:
        part = seen // every
        if part and seen == part * every:
            hard.keep(look(run.folder / loop.WEIGHTS), _file(run.folder, part))
        listings = of_others + _own(run.folder, part)
        until = (part + 1) * every
        loop.train(recipe, hard.with_hard(material, listings, say) if listings else material, run, say, until=until)
        if loop.seen_in(run.folder) < min(until, recipe.total):
            return  # asked to stop


def _own(folder: Path, part: int) -> list[hard.Listing]:
    """What the run's own weights took for a phone before this part and those before it.

    Kept in files: a run stopped within a part goes on with what was listed when that began. A part that began without
    relisting asked for has none.
    """
    files = [_file(folder, number) for number in range(1, part + 1)]
    return [hard.read(file) for file in files if file.exists()]


def _file(folder: Path, part: int) -> Path:
    return folder / f"hard-before-part-{part}.json"
