"""What the web process may know about vision: its configuration and how its detectors fared. Stdlib only."""

from __future__ import annotations

from dataclasses import dataclass

from proctoring.observation import ModelRef

MAX_FRAME_BYTES = 256 * 1024

# For phone-v1 at 320 by 256 px in eight bits, on pictures never trained on. From 0.40 to 0.45 things taken for one
# fall from 10 to 8 of 548 pictures, and a dark wallet held up from 1 to 0 of 24, while 8 of 16 phones held up the same
# way stay; 302 of 573 phones are found, and from 0.50 on two more of the 16 are lost.
PHONE_THRESHOLD = 0.45


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
