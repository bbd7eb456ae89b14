"""Entries of the log that the sockets make themselves and that never score, worded for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from proctoring.observation import Box, Face
from proctoring.risk.at_rest import Resting
from proctoring.risk.events import EventDraft, Ledger
from proctoring.risk.faces_at_rest import FACE_AT_REST
from proctoring.risk.policy import MULTIPLE_FACES, Policy
from proctoring.risk.standing import PHONE_AT_REST

FRAME_REJECTED = "FRAME_REJECTED"
MESSAGE_REJECTED = "MESSAGE_REJECTED"
FLOOD = "FLOOD"
REPLACED_CONNECTION = "REPLACED_CONNECTION"
DETECTOR_OFF = "DETECTOR_OFF"
FRAMES_MISSING = "FRAMES_MISSING"
ACCOMMODATION = "ACCOMMODATION_APPLIES"
SERVER_OVERLOADED = "SERVER_OVERLOADED"
PICTURE_FROZEN = "PICTURE_FROZEN"
PICTURE_REPEATS = "PICTURE_REPEATS"
CAMERA_IN_USE = "CAMERA_IN_USE"
CAMERA_CHANGED = "CAMERA_CHANGED"
VIRTUAL_CAMERA = "VIRTUAL_CAMERA"

COALESCE_SECONDS = 60.0

FRAME_REASONS = {
    "not_jpeg": "was no JPEG",
    "truncated": "was cut off",
    "dimensions": "claimed a size that is not accepted",
    "empty": "was empty",
    "too_large": "was too large",
    "bad_header": "had no readable header",
    "wrong_session": "was meant for another session",
    "out_of_order": "came out of order",
}
MESSAGE_REASONS = {
    "bad_json": "was no JSON",
    "unknown_type": "was of an unknown type",
    "bad_message": "lacked something or held something unexpected",
    "too_large": "was too large",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What to record; when, and how the session stood, is added by the session."""

    name: str
    sentence: str
    detail: dict[str, Any]
    ledger: Ledger = "technical"

    def before_watching(self, *, time: float, risk_total: int) -> EventDraft:
        """As an event of a session without an engine. ``time``: Unix seconds on the server's clock."""
        return EventDraft(
            ledger=self.ledger,
            name=self.name,
            time=time,
            risk_delta=0,
            risk_total=risk_total,
            phone_detected=False,
            looking_away=False,
            face_count=None,
            sentence=self.sentence,
            detail=self.detail,
        )


def flood(messages_per_second: float) -> Entry:
    said = "The candidate's page sent far more messages than a camera makes; the connection was closed."
    return Entry(FLOOD, said, {"messages_per_second_allowed": messages_per_second})


def replaced() -> Entry:
    return Entry(REPLACED_CONNECTION, "The session was opened in another window or tab, which took over.", {})


def detector_off(name: str, reason: str) -> Entry:
    return Entry(DETECTOR_OFF, f"The detector “{name}” was off: {reason}", {"detector": name, "reason": reason})


def frames_missing(gaps: int, seconds: float) -> Entry:
    often = "once" if gaps == 1 else f"{gaps} times"
    said = f"Pictures were missing {often}, for {seconds:.1f} seconds in all; nothing was watched or scored meanwhile."
    return Entry(FRAMES_MISSING, said, {"gaps": gaps, "seconds": round(seconds, 3)})


def frames_stopped(seconds: float) -> Entry:
    said = f"No picture has come for {seconds:.1f} seconds although the connection is open; nothing is watched."
    return Entry(FRAMES_MISSING, said, {"gaps": 1, "seconds": round(seconds, 3), "goes_on": True})


def picture_frozen(seconds: float, *, identical: bool) -> Entry:
    how = "came, byte for byte" if identical else "came, but for what encoding it anew changes"
    said = (
        f"For {seconds:.1f} seconds the same picture {how}; the camera may be stuck or covered, or show a photograph."
    )
    return Entry(PICTURE_FROZEN, said, {"seconds": round(seconds, 3), "byte_for_byte": identical})


def picture_repeats(pictures: int, seconds: float, lag: float) -> Entry:
    said = (
        f"The picture repeats itself: {pictures} pictures within {seconds:.1f} seconds were the same as ones shown "
        f"about {lag:.1f} seconds earlier, though others came in between; the camera may show a recording."
    )
    return Entry(
        PICTURE_REPEATS, said, {"pictures": pictures, "seconds": round(seconds, 3), "lag_seconds": round(lag, 3)}
    )


def overloaded(rate: float, *, wanted: float, since: float) -> Entry:
    """It goes on. ``rate`` and ``wanted``: frames a second; ``since``: Unix seconds."""
    said = (
        f"The server was overloaded and took fewer pictures: {rate:.1f} a second where the exam asks for {wanted:g}. "
        "That was not the candidate's doing."
    )
    detail = {"from": since, "frames_per_second": round(rate, 3), "asked_by_exam": wanted, "goes_on": True}
    return Entry(SERVER_OVERLOADED, said, detail)


def was_overloaded(*, since: float, until: float, seconds: float, mean: float, lowest: float, wanted: float) -> Entry:
    """It is over. ``seconds``: how much of the time between ``since`` and ``until`` (Unix seconds) the rate was low."""
    said = (
        f"The server was overloaded for {seconds:.0f} seconds and took {mean:.1f} pictures a second, {lowest:.1f} at "
        f"the lowest, where the exam asks for {wanted:g}. That was not the candidate's doing."
    )
    rates = {"mean_frames_per_second": round(mean, 3), "lowest_frames_per_second": round(lowest, 3)}
    detail = {"from": since, "until": until, "seconds": round(seconds, 3), **rates, "asked_by_exam": wanted}
    return Entry(SERVER_OVERLOADED, said, detail)


def camera_in_use(camera: dict[str, Any]) -> Entry:
    return Entry(CAMERA_IN_USE, f"The camera in use: {_camera(camera)}.", {"camera": camera})


def camera_changed(before: dict[str, Any], camera: dict[str, Any]) -> Entry:
    same = (before["label"], before["device"]) == (camera["label"], camera["device"])
    said = "The camera's picture changed its size" if same else "Another camera took over"
    return Entry(
        CAMERA_CHANGED, f"{said}: {_camera(camera)}, before {_camera(before)}.", {"camera": camera, "before": before}
    )


def virtual_camera(label: str) -> Entry:
    said = (
        f"The camera is called “{label}”, as programs call a camera that shows pictures of their own. That may be a "
        "blurred background, a phone used as a camera, or a recording: look at the picture."
    )
    return Entry(VIRTUAL_CAMERA, said, {"label": label})


def _camera(camera: dict[str, Any]) -> str:
    name = f"“{camera['label']}”" if camera["label"] else "one without a name"
    return f"{name}, {camera['width']}×{camera['height']} pixels"


def phone_at_rest(boxes: Sequence[Box], *, calibrating: bool) -> Entry:
    """``calibrating``: it stood there during the calibration, not only in the check before."""
    number = len(boxes)
    what = "Something that looks like a phone" if number == 1 else f"{number} things that look like phones"
    when = "during the calibration" if calibrating else "before watching began"
    said = f"{what} stood in the picture {when}: not counted while in the same place. Please look what it is."
    return Entry(PHONE_AT_REST, said, {"measured": {"phones": [asdict(box) for box in boxes]}}, "environment")


def face_at_rest(faces: Sequence[Face], *, calibrating: bool) -> Entry:
    """``calibrating`` as above."""
    number = len(faces)
    what = "A second face" if number == 1 else f"{number} faces beside the candidate's"
    when = "during the calibration" if calibrating else "before watching began"
    said = (
        f"{what} stood in the picture {when} without moving, as a poster or a photograph does: not counted while in "
        "the same place. Please look what it is."
    )
    return Entry(FACE_AT_REST, said, {"measured": {"faces": [asdict(face.box) for face in faces]}}, "environment")


def at_rest(stood: Resting, policy: Policy, *, calibrating: bool) -> list[Entry]:
    """The entries about what stood there. A face needs none where several would not count."""
    entries = [phone_at_rest(stood.phones, calibrating=calibrating)] if stood.phones else []
    if stood.faces and policy.rule(MULTIPLE_FACES) is not None:
        entries.append(face_at_rest(stood.faces, calibrating=calibrating))
    return entries


def rejected(code: str, count: int = 1) -> Entry:
    """Frames or messages of one connection that were refused for one reason."""
    frame = code in FRAME_REASONS
    what, reason = ("frame", FRAME_REASONS[code]) if frame else ("message", MESSAGE_REASONS.get(code, code))
    said = f"A {what} {reason} and was refused." if count == 1 else f"{count} more {what}s: each {reason}, all refused."
    name = FRAME_REJECTED if frame else MESSAGE_REJECTED
    return Entry(name, said, {"code": code, "count": count})


def accommodation(muted: Sequence[str], eased: Sequence[str]) -> Entry:
    """That something was granted to the candidate and what follows for the rules; never why, nor what else."""
    sentence = "An accommodation applies to this session."
    if muted:
        sentence += f" Not counted: {_words(muted)}."
    if eased:
        sentence += f" Counted later or less easily: {_words(eased)}."
    return Entry(ACCOMMODATION, sentence, {"muted": list(muted), "eased": list(eased)})


def _words(rules: Sequence[str]) -> str:
    return ", ".join(rule.replace("_", " ").lower() for rule in rules)


class Refusals:
    """What was refused on one connection: the first of a kind is recorded at once, the others once a minute."""

    def __init__(self) -> None:
        self._held_back: dict[str, int] = {}
        self._recorded_at: dict[str, float] = {}

    def note(self, code: str, now: float) -> bool:
        """True when this one is to be recorded at once."""
        if code in self._recorded_at:
            self._held_back[code] = self._held_back.get(code, 0) + 1
            return False
        self._recorded_at[code] = now
        return True

    def due(self, now: float, *, all_of_them: bool = False) -> list[tuple[str, int]]:
        """Kinds to record now, each with how many were held back since it was last recorded."""
        codes = [code for code in self._held_back if all_of_them or now - self._recorded_at[code] >= COALESCE_SECONDS]
        for code in codes:
            self._recorded_at[code] = now
        return [(code, self._held_back.pop(code)) for code in codes]
