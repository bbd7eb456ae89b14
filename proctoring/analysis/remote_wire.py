"""What travels over Redis between web processes and Celery workers: frames there, verdicts back, who is at work.

Standard library only, apart from msgpack: neither side needs the other's libraries.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import msgpack

from proctoring.analysis.declared import as_declared, number, text
from proctoring.analysis.verdict import WORKER_FAILED, Analysed, Look, NotAnalysed, Rejected, Verdict
from proctoring.observation import Looks, Measured, ModelRef, Observation

if TYPE_CHECKING:
    from proctoring.analysis.mailbox import Job
    from proctoring.vision.config import DetectorStatus

TASK = "proctoring.analysis.look"
QUEUE = "frames"
REPLY_PREFIX = "proctor:verdicts:"
WORKERS = "proctor:workers"  # a hash: worker's name to what it announced
ANNOUNCE_SECONDS = 1.0
GONE_SECONDS = 8.0  # a worker that announced nothing for so long is gone
REPLY_SECONDS = 30  # verdicts nobody fetches any more are dropped by Redis


# A frame as it travels: the job's name, the JPEG, what of the costly to look for, and what is known of head and eyes.
PackedFrame = tuple[str, bytes, int, dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Announcement:
    """``unix_time``: when, by the worker's clock; machines keep theirs in step by NTP."""

    name: str
    unix_time: float
    error: str
    detectors: tuple[DetectorStatus, ...]


def pack_frame(name: str, job: Job) -> PackedFrame:
    return name, job.jpeg, int(job.looks), None if job.known is None else asdict(job.known)


def unpack_look(jpeg: bytes, looks: int, known: dict[str, Any] | None) -> Look:
    """Raises KeyError or TypeError when ``known`` is not what :func:`pack_frame` sent."""
    return Look(jpeg, Looks(looks), None if known is None else Measured.from_dict(known))


def pack_verdict(job: str, verdict: Verdict, cpu_ms: float) -> bytes:
    body: dict[str, Any]
    if isinstance(verdict, Analysed):
        body = {"observation": verdict.observation.as_dict()}
    elif isinstance(verdict, Rejected):
        body = {"code": verdict.code, "sentence": verdict.sentence}
    else:
        body = {"reason": verdict.reason}
    packed: bytes = msgpack.packb({"job": job, "cpu_ms": cpu_ms, **body})
    return packed


def unpack_verdict(data: bytes) -> tuple[str, Verdict, float]:
    """The job, the verdict and the worker's CPU milliseconds. Raises ValueError, KeyError or TypeError on junk."""
    said = dict(msgpack.unpackb(data))
    verdict: Verdict
    if "observation" in said:
        verdict = Analysed(as_declared(Observation.from_dict(said["observation"])))
    elif "code" in said:
        verdict = as_declared(Rejected(said["code"], said["sentence"]))
    else:
        verdict = as_declared(NotAnalysed(said.get("reason", WORKER_FAILED)))
    return text(said["job"]), verdict, number(said["cpu_ms"])


def pack_announcement(said: Announcement) -> bytes:
    packed: bytes = msgpack.packb(asdict(said))
    return packed


def unpack_announcement(data: bytes) -> Announcement:
    """Raises ValueError, KeyError or TypeError on junk."""
    from proctoring.vision.config import DetectorStatus

    said = dict(msgpack.unpackb(data))
    detectors = tuple(
        as_declared(DetectorStatus(**{**one, "model": None if one["model"] is None else ModelRef(**one["model"])}))
        for one in said["detectors"]
    )
    return Announcement(text(said["name"]), number(said["unix_time"]), text(said["error"]), detectors)
