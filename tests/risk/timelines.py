"""The worked timelines of the semantics, each as the entries that come in."""

from __future__ import annotations

from tests.risk.scenes import Connection, Entry, Frame, Signal, away, frames, seen

ABSENT = seen(faces=0)
CALM = seen()


def face_away_for_seven_seconds() -> list[Entry]:
    return [*frames(8.0, 10.0, 5, CALM), *frames(10.0, 17.0, 5, ABSENT), *frames(17.0, 40.0, 5, CALM)]


def phone_for_twelve_seconds(*, every_frame_once_seen: bool) -> list[Entry]:
    """Two pictures a second, a phone in every look: looked for every 2.5 s, or in each picture once it was seen."""
    looked = [
        Frame(0.5 * index, seen(phone=True if every_frame_once_seen or index % 5 == 0 else None)) for index in range(25)
    ]
    return [*looked, *frames(12.5, 60.0, 2, seen(phone=False))]


def two_glances_under_the_limit() -> list[Entry]:
    glance = away()
    return [
        *frames(0.0, 2.0, 10, CALM),
        *frames(2.0, 4.9, 10, glance),
        *frames(4.9, 5.9, 10, CALM),
        *frames(5.9, 8.8, 10, glance),
        *frames(8.8, 12.0, 10, CALM),
    ]


def away_with_one_false_frame(fps: float = 5) -> list[Entry]:
    back = 5.4 if fps > 2 else 5.5
    entries = [*frames(0.0, 2.0, fps, CALM), *frames(2.0, back, fps, away()), Frame(back, away())]
    entries += frames(back + 0.5, 12.0, fps, CALM)
    middle = next(index for index, entry in enumerate(entries) if entry.time >= 3.6)
    entries[middle] = Frame(entries[middle].time, CALM)
    return entries


def two_faces_looking_away() -> list[Entry]:
    return [
        *frames(0.0, 2.0, 5, CALM),
        *frames(2.0, 6.0, 5, seen(faces=2, yaw=50.0)),
        *frames(6.0, 30.0, 5, CALM),
    ]


def tab_left_once() -> list[Entry]:
    signals: list[Entry] = [Signal(5.0, "hidden"), Signal(5.1, "blur"), Signal(9.0, "visible"), Signal(9.0, "focus")]
    return sorted([*frames(0.0, 20.0, 2, CALM), *signals], key=lambda entry: entry.time)


def connection_lost_between_absences() -> list[Entry]:
    return [
        *frames(0.0, 2.0, 5, CALM),
        *frames(2.0, 3.5, 5, ABSENT),
        Connection(3.5, lost=True),
        Connection(63.5, lost=False),
        *frames(63.5, 65.0, 5, ABSENT),
        *frames(65.0, 70.0, 5, CALM),
    ]


ALL = {
    "face away": face_away_for_seven_seconds(),
    "phone in every look": phone_for_twelve_seconds(every_frame_once_seen=False),
    "phone in every frame": phone_for_twelve_seconds(every_frame_once_seen=True),
    "two glances": two_glances_under_the_limit(),
    "one false frame": away_with_one_false_frame(),
    "two faces": two_faces_looking_away(),
    "tab left": tab_left_once(),
    "connection lost": connection_lost_between_absences(),
}
