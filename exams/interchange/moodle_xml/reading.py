"""Questions out of Moodle XML: https://docs.moodle.org/en/Moodle_XML_format and question/format/xml/format.php"""

from __future__ import annotations

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from exams.interchange.base import (
    Fault,
    HtmlBudget,
    ParsedItem,
    ParseResult,
    Progress,
    Unreadable,
    check_count,
    checked,
    label_of,
    nobody_waits,
    refused,
    section_of,
    shown,
)
from exams.interchange.moodle_xml.kinds import read_kind
from exams.interchange.moodle_xml.texts import QuestionReader
from exams.interchange.moodle_xml.tree import Node, tree_of
from exams.items import MAX_NAME, Item

NEGATIVE_MARKS = "negativemarks"  # our own: Moodle's <penalty> is for trying again, which nobody does in an exam
MADE_UP = "madeup"  # at a <name> that its question does not have here
# What many questions of a file have and none here: told once for the file.
_NOT_KEPT = {
    "hint": "Hints for trying again",
    "tags": "Tags",
    "idnumber": "ID numbers",
    "correctfeedback": "Remarks by result (right, partly right, wrong)",
    "partiallycorrectfeedback": "Remarks by result (right, partly right, wrong)",
    "incorrectfeedback": "Remarks by result (right, partly right, wrong)",
    "gradingtype": "Other ways to mark an order than by position",
}
_KEPT_VALUES = {"gradingtype": {"ABSOLUTE_POSITION", "ABSOLUTE", "0", ""}}


def parse(data: bytes, progress: Progress = nobody_waits) -> ParseResult:
    """Never raises: what cannot be read is an entry with its line and what to do about it."""
    try:
        root = tree_of(data)
        if root.tag != "quiz":
            raise Unreadable(f"This is XML, but not of Moodle: it begins with <{root.tag[:40]}>, not with <quiz>.")
        return _parse(root, progress)
    except Unreadable as problem:
        return refused(problem)


def _parse(root: Node, progress: Progress) -> ParseResult:
    result = ParseResult([])
    not_kept: Counter[str] = Counter()
    budget = HtmlBudget()
    section = ""
    questions = list(root.all("question"))
    for number, question in enumerate(questions, start=1):
        if question.attributes.get("type") == "category":
            section = section_of(question.text("category"))
            continue
        result.items.append(checked(_parsed(question, section, budget)))
        not_kept.update(_what_is_not_kept(question))
        check_count(result.items, question.line)
        progress(number, len(questions))
    result.notes.extend(f"{what} are not kept: {_times(number)} had some." for what, number in not_kept.items())
    if not result.items:
        result.notes.append("There is no question in this file.")
    return result


def _parsed(question: Node, section: str, budget: HtmlBudget) -> ParsedItem:
    reader = QuestionReader(question, budget)
    name = _name(question)
    try:
        item = _item(reader, name)
    except Fault as fault:
        return ParsedItem(question.line, None, [str(fault)], section, name[:MAX_NAME])
    return ParsedItem(question.line, item, reader.problems, section, label_of(item), tuple(reader.pictures.values()))


def _name(question: Node) -> str:
    name = question.first("name")
    return "" if name is None or MADE_UP in name.attributes else question.text("name")


def _item(reader: QuestionReader, name: str) -> Item:
    question = reader.question
    text = reader.element(question.first("questiontext"))
    fields = read_kind(reader)
    if len(name) > MAX_NAME:
        reader.say(f"The name is cut off after {MAX_NAME} characters.")
    return Item(
        text=_with_old_picture(reader, text),
        name=name[:MAX_NAME].strip(),
        points=_points(reader, "defaultgrade", "1"),
        penalty=_points(reader, NEGATIVE_MARKS, "0"),
        guidance=reader.element(question.first("graderinfo")),
        feedback=reader.element(question.first("generalfeedback")),
        **fields,
    )


def _points(reader: QuestionReader, tag: str, default: str) -> Decimal:
    written = reader.question.text(tag, default)
    try:
        value = Decimal(written)
        points = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    except InvalidOperation as error:
        raise Fault(f"{shown(written)} in <{tag}> is no number of points.") from error
    if points != value:
        reader.say(f"{written} points are rounded to {points}.")
    return points


def _with_old_picture(reader: QuestionReader, text: str) -> str:
    """Files of Moodle 1 have the one picture of a question in elements of its own."""
    name, data = reader.question.text("image"), reader.question.text("image_base64")
    if not name or not data:
        return text
    html = f'<img src="data:image/unknown;base64,{"".join(data.split())}" alt="">'
    return f"{text}\n\n{reader.html(html)}"


def _what_is_not_kept(question: Node) -> set[str]:
    return {
        what
        for tag, what in _NOT_KEPT.items()
        if any(
            _says_something(child) and child.own_text.strip() not in _KEPT_VALUES.get(tag, set())
            for child in question.all(tag)
        )
    }


def _says_something(node: Node) -> bool:
    return bool(node.own_text.strip()) or any(_says_something(child) for child in node.children)


def _times(number: int) -> str:
    return "one question" if number == 1 else f"{number:,} questions"
