"""Which format a file is in, and that none of them needs more than Python."""

from __future__ import annotations

import pytest

from exams.interchange.base import Entry
from exams.interchange.formats import FORMATS, Format, detect
from exams.items import Item, ItemChoice, Kind
from tests.test_architecture import loaded_by

ITEM = Item(Kind.SINGLE_CHOICE, "2 + 2?", choices=(ItemChoice("4", correct=True), ItemChoice("5")))


@pytest.mark.parametrize(
    ("data", "name", "format"),
    [
        (b'<?xml version="1.0"?><quiz/>', "a.txt", "xml"),
        (b"\xef\xbb\xbf  <quiz/>", "", "xml"),
        (b"kind;text\n", "questions.txt", "csv"),
        (b'\xef\xbb\xbf"text","kind"\r\n', "", "csv"),
        ("text\tkind\n".encode("utf-16"), "", "csv"),
        (b"What is a kind, text? {}", "", "gift"),
        (b"anything", "questions.csv", "csv"),
        (b"anything", "questions.XML", "xml"),
        (b"anything", "questions", "gift"),
        (b"", "", "gift"),
    ],
)
def test_a_file_is_known_by_what_it_holds(data: bytes, name: str, format: str) -> None:
    assert detect(data, name).name == format


@pytest.mark.parametrize("format", FORMATS.values(), ids=lambda format: format.name)
def test_what_is_written_is_known_again(format: Format) -> None:
    written = format.write([Entry(ITEM)], lambda picture: None)
    assert detect(written) is format
    assert format.parse(written).items[0].item == ITEM


def test_files_are_read_without_django() -> None:
    assert not loaded_by("import exams.interchange.formats") & {"django", "PIL"}
