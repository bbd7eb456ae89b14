"""What stands between the braces of a question in GIFT, by kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TypedDict

from exams.interchange.base import Fault, shown
from exams.interchange.gift.marks import first, format_of, hits, one_line, split, unescaped
from exams.interchange.html_reading import TextReader
from exams.interchange.numbers import NOTHING, best_number, multiple, number, percentage, single
from exams.items import HUNDRED, MAX_CHOICES, ItemChoice, Kind

_WEIGHT = re.compile(r"%([^%\s]{1,20})%")
_TRUE_FALSE = re.compile(r"(T|TRUE|F|FALSE)", re.IGNORECASE)
_ORDERING = re.compile(r">\s*(?P<count>\d*)(?P<words>(?:[ \t]+(?:[A-Z_]+|none|\d)(?=\s))*)[ \t]*")
NO_ANSWER = (
    "What stands in braces is no answer. Begin each answer with = or ~, write { and } that belong to a text as \\{ "
    "and \\}."
)


class Answers(TypedDict, total=False):
    kind: Kind
    choices: tuple[ItemChoice, ...]
    number: Decimal
    tolerance: Decimal
    shuffle: bool


@dataclass(frozen=True, slots=True)
class Texts:
    """Reads the texts of one question, which share their format unless one names its own."""

    reader: TextReader
    format: str

    def read(self, raw: str) -> str:
        format, text = format_of(raw, self.format)
        return self.reader.read(unescaped(text if format == "markdown" else one_line(text)), format)

    def read_right_side(self, raw: str) -> str:
        """Of a pair: plain text to Moodle, whatever the format of the question."""
        format, text = format_of(raw, "markdown" if self.format == "markdown" else "plain")
        return self.read(f"[{format}]{text}")

    def as_typed(self, raw: str) -> str:
        """A text that is compared, not shown."""
        return unescaped(one_line(format_of(raw, self.format)[1]))


def read_answers(raw: str, texts: Texts) -> Answers:
    """``raw``: what stands between the braces, without the general feedback."""
    raw = raw.strip()
    if not raw:
        return {"kind": Kind.ESSAY}
    if raw.startswith("#"):
        return _numeric(raw[1:], texts)
    if raw.startswith(">"):
        return _ordering(raw, texts)
    if _TRUE_FALSE.fullmatch(split(raw, "#", 1)[0].strip()):
        return _true_false(raw, texts)
    if first(raw, "~"):
        return _options(raw, texts)
    if first(raw, "="):
        pairs = any("->" in split(answer, "#", 1)[0] for _, answer in _marked(raw))
        return _matching(raw, texts) if pairs else _short_text(raw, texts)
    raise Fault(NO_ANSWER)


def _true_false(raw: str, texts: Texts) -> Answers:
    answer, wrong, right = [*split(raw, "#", 2), "", ""][:3]
    true = answer.strip().upper().startswith("T")
    choices = [
        ItemChoice(name, correct=correct, feedback=texts.read(right if correct else wrong))
        for name, correct in (("True", true), ("False", not true))
    ]
    return {"kind": Kind.SINGLE_CHOICE, "choices": tuple(choices), "shuffle": False}


def _options(raw: str, texts: Texts) -> Answers:
    """A single choice where one is marked with =, a multiple choice where all are marked with ~ and a share."""
    choices = []
    for mark, answer in _marked(raw):
        weight, answer = _weight(answer)
        if weight is None:
            weight = HUNDRED if mark == "=" else NOTHING
        text, feedback = _with_feedback(answer, texts)
        choices.append(ItemChoice(text, credit=weight, feedback=feedback))
    if first(raw, "="):
        return {"kind": Kind.SINGLE_CHOICE, "choices": single(choices)}
    return {"kind": Kind.MULTIPLE_CHOICE, "choices": multiple(choices, texts.reader.say)}


def _marked(raw: str) -> list[tuple[str, str]]:
    """Each answer with its mark; ``~=`` is a mark that was doubled."""
    found = list(hits(raw, r"~\s*=|[~=]"))
    before = raw[: found[0].start()].strip()
    if before:
        raise Fault(f"{shown(before)} stands before the first answer. Begin it with ~ or =, or take it out.")
    if len(found) > MAX_CHOICES:
        raise Fault(f"There are {len(found):,} answers; at most {MAX_CHOICES} are taken.")
    ends = [hit.start() for hit in found[1:]] + [len(raw)]
    return [(hit["hit"][-1], raw[hit.end() : end]) for hit, end in zip(found, ends, strict=True)]


def _weight(answer: str) -> tuple[Decimal | None, str]:
    answer = answer.strip()
    found = _WEIGHT.match(answer)
    if found is None:
        return None, answer
    return percentage(found[1]), answer[found.end() :]


def _with_feedback(answer: str, texts: Texts) -> tuple[str, str]:
    text, *feedback = split(answer, "#", 1)
    return texts.read(text), texts.read(feedback[0]) if feedback else ""


def _matching(raw: str, texts: Texts) -> Answers:
    choices = []
    for _, pair in _marked(raw):
        left, arrow, right = pair.partition("->")
        if not arrow:
            raise Fault(f"The pair {shown(pair)} has no ->. Write it as “left -> right”.")
        choices.append(ItemChoice(texts.read(left), match=texts.read_right_side(right)))
    return {"kind": Kind.MATCHING, "choices": tuple(choices)}


def _short_text(raw: str, texts: Texts) -> Answers:
    choices = []
    for _, answer in _marked(raw):
        weight, answer = _weight(answer)
        text, *feedback = split(answer, "#", 1)
        credit = None if weight in (None, HUNDRED) else weight
        told = texts.read(feedback[0]) if feedback else ""
        choices.append(ItemChoice(texts.as_typed(text), credit=credit, feedback=told))
    return {"kind": Kind.SHORT_TEXT, "choices": tuple(choices)}


def _ordering(raw: str, texts: Texts) -> Answers:
    """Moodle's question type “ordering” writes how many items are shown, how they lie and how they are marked."""
    head = _ORDERING.match(raw)
    assert head is not None
    items = [line.strip() for line in raw[head.end() :].split("\n") if line.strip()]
    if head["count"] and 0 < int(head["count"][:6]) < len(items) and "ALL" not in head["words"].split():
        texts.reader.say(f"Moodle shows {head['count']} of these items at a time; here all of them are put in order.")
    return {"kind": Kind.ORDERING, "choices": tuple(ItemChoice(texts.read(item)) for item in items)}


def _numeric(raw: str, texts: Texts) -> Answers:
    accepted, *rest = split(raw, "~", 1)
    if rest and rest[0].strip(" #\n\t"):
        texts.reader.say("The feedback for wrong numbers is left out. Put it into the general feedback (####).")
    pieces = split(accepted, "=")
    found = []
    for piece in pieces if pieces[0].strip() else pieces[1:]:
        weight, answer = _weight(piece)
        value, *feedback = split(answer, "#", 1)
        if unescaped(value).strip() == "*":
            continue
        if feedback and feedback[0].strip():
            texts.reader.say("The feedback for a single number is left out. Put it into the general feedback (####).")
        found.append((HUNDRED if weight is None else weight, *_range(unescaped(value).strip())))
    right, tolerance = best_number(found, texts.reader.say)
    return {"kind": Kind.NUMERIC, "number": right, "tolerance": tolerance}


def _range(text: str) -> tuple[Decimal, Decimal]:
    """``low..high``, ``number:tolerance`` or a number alone, as a number and a tolerance."""
    if ".." in text[1:]:
        low, high = (number(part) for part in text.split("..", 1))
        if low > high:
            raise Fault(f"In {shown(text)} the first number is the higher. Write the lower one first.")
        return (low + high) / 2, (high - low) / 2
    value, _, tolerance = text.partition(":")
    return number(value), number(tolerance) if tolerance.strip() else Decimal(0)
