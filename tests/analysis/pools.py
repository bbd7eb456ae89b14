"""A real pool with the real analyzer, for tests."""

from __future__ import annotations

from pathlib import Path

from proctoring.analysis.local import LocalPool, PoolConfig
from proctoring.analysis.metrics import Metrics
from proctoring.vision.config import AnalyzerConfig

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "var" / "models"  # exporting a model takes longer than many a test
PHONE_WEIGHTS = ROOT / "proctoring" / "vision" / "weights" / "phone-v7.pt"
START_SECONDS = 120.0


def analyzer() -> AnalyzerConfig:
    return AnalyzerConfig(phone_weights=str(PHONE_WEIGHTS), phone_size=320, models_dir=str(MODELS))


def started(*, workers: int = 1, timeout: float = 10.0, config: AnalyzerConfig | None = None) -> LocalPool:
    pool = LocalPool(PoolConfig(config or analyzer(), workers, timeout), Metrics())
    pool.start()
    pool.known.wait(START_SECONDS)
    return pool
