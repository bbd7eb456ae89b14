"""What the web process may know about vision: its configuration and how its detectors fared. Stdlib only."""

from __future__ import annotations

from dataclasses import dataclass

from proctoring.observation import ModelRef

MAX_FRAME_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class AnalyzerConfig:
    """Everything an :class:`~proctoring.vision.analyzer.Analyzer` needs; picklable, so it travels to worker processes.

    ``phone_weights`` is the path of any Ultralytics detection model (``.pt``), ``phone_size`` the side in pixels of the
    square picture it sees, ``models_dir`` a writable folder for exported models. ``phone_threshold`` is the lowest
    score that counts as a phone; the default is measured in ``proctoring/vision/phones.py``.
    """

    phone_weights: str
    phone_size: int
    models_dir: str
    phone_threshold: float = 0.25
    max_frame_bytes: int = MAX_FRAME_BYTES


@dataclass(frozen=True, slots=True)
class DetectorStatus:
    """One detector at start: ``reason`` is "" when it works, else one sentence naming the file and what was wrong."""

    name: str
    ok: bool
    reason: str = ""
    model: ModelRef | None = None
