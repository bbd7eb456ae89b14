"""Questions as a table that spreadsheets open, and that comes back as it was."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from exams.commonmark import PICTURE
from exams.interchange.base import Entry, PictureData, no_pictures
from exams.interchange.csv_items.columns import COLUMNS, PARTS, guarded
from exams.interchange.numbers import plain
from exams.items import Item, Kind

BYTE_ORDER_MARK = "\ufeff"  # spreadsheets take a file for UTF-8 only by this


def write(entries: Sequence[Entry], pictures: PictureData = no_pictures) -> bytes:
    most = max((len(entry.item.choices) for entry in entries), default=0)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([*COLUMNS, *(f"{part}_{place}" for place in range(1, most + 1) for part in PARTS)])
    writer.writerows([guarded(_lines(cell)) for cell in _cells(entry)] for entry in entries)
    return (BYTE_ORDER_MARK + buffer.getvalue()).encode()


def losses(item: Item) -> list[str]:
    texts = [item.text, item.feedback, *(choice.text + choice.match for choice in item.choices)]
    return ["pictures"] if any(PICTURE.search(text) for text in texts) else []


def _cells(entry: Entry) -> Iterator[str]:
    item = entry.item
    yield " ".join(entry.section.split())
    yield item.kind.value
    yield item.name
    yield item.text
    yield plain(item.points)
    yield plain(item.penalty) if item.penalty else ""
    yield "" if item.shuffle else "no"
    yield "yes" if item.case_sensitive else ""
    yield "" if item.number is None else plain(item.number)
    yield plain(item.tolerance) if item.kind == Kind.NUMERIC or item.tolerance else ""
    yield item.guidance
    yield item.feedback
    yield " ".join(str(place) for place, choice in enumerate(item.choices, start=1) if choice.correct)
    for choice in item.choices:
        yield choice.text
        yield "" if choice.credit is None else plain(choice.credit)
        yield choice.match
        yield choice.feedback


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
