"""What the web process may know about vision: its configuration and how its detectors fared. Stdlib only."""

from __future__ import annotations

from dataclasses import dataclass

from proctoring.observation import ModelRef

MAX_FRAME_BYTES = 256 * 1024

# For phone-v0 at 320 by 256 px. Of the stills where a man holds a phone it finds 8 of 16 at any threshold from 0.25 to
# 0.5, while the same man's wallet is called one in 11 of 24 at 0.25 and 8 at 0.40, and people at webcams without a
# phone in 40 of 932 and 19. Beyond 0.5 phones are lost.
PHONE_THRESHOLD = 0.40


@dataclass(frozen=True, slots=True)
class AnalyzerConfig:
    """Everything an :class:`~proctoring.vision.analyzer.Analyzer` needs; picklable, so it travels to worker processes.

    ``phone_weights`` is the path of any Ultralytics detection model (``.pt``), ``phone_size`` the width in pixels of
    the picture it sees (three quarters as high), ``models_dir`` a writable folder for exported models.
    ``phone_threshold`` is the lowest score that counts as a phone. With ``phone_int8`` the weights' copy in eight
    bits is used where there is one.
    """

    phone_weights: str
    phone_size: int
    models_dir: str
    phone_threshold: float = PHONE_THRESHOLD
    phone_int8: bool = True
    max_frame_bytes: int = MAX_FRAME_BYTES


@dataclass(frozen=True, slots=True)
class DetectorStatus:
    """One detector at start: ``reason`` is "" when it works, else one sentence naming the file and what was wrong."""

    name: str
    ok: bool
    reason: str = ""
    model: ModelRef | None = None
