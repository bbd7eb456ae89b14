"""Which camera the candidate's page uses, as the browser says: its name, and when another takes its place.

A page can say anything, and names can be chosen, so a name is a hint for people and never scores.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from proctoring.live import ledger

LONGEST_NAME = 200
LARGEST_SIDE = 16_384
QUIET_SECONDS = 10.0  # between two entries, so that switching to and fro does not fill the log
_DEVICE = re.compile(r"[0-9a-f]{0,64}")

# Parts of the names, in lower case, under which programs offer pictures of their own as a camera. As their makers name
# them: OBS Studio ("OBS Virtual Camera", "OBS-Camera"), v4l2loopback's own label ("Dummy video device (0x0000)"),
# Chromium's own (--use-fake-device-for-media-stream: "fake_device_0", or the path of the file it plays), and ManyCam,
# Snap Camera, XSplit VCam, SplitCam, CamTwist, YouCam, WebcamMax, AlterCam, e2eSoft VCam, mmhmm, Unity Video Capture,
# vMix, NDI. DroidCam, iVCam, Iriun, EpocCam and Camo make a camera of a phone. "virtual" is what rtcstats.com goes by.
PROGRAMS = (
    "virtual",
    "obs-camera",
    "obs camera",
    "obs video source",
    "loopback",
    "dummy video device",
    "dummy camera",
    "fake_device",
    ".mjpeg",
    ".y4m",
    "manycam",
    "snap camera",
    "xsplit",
    "vcam",
    "splitcam",
    "camtwist",
    "youcam",
    "webcammax",
    "altercam",
    "chromacam",
    "mmhmm",
    "unity video capture",
    "vmix",
    "ndi video",
    "ndi webcam",
    "newtek",
    "nvidia broadcast",
    "prism live",
    "ecamm",
    "droidcam",
    "iriun",
    "epoccam",
    "reincubate camo",
)


@dataclass(frozen=True, slots=True)
class Camera:
    """``device`` tells cameras of one session apart and means nothing elsewhere: the page mixes the session into it."""

    label: str
    device: str
    width: int
    height: int

    @property
    def of_a_program(self) -> bool:
        label = self.label.lower()
        return any(name in label for name in PROGRAMS)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def told(cls, message: Mapping[str, Any]) -> Camera:
        """From ``{"label", "device", "width", "height"}``; raises ValueError with a sentence."""
        label, device = message.get("label"), message.get("device")
        if not isinstance(label, str) or len(label) > LONGEST_NAME:
            raise ValueError(f"A camera's “label” is a text of at most {LONGEST_NAME} characters.")
        if not isinstance(device, str) or not _DEVICE.fullmatch(device):
            raise ValueError("A camera's “device” is at most 64 hexadecimal digits, in lower case.")
        sides = (message.get("width"), message.get("height"))
        if not all(type(side) is int and 0 <= side <= LARGEST_SIDE for side in sides):
            raise ValueError(f"A camera's “width” and “height” are whole numbers up to {LARGEST_SIDE:,}.")
        return cls(_plain(label), device, *sides)  # type: ignore[arg-type]


class CameraInUse:
    """Of one session: what was recorded of its camera, and what the page has told since."""

    def __init__(self, recorded: Mapping[str, Any] | None) -> None:
        self.recorded = None if recorded is None else Camera(**recorded)
        self.told: Camera | None = None
        self._recorded_at: float | None = None

    @property
    def newest(self) -> Camera | None:
        return self.told or self.recorded

    @property
    def of_a_program(self) -> bool:
        return self.newest is not None and self.newest.of_a_program

    def due(self, now: float) -> list[ledger.Entry]:
        """What is to be recorded at ``now`` (Unix seconds); from here on it counts as recorded."""
        before, camera = self.recorded, self.told
        if camera is None or camera == before:
            return []
        if self._recorded_at is not None and now - self._recorded_at < QUIET_SECONDS:
            return []
        self.recorded, self._recorded_at = camera, now
        entries = [ledger.camera_in_use(camera.as_dict())]
        if before is not None:
            entries = [ledger.camera_changed(before.as_dict(), camera.as_dict())]
        if camera.of_a_program and (before is None or before.label != camera.label):
            entries.append(ledger.virtual_camera(camera.label))
        return entries


def _plain(label: str) -> str:
    """Without control characters and other things nobody sees, in one line."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in label).split())
