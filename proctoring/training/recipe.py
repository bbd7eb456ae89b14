"""The numbers of a training run, and the learning rate at each picture of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from itertools import accumulate
from typing import Any

from proctoring.training.augment import Mixture

MUON = "muon"  # of proctoring.training.optimisers; the other is "adamw"


@dataclass(frozen=True)
class Stage:
    """``pictures`` to see at ``size`` pixels a side."""

    size: int
    pictures: int


@dataclass(frozen=True)
class Recipe:
    """A whole run. The rate is warm, then constant, then falls to nearly 0 over the last ``cooling`` share."""

    stages: tuple[Stage, ...]
    batch: int = 32
    rate: float = 1.5e-3
    warm_up: int = 5_000
    cooling: float = 0.4
    weight_decay: float = 0.02
    optimiser: str = MUON
    seed: int = 0
    mixture: Mixture = field(default_factory=Mixture)

    @property
    def total(self) -> int:
        return sum(stage.pictures for stage in self.stages)

    def as_dict(self) -> dict[str, Any]:
        """For the record kept with the weights: plain values only."""
        return asdict(self) | {"size": self.stages[-1].size}

    def size_at(self, seen: int) -> int:
        ends = accumulate(stage.pictures for stage in self.stages)
        return next((s.size for s, end in zip(self.stages, ends, strict=True) if seen < end), self.stages[-1].size)

    def rate_at(self, seen: int) -> float:
        left = (self.total - seen) / max(self.total * self.cooling, 1)
        return self.rate * max(min(seen / max(self.warm_up, 1), left, 1.0), 0.01)


def stages(text: str) -> tuple[Stage, ...]:
    """``"128:60000,192:40000"`` as stages. Raises ValueError with a sentence."""
    try:
        found = tuple(Stage(*(int(number) for number in part.split(":"))) for part in text.split(","))
    except (TypeError, ValueError):
        raise ValueError(f"“{text}” is no list of stages; write SIZE:PICTURES,SIZE:PICTURES, as 128:60000.") from None
    for stage in found:
        if stage.size % 32 or stage.size < 32 or stage.pictures < 1:
            raise ValueError(f"A stage of {stage.pictures} pictures at {stage.size} px cannot be: sizes go in 32s.")
    return found
