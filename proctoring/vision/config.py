"""What the web process may know about vision: its configuration and how its detectors fared. Stdlib only."""

from __future__ import annotations

from dataclasses import dataclass

from proctoring.observation import ModelRef

MAX_FRAME_BYTES = 256 * 1024

# Of phone-v7 at 320 px in eight bits: none of the dark wallets held up at a webcam is taken for a phone (the surest
# scores 0.71), nor are more than 2 of 460 other pictures never trained on (the third scores 0.70); 335 of 524 phones
# are found there, 11 of 16 of those held up at that webcam.
PHONE_THRESHOLD = 0.72


@dataclass(frozen=True, slots=True)
class AnalyzerConfig:
    """Everything an :class:`~proctoring.vision.analyzer.Analyzer` needs; picklable, so it travels to worker processes.

    ``phone_weights`` is the path of any Ultralytics detection model (``.pt``), ``phone_size`` the longer side in
    pixels of the picture it sees, ``models_dir`` a writable folder for exported models.
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
