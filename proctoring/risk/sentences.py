"""The one plain sentence of every event. It says what was measured, never what somebody meant by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proctoring.risk.policy import (
    BLURRED,
    COVERED,
    LOOKING_AWAY,
    MULTIPLE_FACES,
    NO_FACE,
    PHONE_DETECTED,
    TOO_DARK,
)

# Browser signals that no rule counts: how each is named in the technical ledger, and its sentence.
SIGNALS: Mapping[str, tuple[str, str]] = {
    "fullscreen_left": ("FULLSCREEN_LEFT", "The exam page left full screen."),
    "fullscreen_entered": ("FULLSCREEN_ENTERED", "The exam page went to full screen."),
    "fullscreen_unavailable": (
        "FULLSCREEN_UNAVAILABLE",
        "The browser could not show the exam page in full screen; the exam went on without.",
    ),
    "copy": ("COPY", "Something was copied on the exam page."),
    "paste": ("PASTE", "Something was pasted into the exam page."),
    "cut": ("CUT", "Something was cut on the exam page."),
    "copy_prevented": (
        "COPY_PREVENTED",
        "Something was to be copied among the questions; the page prevented it.",
    ),
    "paste_prevented": ("PASTE_PREVENTED", "Something was to be pasted among the questions; the page prevented it."),
    "cut_prevented": ("CUT_PREVENTED", "Something was to be cut among the questions; the page prevented it."),
    "menu_prevented": ("MENU_PREVENTED", "The context menu was asked for among the questions; the page prevented it."),
    "second_screen": ("SECOND_SCREEN", "The browser reported a second screen."),
    "second_screen_gone": ("SECOND_SCREEN_GONE", "The browser reported only one screen again."),
    "network_lost": ("NETWORK_LOST", "The browser reported that it had no network."),
    "network_back": ("NETWORK_BACK", "The browser reported that the network was back."),
    "camera_stopped": ("CAMERA_STOPPED", "The camera stopped sending pictures."),
    "camera_started": ("CAMERA_STARTED", "The camera began to send pictures."),
}

NOT_ANALYSED = "Pictures could not be analysed for a moment; nothing scores while that lasts."

# What each signal that begins a stretch says; how long it lasted comes in the middle.
_STRETCHES = {
    "hidden": ("The exam page was left", ": the page was hidden."),
    "blur": ("The exam page was left", ": another window was in front."),
    "fullscreen_left": ("The exam page was out of full screen", "."),
    "second_screen": ("A second screen was connected", "."),
}


def of_condition(name: str, *, held: float, limit: float, measured: Mapping[str, Any]) -> str:
    """``held`` and ``limit`` in seconds; ``measured`` as :class:`proctoring.risk.conditions.Reading` holds it."""
    how_long = f"for {held:.1f} seconds (the limit is {limit:g})"
    if name == NO_FACE:
        return f"No face was in the picture{_but_at_rest(measured)} {how_long}.{_nothing_seen(measured)}"
    if name == MULTIPLE_FACES:
        return f"{measured['face_count']} faces were in the picture {how_long}.{_at_rest(measured)}"
    if name == LOOKING_AWAY:
        return f"{_looking_away(measured)} {how_long}."
    if name == PHONE_DETECTED:
        phones, followed = measured["phones"], measured.get("followed", ())
        higher = " here, and higher just before" if len(followed) == len(phones) else ""
        return f"A phone was in view {how_long}; the detector scored it {phones[0]['score']:.2f} of 1{higher}."
    return f"{_ENVIRONMENT[name](measured)} {how_long}; this never scores."


def of_stretch(kind: str, *, held: float | None, limit: float) -> str:
    """``held`` is ``None`` while it has only begun. A limit of 0 s goes unsaid."""
    limited = f" (the limit is {limit:g})" if limit else ""
    how_long = "" if held is None else f" for {held:.1f} seconds{limited}"
    before, after = _STRETCHES[kind]
    return f"{before}{how_long}{after}"


def connection_lost(seconds: float) -> str:
    return f"The connection was lost for {seconds:.1f} seconds; nothing was watched or scored meanwhile."


def _nothing_seen(measured: Mapping[str, Any]) -> str:
    if measured["black"]:
        return f" The picture was dark: its brightness was {measured['quality']['brightness']:.0f} of 255."
    if measured["quality"]["covered"]:
        return " The camera seemed to be covered."
    return ""


def _at_rest(measured: Mapping[str, Any]) -> str:
    number = len(measured.get("stood_there_before", ()))
    if not number:
        return ""
    return f" {number} of them stood there before like a picture, and {'does' if number == 1 else 'do'} not count."


def _but_at_rest(measured: Mapping[str, Any]) -> str:
    number = len(measured.get("stood_there_before", ()))
    return f" but {number} that stood there before like a picture," if number else ""


def _looking_away(measured: Mapping[str, Any]) -> str:
    cause = measured["cause"]
    if cause == "head_aside":
        side = "right" if measured["yaw_from_neutral"] > 0 else "left"
        angle, limit = abs(measured["yaw_from_neutral"]), measured["yaw_limit"]
        return f"The head was turned {angle:.0f}° to the picture's {side} (more than {limit:g}° counts)"
    if cause == "head_up":
        return (
            f"The head was raised {measured['pitch_from_neutral']:.0f}° (more than {measured['pitch_limit']:g}° counts)"
        )
    if cause == "eyes_aside":
        side = "right" if measured["eyes_horizontal_from_neutral"] > 0 else "left"
        moved, limit = abs(measured["eyes_horizontal_from_neutral"]), measured["eyes_horizontal_limit"]
        return (
            f"The eyes were turned to the picture's {side} by {moved:.2f} of their width (more than {limit:.2f} counts)"
        )
    if cause == "eyes_up":
        moved, limit = measured["eyes_vertical_from_neutral"], measured["eyes_vertical_limit"]
        return f"The eyes were turned up by {moved:.2f} of their width (more than {limit:.2f} counts)"
    return "The head was turned so far that the face was lost from view"


_ENVIRONMENT = {
    TOO_DARK: lambda measured: f"The picture was too dark (brightness {measured['brightness']:.0f} of 255)",
    BLURRED: lambda measured: f"The picture was blurred (sharpness {measured['sharpness']:.0f})",
    COVERED: lambda measured: f"The camera seemed to be covered (contrast {measured['contrast']:.0f})",
}
