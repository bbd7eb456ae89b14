"""The log of a session, entry after entry: integrity events with picture, rule and what people made of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import groupby
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Table, TableStyle

from proctoring.models import Event, EventVerdict
from proctoring.reports.pdf.case import MOST_PICTURES, Case
from proctoring.reports.pdf.layout import CELL, CODE, ENTRY, LABEL, LINE, NAME, SMALL, TEXT, WIDTH, Picture, Writer
from proctoring.reports.policy_words import rule_line
from proctoring.reports.record import detailed_record, event_title
from proctoring.risk.policy import Rule

PICTURE_WIDTH, PICTURE_HEIGHT = 62 * mm, 52 * mm
ROWS = 40  # of one table: a long one is slow to divide among pages
_COLUMNS = (12 * mm, 38 * mm, WIDTH - 50 * mm)
_BESIDE = WIDTH - PICTURE_WIDTH - 5 * mm

_ROWS_STYLE = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.3, LINE),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
)
_CARD_STYLE = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ]
)


def log(case: Case, writer: Writer) -> Iterator[Flowable]:
    yield from writer.section("The log, in order")
    yield writer.text(" ".join(_how_much(case)), SMALL)
    for in_full, group in groupby(case.entries, key=_in_full):
        entries = list(group)
        if in_full:
            for entry in entries:
                yield from _card(case, writer, entry)
        else:
            for first in range(0, len(entries), ROWS):
                yield _rows(case, writer, entries[first : first + ROWS])


def _in_full(entry: Event) -> bool:
    return entry.ledger == Event.Ledger.INTEGRITY or bool(entry.snapshot)


def _how_much(case: Case) -> Iterator[str]:
    yield (
        "Integrity events stand here in full, each with its rule and, where one was kept, its picture; between them, "
        "in a line each, technical and environment events, which never score."
    )
    yield (
        "Pictures are reduced copies for print; each SHA-256 is that of the original, which the site keeps as long as "
        "was promised."
    )
    if case.pictures > len(case.shown):
        yield (
            f"Of {case.pictures:,} pictures that are kept, this report shows {len(case.shown):,}, the most it holds: "
            "those of confirmed events first, then those that scored most."
        )
    left = case.session.event_count - len(case.entries)
    if case.entries and left > 0:
        yield (
            f"Of {case.session.event_count:,} entries these are the first {len(case.entries):,}, the most a report "
            f"holds; the other {left:,} are in the complete log (CSV or JSON)."
        )


def _rows(case: Case, writer: Writer, entries: list[Event]) -> Table:
    cells = []
    for entry in entries:
        record = detailed_record(entry, zone=case.zone, base_url=case.base_url)
        said = f"{event_title(record['event'])}: {record['sentence']}"
        cells.append(
            [
                writer.text(str(record["sequence"]), NAME, width=_COLUMNS[0] - 6),
                writer.text(record["time_24h"], NAME, width=_COLUMNS[1] - 6),
                writer.text(said, CELL, width=_COLUMNS[2] - 12),
            ]
        )
    return Table(cells, colWidths=_COLUMNS, style=_ROWS_STYLE, splitInRow=1, spaceBefore=6, spaceAfter=4)


def _card(case: Case, writer: Writer, entry: Event) -> Iterator[Flowable]:
    """Together on a page where it fits on one; what people wrote may go on on the next."""
    record = detailed_record(entry, zone=case.zone, base_url=case.base_url)
    points = f" · +{record['risk_delta']}" if record["risk_delta"] else ""
    title = f"{record['sequence']}. {event_title(record['event'])} · {record['time_24h']}{points}"
    facts: list[Flowable] = [writer.text(line, CELL, width=_BESIDE) for line in _facts(case, entry, record)]
    if entry.snapshot_sha256:
        facts += [writer.text("SHA-256 of the picture", LABEL), writer.text(entry.snapshot_sha256, CODE)]
    facts += [writer.text("SHA-256 of this entry", LABEL), writer.text(entry.hash, CODE)]
    copy = case.copies.of(entry.snapshot) if entry.snapshot_deleted_at is None else None
    body: Flowable
    if copy is None:
        body = Table([[facts]], colWidths=[WIDTH], style=_CARD_STYLE)
    else:
        scale = min(PICTURE_WIDTH / copy.width, PICTURE_HEIGHT / copy.height)
        picture = Picture(copy.path, width=copy.width * scale, height=copy.height * scale)
        body = Table([[picture, facts]], colWidths=[PICTURE_WIDTH + 5 * mm, _BESIDE], style=_CARD_STYLE)
    sentence = writer.text(record["sentence"], TEXT)
    yield KeepTogether([writer.heading(title, ENTRY, level=1), sentence, body])
    for given in entry.verdicts.all():
        yield writer.text(_verdict(case, given), TEXT)


def _facts(case: Case, entry: Event, record: dict[str, Any]) -> Iterator[str]:
    if record["risk_delta"]:
        yield f"Risk: +{record['risk_delta']}, {record['risk_total']} afterwards"
    else:
        yield f"Never scores; the risk was {record['risk_total']}"
    if lasted := case.lasting.of(entry):
        yield f"{lasted.text}, by the browser’s signals"
    if rule := _rule(record["detail"].get("rule")):
        yield f"Rule: {rule_line(rule)}"
    if record["face_count"] is not None:
        number = record["face_count"]
        seen = ["no face" if number == 0 else "1 face" if number == 1 else f"{number} faces"]
        seen += ["looking away"] * record["looking_away"] + ["a phone"] * record["phone_detected"]
        yield f"Taken for: {', '.join(seen)}"
    yield from _picture_words(case, entry)


def _picture_words(case: Case, entry: Event) -> Iterator[str]:
    if not entry.snapshot:
        yield "No picture was kept."
        return
    wrong = case.of_pictures.get(entry.sequence)
    if entry.snapshot_deleted_at is not None:
        promised = "as was promised" if wrong is None else "and no purge recorded that"
        yield f"Its picture was deleted on {case.at(entry.snapshot_deleted_at)}, {promised}."
        return
    if wrong is not None:
        yield {
            "missing_picture": "Its picture is missing in the storage, and no purge deleted it.",
            "unreadable_picture": "Its picture could not be read from the storage.",
            "changed_picture": "Its picture is not the one that was written: the hash is another.",
        }[wrong.code]
    if wrong is not None and wrong.code != "changed_picture":
        return
    if entry.snapshot not in case.shown:
        yield f"Its picture is kept, and not among the {MOST_PICTURES} that this report shows."
    elif case.copies.of(entry.snapshot) is None:
        yield "Its picture cannot be shown: the file is no picture that can be read."


def _rule(stored: Any) -> Rule | None:
    """As it was when it scored; None where the entry does not hold it whole."""
    names = {field.name for field in fields(Rule)}
    return Rule(**stored) if isinstance(stored, dict) and set(stored) == names else None


def _verdict(case: Case, given: EventVerdict) -> str:
    note = f" “{given.note}”" if given.note else ""
    return f"{given.get_verdict_display()} by {given.by.display_name}, {case.at(given.at)}.{note}"
