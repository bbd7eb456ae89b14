"""What the models alone cost: a plain loop over the same frames in one process, nothing around it."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from proctoring.risk.calibration import calibrate
from proctoring.vision.config import AnalyzerConfig

MODEL_STAGES = ("faces", "mesh", "phone")
WARM_UP_FRAMES = 5


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
        analyzer.analyse(jpeg, look_for_phone=True)
    sums: Counter[str] = Counter()
    started = time.perf_counter()
    for number, jpeg in enumerate(jpegs):
        timings = analyzer.analyse(jpeg, look_for_phone=number % phone_every == 0).timings
        for stage, ms in timings.items():
            sums[stage] += ms  # type: ignore[assignment]  # a Counter of floats sums just as well
    wall = time.perf_counter() - started
    observations = [analyzer.analyse(jpeg, look_for_phone=False) for jpeg in neutral]
    return ModelsAlone(
        cpu_ms={stage: ms / len(jpegs) for stage, ms in sums.items()},
        wall_ms=wall * 1000 / len(jpegs),
        frames=len(jpegs),
        calibration=calibrate(observations).as_dict(),
    )
