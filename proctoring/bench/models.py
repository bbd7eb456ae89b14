"""What the models alone cost: a plain loop over the same frames in one process, nothing around it."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from proctoring.observation import Looks
from proctoring.risk.calibration import calibrate
from proctoring.vision.config import AnalyzerConfig

MODEL_STAGES = ("faces", "mesh", "phone")
WARM_UP_FRAMES = 5

FAR_EVERY = 4  # of two pictures a second: every two seconds


@dataclass(frozen=True, slots=True)
class ModelsAlone:
    """CPU milliseconds a frame by stage, with the phone looked for in every ``phone_every``-th; and the calibration
    found in the neutral pictures (``Calibration.as_dict``)."""

    cpu_ms: dict[str, float]
    wall_ms: float
    frames: int
    calibration: dict[str, Any]

    @property
    def models_ms(self) -> float:
        return sum(self.cpu_ms.get(stage, 0.0) for stage in MODEL_STAGES)


def measure(
    config: AnalyzerConfig, jpegs: Sequence[bytes], neutral: Sequence[bytes], *, phone_every: int
) -> ModelsAlone:
    """Runs in a fresh process, as the models do in the server."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(loop, (config, list(jpegs), list(neutral), phone_every))


def loop(config: AnalyzerConfig, jpegs: list[bytes], neutral: list[bytes], phone_every: int) -> ModelsAlone:
    from proctoring.vision.analyzer import Analyzer

    analyzer = Analyzer(config)
    for jpeg in jpegs[:WARM_UP_FRAMES]:
        analyzer.analyse(jpeg)
    sums: Counter[str] = Counter()
    started = time.perf_counter()
    for number, jpeg in enumerate(jpegs):
        timings = analyzer.analyse(jpeg, looks=_looks(number, phone_every)).timings
        for stage, ms in timings.items():
            sums[stage] += ms  # type: ignore[assignment]  # a Counter of floats sums just as well
    wall = time.perf_counter() - started
    observations = [analyzer.analyse(jpeg, looks=Looks.NONE) for jpeg in neutral]
    return ModelsAlone(
        cpu_ms={stage: ms / len(jpegs) for stage, ms in sums.items()},
        wall_ms=wall * 1000 / len(jpegs),
        frames=len(jpegs),
        calibration=calibrate(observations).as_dict(),
    )


def _looks(number: int, phone_every: int) -> Looks:
    """As a session would ask for them at two pictures a second, where nobody holds a phone."""
    phone = Looks.PHONE if number % phone_every == 0 else Looks.NONE
    return phone | (Looks.FAR_FACES if number % FAR_EVERY == 0 else Looks.NONE)
