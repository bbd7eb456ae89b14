"""Each question type of Moodle as the kind of question it is here. What is not taken over is told."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from exams.interchange.base import Fault, shown
from exams.interchange.moodle_xml.texts import QuestionReader, raw_text
from exams.interchange.moodle_xml.tree import Node
from exams.interchange.numbers import best_number, multiple, number, percentage, single
from exams.items import HUNDRED, ItemChoice, Kind

Fields = dict[str, Any]
MANY_ITEMS = 1_000  # a list that long is refused with a sentence by whoever checks the item


def read_kind(reader: QuestionReader) -> Fields:
    """Raises Fault for a type that has no kind here."""
    type = reader.question.attributes.get("type", "")
    if type == "description":
        raise Fault("This is a text without a question (a description), and is left out. Put it above the section.")
    read = _KINDS.get(type)
    if read is None:
        raise Fault(
            f"The question type {shown(type)} does not exist here, so the question is left out. "
            "Write it anew as another kind, or as several questions."
        )
    return read(reader)


def _multichoice(reader: QuestionReader) -> Fields:
    choices = [_option(reader, answer) for answer in _answers(reader)]
    fields: Fields = {"shuffle": _flag(reader.question.text("shuffleanswers", "false"))}
    if _flag(reader.question.text("single", "true")):
        return fields | {"kind": Kind.SINGLE_CHOICE, "choices": single(choices)}
    return fields | {"kind": Kind.MULTIPLE_CHOICE, "choices": multiple(choices, reader.say)}


def _option(reader: QuestionReader, answer: Node) -> ItemChoice:
    return ItemChoice(reader.element(answer), credit=_share(answer), feedback=_feedback(reader, answer))


def _truefalse(reader: QuestionReader) -> Fields:
    """Old files have the words in the language of their course; then true stands first."""
    found: dict[str, ItemChoice] = {}
    for answer, otherwise in zip(_answers(reader), ("true", "false"), strict=False):
        name = raw_text(answer).lower()
        name = name if name in {"true", "false"} else otherwise
        right = _share(answer) == HUNDRED
        found[name] = ItemChoice(name.title(), correct=right, feedback=_feedback(reader, answer))
    choices = tuple(found.get(name, ItemChoice(name.title())) for name in ("true", "false"))
    return {"kind": Kind.SINGLE_CHOICE, "choices": choices, "shuffle": False}


def _shortanswer(reader: QuestionReader) -> Fields:
    choices = []
    for answer in _answers(reader):
        share = _share(answer)
        choices.append(
            ItemChoice(raw_text(answer), credit=None if share == HUNDRED else share, feedback=_feedback(reader, answer))
        )
    sensitive = _flag(reader.question.text("usecase", "0"))
    return {"kind": Kind.SHORT_TEXT, "choices": tuple(choices), "case_sensitive": sensitive}


def _numerical(reader: QuestionReader) -> Fields:
    found = []
    for answer in _answers(reader):
        if _feedback(reader, answer):
            reader.say("The feedback for single numbers is left out. Put it into the general feedback.")
        value = raw_text(answer)
        if value != "*":
            found.append((_share(answer), number(value), number(answer.text("tolerance", "0"))))
    if reader.question.first("units") is not None:
        reader.say("Units are left out: an answer is a number alone. Say in the question which unit it has.")
    right, tolerance = best_number(found, reader.say)
    return {"kind": Kind.NUMERIC, "number": right, "tolerance": tolerance}


def _match(reader: QuestionReader) -> Fields:
    pairs = list(reader.question.all("subquestion"))[:MANY_ITEMS]
    choices = [ItemChoice(reader.element(pair), match=reader.right_side(pair.first("answer"))) for pair in pairs]
    shuffle = _flag(reader.question.text("shuffleanswers", "1"))
    return {"kind": Kind.MATCHING, "choices": tuple(choices), "shuffle": shuffle}


def _essay(reader: QuestionReader) -> Fields:
    if reader.question.text("responsetemplate"):
        reader.say("The text that the answer begins with is left out. Put it into the question.")
    if reader.question.text("attachments", "0") not in {"0", ""}:
        reader.say("Files cannot be handed in: the answer is a text.")
    if reader.question.text("minwordlimit") or reader.question.text("maxwordlimit"):
        reader.say("Limits to the number of words are left out. Say in the question how long an answer should be.")
    return {"kind": Kind.ESSAY}


def _ordering(reader: QuestionReader) -> Fields:
    answers = _answers(reader)
    count = reader.question.text("selectcount") or reader.question.text("studentsee")
    which = reader.question.text("selecttype") or reader.question.text("logical")
    if count.isdecimal() and 0 < int(count[:6]) < len(answers) and which not in {"", "0", "ALL"}:
        reader.say(f"Moodle shows {count} of these items at a time; here all of them are put in order.")
    choices = [ItemChoice(reader.element(answer), feedback=_feedback(reader, answer)) for answer in answers]
    return {"kind": Kind.ORDERING, "choices": tuple(choices)}


def _answers(reader: QuestionReader) -> list[Node]:
    return list(reader.question.all("answer"))[:MANY_ITEMS]


def _share(answer: Node) -> Decimal:
    try:
        return percentage(answer.attributes.get("fraction") or answer.text("fraction", "0"))
    except Fault as fault:
        raise Fault(f"In line {answer.line}, {fault}") from fault


def _feedback(reader: QuestionReader, answer: Node) -> str:
    return reader.element(answer.first("feedback"))


def _flag(text: str) -> bool:
    return text.strip().lower() not in {"", "0", "false"}


_KINDS: dict[str, Callable[[QuestionReader], Fields]] = {
    "multichoice": _multichoice,
    "truefalse": _truefalse,
    "shortanswer": _shortanswer,
    "numerical": _numerical,
    "matching": _match,
    "match": _match,
    "essay": _essay,
    "ordering": _ordering,
}
