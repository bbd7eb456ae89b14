"""A roster as a CSV file: who is to sit an exam. Parsing only; every complaint names its line and says what to do.

Columns are found by their heading, in any order: e-mail or user name (one of them is needed), first name, last name,
number. Between columns stands a comma, a semicolon or a tab; the text is UTF-8, with or without a byte order mark.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

LARGEST_FILE = 2 * 1024 * 1024
MOST_ROWS = 10_000
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
HEADINGS = {
    "email": ("email", "e-mail", "mail", "e-mail address", "email address"),
    "username": ("username", "user name", "user", "login"),
    "first_name": ("first_name", "first name", "given name", "forename"),
    "last_name": ("last_name", "last name", "surname", "family name"),
    "reference": ("reference", "number", "student number", "id", "student id", "matriculation number"),
}
# What pages and documentation call them.
CALLED = {
    "email": "email",
    "username": "user name",
    "first_name": "first name",
    "last_name": "last name",
    "reference": "number",
}
LONGEST = {"email": 254, "username": 150, "first_name": 150, "last_name": 150, "reference": 64}
_COLUMN_OF = {heading: column for column, headings in HEADINGS.items() for heading in headings}


class RosterUnreadable(Exception):
    """The file as a whole cannot be read; the sentence says where and what to do."""


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person; ``problem`` says why nothing can be done with the row. ``line`` is the line in the file, from 1."""

    line: int
    email: str = ""
    username: str = ""
    first_name: str = ""
    last_name: str = ""
    reference: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RosterFile:
    rows: list[RosterRow] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def parse(data: bytes) -> RosterFile:
    """Raises RosterUnreadable; problems of single rows are in the rows."""
    text = _text(data)
    start, header, delimiter = _header(text)
    columns = [_COLUMN_OF.get(name) for name in header]
    _check_columns(header, columns)
    notes = [
        f"The column “{name}” is not used." for name, column in zip(header, columns, strict=True) if not column and name
    ]
    rows: list[RosterRow] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 0
    try:
        for cells in reader:
            line, first_line = reader.line_num, line + 1
            if first_line <= start or not any(cell.strip() for cell in cells):
                continue
            if len(rows) == MOST_ROWS:
                raise RosterUnreadable(
                    f"The file has more than {MOST_ROWS:,} people. Split it from line {first_line} on, "
                    "and import the parts."
                )
            rows.append(_row(first_line, cells, columns, delimiter))
    except csv.Error as error:
        raise RosterUnreadable(
            f"Line {reader.line_num}: {error}. Look for a quotation mark without its partner."
        ) from None
    if not rows:
        raise RosterUnreadable("The file has a heading and nobody below it.")
    return RosterFile(rows, notes)


def _text(data: bytes) -> str:
    if len(data) > LARGEST_FILE:
        raise RosterUnreadable(f"The file is larger than {LARGEST_FILE // 1024 // 1024} MB. Split it.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RosterUnreadable("The file is UTF-16. Save it again as “CSV UTF-8”.")
    if data.startswith(b"PK\x03\x04"):
        raise RosterUnreadable("This is a spreadsheet, not a CSV file. Save it again as “CSV UTF-8”.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise RosterUnreadable(f"Line {line} is not UTF-8. Save the file again as “CSV UTF-8”.") from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise RosterUnreadable(f"Line {line} holds a zero byte: this is no CSV file. Save it again as “CSV UTF-8”.")
    if not text.strip(" ,;\t\r\n"):
        raise RosterUnreadable("The file is empty.")
    return text


def _header(text: str) -> tuple[int, list[str], str]:
    """The line of the heading, its names in small letters, and what stands between columns."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    number = next(place for place, line in enumerate(lines, start=1) if line.strip(" ,;\t"))
    line = lines[number - 1]
    found: dict[str, list[str]] = {}
    for delimiter in DELIMITERS:
        try:
            cells = next(csv.reader([line], delimiter=delimiter, strict=True))
        except csv.Error:
            continue
        found[delimiter] = [cell.strip().lower() for cell in cells]
    if not found:
        raise RosterUnreadable(f"Line {number}: a quotation mark has no partner. Put it right and try again.")
    # The one that makes most headings known, and of equals the one that makes most cells.
    best = max(found, key=lambda d: (sum(name in _COLUMN_OF for name in found[d]), len(found[d])))
    return number, found[best], best


def _check_columns(header: list[str], columns: list[str | None]) -> None:
    known = [column for column in columns if column]
    if "email" not in known and "username" not in known:
        given = ", ".join(f"“{name[:40]}”" for name in header[:8]) or "nothing"
        raise RosterUnreadable(
            "The first line must name the columns, one of them “email” or “username”, such as "
            f"email,first_name,last_name,number. It holds {given}."
        )
    for column in LONGEST:
        if known.count(column) > 1:
            raise RosterUnreadable(f"Two columns are both read as “{CALLED[column]}”. Remove one of them.")


def _row(line: int, cells: list[str], columns: list[str | None], delimiter: str) -> RosterRow:
    beyond = [cell for cell in cells[len(columns) :] if cell.strip()]
    values = {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if column}
    kept = {column: value[: LONGEST[column]] for column, value in values.items()}
    kept["email"] = kept.get("email", "").lower()
    problem = ""
    if beyond:
        said = f"The line has {len(cells)} columns, the heading {len(columns)}."
        problem = f"{said} Put text with a {DELIMITERS[delimiter]} in quotes."
    elif long := next((column for column, value in values.items() if len(value) > LONGEST[column]), None):
        problem = f"The {CALLED[long]} is longer than {LONGEST[long]} characters."
    elif any(ord(character) < 0x20 for value in values.values() for character in value):
        problem = "A line break or control character stands inside a column. Remove it."
    elif not kept["email"] and not kept.get("username"):
        problem = "There is neither an e-mail address nor a user name."
    return RosterRow(line=line, problem=problem, **kept)
