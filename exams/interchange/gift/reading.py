"""Questions out of a file in GIFT, the text format of Moodle: https://docs.moodle.org/en/GIFT_format"""

from __future__ import annotations

from decimal import InvalidOperation

from exams.interchange.base import (
    MAX_QUESTION,
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
    text_of,
)
from exams.interchange.gift.answers import Texts, read_answers
from exams.interchange.gift.marks import Block, blocks, first, format_of, hits, one_line, unescaped
from exams.interchange.html_reading import TextReader
from exams.items import Item

CATEGORY = "$CATEGORY:"
GAP = "_____"
_BRACES = (
    "A question has one part in braces, its answers. Write { and } that belong to a text as \\{ and \\}, "
    "and leave an empty line before the next question."
)


def parse(data: bytes, progress: Progress = nobody_waits) -> ParseResult:
    """Never raises: what cannot be read is an entry with its line and what to do about it."""
    try:
        return _parse(text_of(data), progress)
    except Unreadable as problem:
        return refused(problem)


def _parse(text: str, progress: Progress) -> ParseResult:
    result = ParseResult([])
    budget = HtmlBudget()
    lines = text.count("\n") + 1
    section = ""
    for block in blocks(text):
        if block.text.lstrip().startswith(CATEGORY):
            category, _, rest = block.text.lstrip().partition("\n")
            section = section_of(unescaped(category.removeprefix(CATEGORY)))
            block = Block(block.line + 1, rest)
            if not rest.strip():
                continue
        result.items.append(checked(_parsed(block, section, budget)))
        check_count(result.items, block.line)
        progress(block.line, lines)
    if not result.items:
        result.notes.append("There is no question in this file. In GIFT, an empty line parts the questions.")
    return result


def _parsed(block: Block, section: str, budget: HtmlBudget) -> ParsedItem:
    reader = TextReader(budget=budget)
    name, body = _name(block.text.strip())
    try:
        if len(body) > MAX_QUESTION:
            raise Fault("The question is too long. Is the empty line missing that parts it from the next?")
        item = _item(name, body, reader)
    except Fault as fault:
        return ParsedItem(block.line, None, [str(fault)], section, name or shown(unescaped(body[:200])))
    pictures = tuple(reader.pictures.values())
    return ParsedItem(block.line, item, reader.problems, section, label_of(item), pictures)


def _name(text: str) -> tuple[str, str]:
    if text.startswith("::"):
        end = first(text, "::", 2)
        if end is not None:
            return unescaped(one_line(text[2 : end.start()])).strip(), text[end.end() :].strip()
    return "", text


def _item(name: str, body: str, reader: TextReader) -> Item:
    braces = list(hits(body, "[{}]"))
    if not braces:
        raise Fault(
            "This is a text without a question (GIFT: a description), and is left out. "
            "Put it above the section’s questions, or add an answer in braces, {} for an essay."
        )
    if [brace["hit"] for brace in braces] != ["{", "}"]:
        raise Fault(_BRACES)
    opening, closing = braces
    before, inside, after = body[: opening.start()], body[opening.end() : closing.start()], body[closing.end() :]
    texts = Texts(reader, format_of(before, "moodle")[0])
    answers, feedback = _general_feedback(inside)
    try:
        return Item(
            text=texts.read(f"{before}{GAP}{after}" if after.strip() else before),
            name=name,
            feedback=texts.read(feedback),
            **read_answers(answers, texts),
        )
    except InvalidOperation as error:
        raise Fault("A number of this question has too many digits.") from error


def _general_feedback(inside: str) -> tuple[str, str]:
    found = list(hits(inside, "####"))
    return (inside[: found[-1].start()], inside[found[-1].end() :]) if found else (inside, "")
