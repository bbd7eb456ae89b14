"""What every format gives and takes. Pure values: nothing in this folder knows Django, the database or a network."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid5

from exams.items import Item, check

MAX_BYTES = 10 * 1024 * 1024
MAX_QUESTIONS = 5_000
MAX_QUESTION = 100_000  # characters of one question, pictures aside; its texts hold far less
_PICTURES = UUID("6f3c1a8e-52b7-4d0e-9a41-0c7e5f2b8d93")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that came inside a file. Texts name it by ``id``, which follows from its content."""

    id: UUID
    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ParsedItem:
    """One question of a file. Without an ``item`` it cannot be imported, and ``problems`` say why; with one, they say
    what is not taken over. ``label`` is how people find it in the file, beside its line."""

    line: int
    item: Item | None
    problems: list[str]
    section: str = ""
    label: str = ""
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class ParseResult:
    items: list[ParsedItem]
    notes: list[str] = field(default_factory=list)  # about the file as a whole

    @property
    def importable(self) -> list[ParsedItem]:
        return [parsed for parsed in self.items if parsed.item is not None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A question to be written to a file, and the section it stands in."""

    item: Item
    section: str = ""


PictureData = Callable[[UUID], Picture | None]
Progress = Callable[[int, int], None]  # how far it is, and of how much


class Unreadable(Exception):
    """The file as a whole cannot be read. ``line`` is where that was noticed."""

    def __init__(self, message: str, line: int = 1) -> None:
        self.message, self.line = message, line
        super().__init__(message)


class HtmlBudget:
    """How much HTML of one file is read by its tags, which takes about 10 microseconds a character."""

    def __init__(self, characters: int = 3_000_000) -> None:
        self.left = characters

    def take(self, characters: int) -> None:
        self.left -= characters
        if self.left < 0:
            raise Unreadable(
                "The texts of this file have too much HTML to be read at once. Split it into several files."
            )


class Fault(Exception):
    """One question cannot be taken; the message says why and what to do."""


def refused(problem: Unreadable) -> ParseResult:
    return ParseResult([ParsedItem(problem.line, None, [problem.message], label="The whole file")])


def picture(name: str, data: bytes) -> Picture:
    return Picture(uuid5(_PICTURES, hashlib.sha256(data).hexdigest()), name, data)


def no_pictures(picture: UUID) -> None:
    return None


def nobody_waits(done: int, total: int) -> None:
    """A ``Progress`` for who wants none."""


def text_of(data: bytes) -> str:
    """The text of a file in UTF-8, with or without its mark; UTF-16 is known by its own. Raises Unreadable."""
    check_size(data)
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            f"Line {line} is not in UTF-8. Save the file as UTF-8 (in Excel: “CSV UTF-8”) and choose it again.", line
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def check_size(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise Unreadable(
            f"The file has {len(data) / 1024 / 1024:.1f} MiB; {MAX_BYTES // 1024 // 1024} MiB are taken. Split it."
        )


def check_count(items: Sequence[object], line: int) -> None:
    if len(items) > MAX_QUESTIONS:
        raise Unreadable(f"The file has more than {MAX_QUESTIONS:,} questions. Split it into several files.", line)


def checked(parsed: ParsedItem) -> ParsedItem:
    """Without its item where that could not be asked or marked, saying why."""
    if parsed.item is None:
        return parsed
    faults = [problem.message for problem in check(parsed.item)]
    return replace(parsed, item=None, problems=[*faults, *parsed.problems]) if faults else parsed


def label_of(item: Item) -> str:
    """What people know the question by: its name, or how its text begins."""
    words = re.sub(r"!\[([^\]]*)\]\([^)\s]*\)", r"\1", item.text)  # of a picture
    return item.name or shown(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", words))


def section_of(path: str) -> str:
    """The last parts of a category's path: Moodle puts the course and “top” before them, and doubles a slash that
    belongs to a name."""
    parts = [" ".join(part.replace("//", "/").split()) for part in re.split(r"(?<!/)/(?!/)", path.strip())]
    while parts and (re.fullmatch(r"\$\w+\$", parts[0]) or parts[0] in {"top", ""}):
        parts.pop(0)
    return " / ".join(parts)[:200]


def category_of(section: str) -> str:
    return f"$course$/top/{' '.join(section.split()).replace('/', '//')}"


def shown(text: str, longest: int = 60) -> str:
    """How a text of the file is quoted in a sentence about it."""
    line = " ".join(text.split())
    return f"“{line}”" if len(line) <= longest else f"“{line[: longest - 1]}…”"
