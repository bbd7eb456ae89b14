"""How a session was watched: its risk over time, the rules, the camera, the detectors, and what was missed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from proctoring.live.ledger import SERVER_OVERLOADED
from proctoring.models import Event
from proctoring.reports.counters import COUNTERS, counter_rows
from proctoring.reports.pdf.case import GAPS, Case
from proctoring.reports.pdf.layout import SMALL, WIDTH, Writer
from proctoring.reports.pdf.plot import HEIGHT, RiskPlot
from proctoring.reports.policy_words import counted_lines, page_lines, uncounted
from proctoring.reports.record import event_title
from proctoring.reports.risk_line import Line

MOST_NUMBERS = 12
SLOWED = COUNTERS["slowed_seconds"]


def watching(case: Case, writer: Writer) -> list[Flowable]:
    return [
        *writer.section("Risk over time", room=HEIGHT + 25 * mm),
        *_risk(case, writer),
        *writer.section("The rules of this session"),
        *writer.points(_rules(case)),
        *writer.section("How it was watched"),
        writer.facts(_watched(case)),
    ]


def _risk(case: Case, writer: Writer) -> Iterator[Flowable]:
    if not case.samples:
        yield writer.text("No risk was recorded.")
    else:
        yield RiskPlot(_line(case))
        highest = max(case.samples, key=lambda sample: int(sample["risk"]))
        yield writer.text(
            f"The highest was {highest['risk']}. Marks below the line: integrity events. While nothing was watched the "
            "risk stands still.",
            SMALL,
        )
    if case.kinds:
        yield writer.table(
            ("Integrity events", "times", "points", "confirmed", "dismissed"),
            [
                (
                    event_title(row["name"]),
                    str(row["times"]),
                    f"+{row['points']}",
                    *(str(case.judged[row["name"], verdict]) for verdict in ("confirmed", "dismissed")),
                )
                for row in case.kinds
            ],
            (WIDTH - 4 * 70, 70, 70, 70, 70),
        )


def _line(case: Case) -> Line:
    """From the beginning to the end, or to when the report was made."""
    samples = [(sample["time"], sample["risk"]) for sample in case.samples]
    session = case.session
    start = (session.started_at or session.created_at).timestamp()
    end = (session.ended_at or case.made_at).timestamp()
    return Line(samples, case.scored, min(start, samples[0][0]), max(end, samples[-1][0]), case.zone)


def _rules(case: Case) -> list[str]:
    lines = counted_lines(case.policy)
    if left := uncounted(case.policy):
        lines.append(f"Not counted: {left}")
    return [*lines, *page_lines(case.policy)]


def _watched(case: Case) -> Iterator[tuple[str, str]]:
    session = case.session
    yield "Pictures asked for", f"{case.policy.frames_per_second:g} a second at most"
    camera = session.camera
    if camera:
        named = camera.get("label") or "Without a name"
        yield "Camera", f"{named}, {camera.get('width')} × {camera.get('height')} pixels"
    else:
        yield "Camera", "The browser has not named one, or what was recorded of it was deleted"
    yield (
        "Calibration",
        (
            "Done: head and eyes are judged against the candidate’s own position"
            if session.calibration
            else "None kept: head and eyes are judged against a position learned on the way"
        ),
    )
    off = [f"{name}: {reason}" for name, reason in session.detectors_off.items()]
    yield "Detectors off", "\n".join(off) or "None: all of them ran"
    told = _all_told(case)
    yield from ((label, str(value)) for label, value in counter_rows(session) if not (told and label == SLOWED))
    yield from _gaps(case)


def _all_told(case: Case) -> bool:
    """Whether the log says for how long the server was overloaded: exactly, where the counter has whole seconds."""
    entries = [entry for entry in case.gaps if entry.name == SERVER_OVERLOADED]
    return bool(entries) and not _going_on(entries)


def _gaps(case: Case) -> Iterator[tuple[str, str]]:
    """How often each stands in the log, for how long in all where that is known, and in which entries."""
    found = sorted(case.gaps, key=lambda entry: GAPS.index(entry.name))
    for name, group in groupby(found, key=lambda entry: entry.name):
        entries = list(group)
        numbers = [str(entry.sequence) for entry in entries]
        some = ", ".join(numbers[:MOST_NUMBERS]) + (" …" if len(numbers) > MOST_NUMBERS else "")
        seconds = sum(_seconds(entry.detail) for entry in entries)
        lasted = f", {seconds:.0f} seconds in all" if seconds else ""
        often = _times(entries)
        times = "Once" if often == 1 else f"{often} times"
        called = "entry" if len(entries) == 1 else "entries"
        yield event_title(name), f"{times}{lasted} ({called} {some})"
    if not found:
        yield "Gaps", "None recorded: no lost connection, no missing pictures, no lowered rate"


def _times(entries: list[Event]) -> int:
    """How often it happened. What has an entry at its beginning and another at its end happened once; one entry may
    tell of several gaps."""
    over = (entry.detail for entry in entries if not entry.detail.get("goes_on"))
    return sum(int(detail.get("gaps", 1)) for detail in over) + len(_going_on(entries))


def _going_on(entries: list[Event]) -> list[Event]:
    """Entries of a beginning whose end no other tells."""
    over = [entry for entry in entries if not entry.detail.get("goes_on")]
    began = {entry.detail.get("from") for entry in over}
    newest = max((entry.sequence for entry in over), default=0)
    return [
        entry
        for entry in entries
        if entry.detail.get("goes_on")
        and (entry.detail["from"] not in began if "from" in entry.detail else entry.sequence > newest)
    ]


def _seconds(detail: dict[str, Any]) -> float:
    """Of an entry that says that something goes on, another tells the end of it."""
    seconds = detail.get("seconds", 0.0)
    return float(seconds) if isinstance(seconds, int | float) and not detail.get("goes_on") else 0.0
