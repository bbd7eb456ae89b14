"""What the web process may know about vision: its configuration and how its detectors fared. Stdlib only."""

from __future__ import annotations

from dataclasses import dataclass

from proctoring.observation import ModelRef

MAX_FRAME_BYTES = 256 * 1024

# Of phone-v5 at 320 px in eight bits, on pictures never trained on: the lowest at which at most 0.5 % of those without
# a phone are taken for one, 2 of 460 (4 of the 5 surest are toasters). 270 of 524 phones are found, and 7 of 16
# held up at a webcam: those score 0.78 and more, the next 0.68 and 0.62; dark wallets held up there 0.51 at most.
PHONE_THRESHOLD = 0.725


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
