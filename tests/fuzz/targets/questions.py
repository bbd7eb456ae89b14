"""Files with questions: Moodle XML, GIFT and CSV, read, kept until somebody has looked at them, and written again."""

from __future__ import annotations

from random import Random

from exams.interchange import stored
from exams.interchange.base import Entry, ParseResult
from exams.interchange.formats import FORMATS, detect
from exams.items import check
from tests.fuzz.mutation import mutate_bytes
from tests.fuzz.question_files import FILES, PIECES
from tests.fuzz.target import Take, Target


def start() -> Take:
    return take


def take(data: bytes) -> bool:
    result = detect(data, "questions.txt").parse(data)
    for parsed in result.items:
        assert parsed.line >= 1
        assert parsed.item is not None or parsed.problems
        assert parsed.item is None or not check(parsed.item)
    kept = stored.load(stored.dump(result))
    assert [parsed.item for parsed in kept.items] == [parsed.item for parsed in result.items]
    written_again(result)
    return bool(result.importable)


def written_again(result: ParseResult) -> None:
    """Whatever was read can be written in every format that holds it, and is read back as many questions."""
    entries = [Entry(parsed.item, parsed.section) for parsed in result.importable if parsed.item is not None]
    if not entries:
        return
    for format in FORMATS.values():
        whole = [entry for entry in entries if not format.losses(entry.item)]
        again = format.parse(format.write(whole, lambda picture: None))
        assert len(again.importable) == len(whole), f"{format.label}: {[each.problems for each in again.items]}"


def mutate(data: bytes, longest: int, random: Random) -> bytes:
    if random.random() < 0.5:
        return mutate_bytes(data, longest, random)
    place = random.randint(0, len(data))
    end = place + random.choice((0, 0, 0, 1, 5, 40))
    return (data[:place] + random.choice(PIECES) * random.choice((1, 1, 1, 2, 50)) + data[end:])[:longest]


def seeds() -> list[bytes]:
    return list(FILES)


TARGET = Target("files with questions", start, seeds, longest=4_000, seconds=2.0, mutate=mutate)
