"""The formats that questions are read from and written to, and which of them a file is in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from exams.interchange import csv_items, gift, moodle_xml
from exams.interchange.base import Entry, ParseResult, PictureData, Progress, nobody_waits
from exams.items import Item


class Parse(Protocol):
    def __call__(self, data: bytes, progress: Progress = nobody_waits, /) -> ParseResult: ...


@dataclass(frozen=True, slots=True)
class Format:
    name: str
    label: str
    extension: str
    content_type: str
    parse: Parse
    write: Callable[[Sequence[Entry], PictureData], bytes]
    losses: Callable[[Item], list[str]]


FORMATS = {
    format.name: format
    for format in (
        Format("xml", "Moodle XML", "xml", "application/xml", moodle_xml.parse, moodle_xml.write, moodle_xml.losses),
        Format("gift", "GIFT", "gift.txt", "text/plain; charset=utf-8", gift.parse, gift.write, gift.losses),
        Format("csv", "CSV", "csv", "text/csv; charset=utf-8", csv_items.parse, csv_items.write, csv_items.losses),
    )
}


def detect(data: bytes, name: str = "") -> Format:
    """By what the file holds; its name counts only where that says nothing."""
    # UTF-16 begins with its mark, and has a zero byte beside every letter of these.
    start = data[:2000].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start.startswith(b"<"):
        return FORMATS["xml"]
    heading = start.replace(b"\r", b"\n").split(b"\n")[0].lower()
    cells = {cell.strip(b' "') for cell in heading.replace(b";", b",").replace(b"\t", b",").split(b",")}
    if {b"kind", b"text"} <= cells:
        return FORMATS["csv"]
    ending = name.lower().rpartition(".")[2]
    return FORMATS.get(ending, FORMATS["gift"])
