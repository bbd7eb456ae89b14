"""Questions out of a table, a row each. Columns are found by their heading, in any order."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal

from exams.interchange.base import (
    Fault,
    ParsedItem,
    ParseResult,
    Progress,
    Unreadable,
    check_count,
    checked,
    label_of,
    nobody_waits,
    refused,
    shown,
    text_of,
)
from exams.interchange.csv_items.columns import COLUMNS, KINDS, NEEDED, NO, PART, YES, unguarded
from exams.interchange.numbers import number, percentage
from exams.items import MAX_NAME, Item, ItemChoice, Kind

DELIMITERS = (",", ";", "\t")
MOST_COLUMNS = 5_000
Row = Mapping[str, str]


def parse(data: bytes, progress: Progress = nobody_waits) -> ParseResult:
    """Never raises: what cannot be read is an entry with its line and what to do about it."""
    try:
        if data.startswith(b"PK\x03\x04"):
            raise Unreadable("This is a spreadsheet, not a CSV file. Save it again as “CSV UTF-8”.")
        return _parse(text_of(data), progress)
    except Unreadable as problem:
        return refused(problem)


def _parse(text: str, progress: Progress) -> ParseResult:
    rows = _rows(text)
    lines = text.count("\n") + 1
    heading_line, heading = next(rows, (1, []))
    names = [" ".join(name.lower().replace("_", " ").split()).replace(" ", "_") for name in heading]
    _check_heading(names, heading_line)
    result = ParseResult([])
    unused = [name for name in names if name and name not in COLUMNS and not PART.fullmatch(name)]
    result.notes.extend(f"The column {shown(name)} is not used." for name in unused)
    for line, cells in rows:
        row = {name: unguarded(cell.strip()) for name, cell in zip(names, cells, strict=False) if name}
        beyond = any(cell.strip() for cell in cells[len(names) :])
        result.items.append(checked(_parsed(row, line, beyond)))
        check_count(result.items, line)
        progress(line, lines)
    if not result.items:
        result.notes.append("There is no question below the heading.")
    return result


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, each with its first line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(
            f"Line {line} cannot be read ({error}). Look for a quotation mark without its partner.", line
        ) from error


def _delimiter(text: str) -> str:
    """The one that makes most headings known."""
    heading = next((line for line in text.split("\n") if line.strip(" ,;\t")), "")

    def known(delimiter: str) -> int:
        names = (name.strip(' "').lower().replace(" ", "_") for name in heading.split(delimiter))
        return sum(name in COLUMNS or PART.fullmatch(name) is not None for name in names)

    return max(DELIMITERS, key=known)


def _check_heading(names: list[str], line: int) -> None:
    for name in NEEDED:
        if name not in names:
            raise Unreadable(
                f"The first row must name the columns, one of them “{name}”, such as “kind,text,right,option_1”.",
                line,
            )
    if len(names) > MOST_COLUMNS:
        raise Unreadable(f"There are more than {MOST_COLUMNS:,} columns. Is this a table of questions?", line)
    twice = next((name for name, number in Counter(filter(None, names)).items() if number > 1), None)
    if twice is not None:
        raise Unreadable(f"Two columns are called {shown(twice)}. Take one of them out.", line)


def _parsed(row: Row, line: int, beyond: bool) -> ParsedItem:
    section = " ".join(row.get("section", "").split())[:200]
    try:
        item = _item(row)
    except Fault as fault:
        return ParsedItem(line, None, [str(fault)], section, row.get("name") or shown(row.get("text", "")))
    problems = ["There are cells beyond the last heading; they are left out."] if beyond else []
    return ParsedItem(line, item, problems, section, label_of(item))


def _item(row: Row) -> Item:
    kind = _kind(row.get("kind", ""))
    return Item(
        kind=kind,
        text=row.get("text", ""),
        name=row.get("name", "")[: MAX_NAME + 1],
        points=_number(row, "points", Decimal(1)),
        penalty=_number(row, "penalty", Decimal(0)),
        choices=_choices(row, kind),
        number=number(row["number"]) if row.get("number") else None,
        tolerance=_number(row, "tolerance", Decimal(0)),
        case_sensitive=_flag(row, "case_sensitive", False),
        shuffle=_flag(row, "shuffle", True),
        guidance=row.get("guidance", ""),
        feedback=row.get("feedback", ""),
    )


def _kind(text: str) -> Kind:
    kind = KINDS.get(" ".join(text.lower().replace("_", " ").split()))
    if kind is None:
        raise Fault(
            f"{shown(text)} in “kind” is no kind of question. Write one of: {', '.join(k.value for k in Kind)}."
        )
    return kind


def _choices(row: Row, kind: Kind) -> tuple[ItemChoice, ...]:
    filled = sorted({int(found[2]) for name in row if (found := PART.fullmatch(name)) and row[name]})
    right = _right(row, filled)
    return tuple(
        ItemChoice(
            text=row.get(f"option_{place}", ""),
            correct=place in right,
            credit=_credit(row, place),
            match=row.get(f"match_{place}", ""),
            feedback=row.get(f"feedback_{place}", ""),
        )
        for place in filled
    )


def _right(row: Row, filled: list[int]) -> set[int]:
    places = row.get("right", "").replace(",", " ").replace(";", " ").split()
    for place in places:
        if not (place.isascii() and place.isdecimal()) or int(place[:9]) not in filled:
            raise Fault(
                f"{shown(place)} in “right” is no option of this question. "
                "Write the numbers of the right ones, such as “2” or “1 3”."
            )
    return {int(place) for place in places}


def _credit(row: Row, place: int) -> Decimal | None:
    text = row.get(f"credit_{place}", "").removesuffix("%").strip().replace(",", ".")
    return percentage(text) if text else None


def _number(row: Row, name: str, default: Decimal) -> Decimal:
    return number(row[name]) if row.get(name) else default


def _flag(row: Row, name: str, default: bool) -> bool:
    text = row.get(name, "").lower()
    if text and text not in YES | NO:
        raise Fault(f"{shown(text)} in “{name}” is neither “yes” nor “no”.")
    return text in YES if text else default
