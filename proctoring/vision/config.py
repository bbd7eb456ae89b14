"""What the web process may know about vision: its configuration and how its detectors fared. Stdlib only."""

from __future__ import annotations

from dataclasses import dataclass

from proctoring.observation import ModelRef

MAX_FRAME_BYTES = 256 * 1024

# Of phone-v4 at 320 by 256 px in eight bits, on pictures never trained on. From 0.65 to 0.69 pictures taken for a phone
# fall from 5 to 2 of 548, and dark wallets held up at a webcam from 2 to none of 24; 299 of 573 phones are found, and 7
# of 16 that are held up the same way: these score 0.79 and more, the next 0.61.
PHONE_THRESHOLD = 0.69


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
