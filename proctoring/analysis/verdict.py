"""What becomes of one frame, and the messages between the web process and its analysis workers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proctoring.observation import Looks, Measured, Observation
    from proctoring.vision.config import DetectorStatus

# Why a frame was not analysed. The words travel to the candidate's page.
SUPERSEDED = "superseded"  # a newer frame of the same session came before a worker was free
WORKER_DIED = "worker_died"  # the worker process ended while it looked at the frame
WORKER_HUNG = "worker_hung"  # it took longer than the limit and was replaced
WORKER_FAILED = "worker_failed"  # the analysis raised; the worker goes on
NOT_READY = "not_ready"  # no worker came free within the limit
STOPPED = "stopped"  # the server is shutting down


@dataclass(frozen=True, slots=True)
class Analysed:
    """``waited_ms``: how long the frame lay in its slot before a worker took it (milliseconds). ``answered``: when the
    verdict was handed to the event loop that waits for it (a steady clock of this process)."""

    observation: Observation
    waited_ms: float = 0.0
    answered: float = 0.0


@dataclass(frozen=True, slots=True)
class Rejected:
    """The bytes are no picture that is taken here; ``code`` and ``sentence`` say why (see vision.frame.BadFrame)."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class NotAnalysed:
    """Nobody could judge this frame; ``reason`` is one of the words above."""

    reason: str


Verdict = Analysed | Rejected | NotAnalysed


@dataclass(frozen=True, slots=True)
class Look:
    """To a worker: look at this JPEG. ``known``: of head and eyes, which stands where the face looks the same."""

    jpeg: bytes
    looks: Looks
    known: Measured | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """From a worker: the verdict, and the CPU milliseconds its whole process spent on it."""

    verdict: Verdict
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class Started:
    """From a worker, once: its detectors, or the error that kept it from starting."""

    detectors: tuple[DetectorStatus, ...]
    error: str = ""
