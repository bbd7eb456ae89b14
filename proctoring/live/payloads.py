"""The JSON that goes to the pages: to the candidate's about a frame, to the proctors' about a session or an event."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from exams.api.time import break_payload
from proctoring.live import frames
from proctoring.live.session import LiveSession, shown
from proctoring.models import Event, Session
from proctoring.observation import Observation
from proctoring.reports.record import detailed_record
from proctoring.risk.at_rest import counted
from proctoring.risk.policy import MULTIPLE_FACES, NO_FACE, PHONE_DETECTED, Policy

JSONDict = dict[str, Any]
# Faces and phones are told by what counts of them.
NOT_SHOWN = {"models", "timings", "fingerprint", "glance", "faces", "faint_phones"}
CONNECTED = {"live", "checking", "camera_off"}  # as the proctors' pages name it


def milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)


def welcome(live: LiveSession, *, detectors_off: dict[str, str]) -> JSONDict:
    """The first message of a connection. ``detectors_off``: those that do not run now; the session knows of earlier."""
    return {
        "type": "welcome",
        "session": str(live.id),
        "kind": live.connection.kind,
        "state": live.state,
        "server_time_ms": round(time.time() * 1000),
        "frame_interval_ms": round(1000 / live.connection.policy.frames_per_second),
        "max_frame_bytes": settings.PROCTOR_MAX_FRAME_BYTES,
        "last_seq": live.last_sequence,
        "calibrated": live.calibration is not None or not live.connection.policy.needs_calibration,
        **asked_of_page(live.connection.policy),
        "deadline_ms": milliseconds(live.deadline),
        "break": breaks(live),
        "detectors_off": {**live.detectors_off, **detectors_off},
    }


def asked_of_page(policy: Policy) -> JSONDict:
    """What counts, and what the page asks for, as it holds now: something may have been granted since it was made."""
    return {
        "counted": [rule.event for rule in policy.counted()],
        "require_fullscreen": policy.require_fullscreen,
        "restrict_clipboard": policy.restrict_clipboard,
    }


def policy_message(policy: Policy) -> JSONDict:
    """What is watched has become milder, or is again as the candidate agreed to."""
    said = ["An accommodation applies to you." if policy.accommodated else "No accommodation applies to you any more."]
    for what, rules in (("Not counted", policy.muted), ("Counted later or less easily", policy.eased)):
        if rules:
            said.append(f"{what}: {', '.join(rule.replace('_', ' ').lower() for rule in rules)}.")
    return {"type": "policy", "message": " ".join(said), **asked_of_page(policy)}


def breaks(live: LiveSession) -> JSONDict | None:
    return None if live.breaks is None else break_payload(live.breaks)


def time_message(live: LiveSession, *, change: Mapping[str, Any] | None) -> JSONDict:
    """How the time of the candidate's attempt stands; ``change``: what made it so, where they did not themselves."""
    return {
        "type": "time",
        "server_time_ms": round(time.time() * 1000),
        "deadline_ms": milliseconds(live.deadline),
        "break": breaks(live),
        "change": change,
    }


def verdict(
    *,
    sequence: int,
    observation: Observation,
    warnings: tuple[str, ...],
    next_frame_in_ms: int,
    server_busy: bool,
) -> JSONDict:
    """The acknowledgement of a frame that was analysed. ``server_busy`` is about all candidates and not this one:
    whether somebody's own pace was lowered depends on what is seen of them."""
    face = observation.faces[0].box if observation.faces else None
    quality = observation.quality
    return {
        "type": "verdict",
        "seq": sequence,
        "analysed": True,
        "faces": observation.face_count,
        "phone": None if observation.phones is None else bool(observation.phones),
        "warnings": list(warnings),
        "quality": {
            "dark": quality.dark,
            "blurred": quality.blurred,
            "covered": quality.covered,
            "brightness": round(quality.brightness, 1),
        },
        "face_box": None if face is None else {"x": face.x, "y": face.y, "width": face.width, "height": face.height},
        "next_frame_in_ms": next_frame_in_ms,
        "server_busy": server_busy,
    }


def check_warnings(observation: Observation, policy: Policy) -> tuple[str, ...]:
    """What the page of the system check warns of, when no engine runs yet: the codes the engine uses as well. As in the
    exam, nobody is warned of what does not count."""
    quality = observation.quality
    said = [
        ("no_face", observation.face_count == 0 and policy.rule(NO_FACE) is not None),
        ("multiple_faces", (observation.face_count or 0) > 1 and policy.rule(MULTIPLE_FACES) is not None),
        ("phone", bool(observation.phones) and policy.rule(PHONE_DETECTED) is not None),
        ("dark", quality.dark),
        ("blurred", quality.blurred),
        ("covered", quality.covered),
    ]
    return tuple(code for code, holds in said if holds)


def warnings(live: LiveSession) -> tuple[str, ...]:
    """The warnings that hold now: those of what is in the picture, then those of the camera itself."""
    if live.on_break:
        return ()
    if live.step is not None:
        return (*live.step.warnings, *live.camera_warnings)
    if live.looked is None:
        return live.camera_warnings
    counts = counted(live.looked.observation, live.looked.at_rest)
    return (*check_warnings(counts, live.connection.policy), *live.camera_warnings)


def live_session(live: LiveSession, *, connection: str, with_observation: bool) -> JSONDict:
    """A session as the wall and its own page show it while somebody is connected."""
    looked, step = live.looked, live.step
    temporary, permanent, total = live.risk
    payload = _session(
        live.id,
        name=live.connection.candidate_name,
        risk=(temporary, permanent, total),
        connection=connection,
        detectors_off=live.detectors_off,
        accommodated=live.connection.policy.accommodated,
    )
    payload["warnings"] = [*warnings(live), *(["virtual_camera"] if live.camera.of_a_program else [])]
    payload["fps"] = live.frames_per_second
    payload["wanted_fps"] = round(live.pace.wanted_rate, 2)
    payload["slowed_to"] = None if live.pace.slowed_to is None else round(live.pace.slowed_to, 2)
    if with_observation:
        payload["observation"] = None if looked is None else seen(looked.observation) | shown(looked)
        payload["looking_away"] = None if step is None else step.looking_away
    return payload


def stored_session(session: Session, *, with_observation: bool, on_break: bool = False) -> JSONDict:
    """The same from the database, when nobody is connected to this process."""
    if session.state == Session.State.ENDED:
        connection = "ended"
    elif on_break:
        connection = "on_break"
    elif not session.connected:
        connection = "lost"
    else:
        connection = "live" if session.state == Session.State.LIVE else "checking"
    payload = _session(
        session.pk,
        name=session.candidate.display_name,
        risk=(session.risk_temporary, session.risk_permanent, session.risk_total),
        connection=connection,
        detectors_off=session.detectors_off,
        accommodated=session.accommodated,
    )
    if with_observation:
        payload["observation"] = payload["looking_away"] = None
    return payload


def event(recorded: Event, *, zone: ZoneInfo, base_url: str = "") -> JSONDict:
    """The documented record, and what the page needs to show the event."""
    return detailed_record(recorded, zone=zone, base_url=base_url) | {"id": recorded.pk}


def seen(observation: Observation) -> JSONDict:
    """The observation without what no page shows, and without what :func:`shown` tells."""
    return {key: value for key, value in observation.as_dict().items() if key not in NOT_SHOWN}


def _session(
    session_id: Any,
    *,
    name: str,
    risk: tuple[int, int, int],
    connection: str,
    detectors_off: dict[str, str],
    accommodated: bool,
) -> JSONDict:
    frame = frames.newest(session_id)
    return {
        "id": str(session_id),
        "name": name,
        "risk": risk[2],
        "risk_temporary": risk[0],
        "risk_permanent": risk[1],
        "warnings": [],
        "connection": connection,
        "frame_seq": 0 if frame is None else frame.sequence,
        "frame_url": reverse("live_frame", kwargs={"session_id": session_id}),
        "last_frame_ms": None if frame is None else frame.unix_ms,
        "fps": 0.0,
        "wanted_fps": None,
        "slowed_to": None,
        "detectors_off": detectors_off,
        "accommodated": accommodated,
        "url": reverse("admin:proctoring_session_change", args=[session_id]),
    }
