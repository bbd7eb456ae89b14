"""Questions as Moodle XML. Texts are HTML, which Moodle shows as it is; the Markdown they were made from lies beside
them where the HTML alone would not lead back to it."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from uuid import UUID
from xml.sax.saxutils import escape, quoteattr

from exams.commonmark import pictures_in
from exams.interchange.base import Entry, PictureData, category_of, no_pictures
from exams.interchange.gift.writing import is_true_false
from exams.interchange.html_reading import TextReader
from exams.interchange.html_writing import html_of, plain_of
from exams.interchange.moodle_xml.reading import MADE_UP, NEGATIVE_MARKS
from exams.interchange.moodle_xml.texts import SOURCE
from exams.interchange.numbers import NOTHING, contradicts, plain, written
from exams.interchange.plain import from_plain
from exams.items import HUNDRED, Item, ItemChoice, Kind

_TYPES = {
    Kind.SINGLE_CHOICE: "multichoice",
    Kind.MULTIPLE_CHOICE: "multichoice",
    Kind.NUMERIC: "numerical",
    Kind.SHORT_TEXT: "shortanswer",
    Kind.ESSAY: "essay",
    Kind.MATCHING: "matching",
    Kind.ORDERING: "ordering",
}
_SHUFFLED = (Kind.SINGLE_CHOICE, Kind.MULTIPLE_CHOICE, Kind.MATCHING)
# XML cannot name these characters at all: https://www.w3.org/TR/xml/#charsets
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write(entries: Sequence[Entry], pictures: PictureData = no_pictures) -> bytes:
    """``pictures`` gives what the texts show, to lie beside them. ``losses`` says what the format cannot hold."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>"]
    section = ""
    for entry in entries:
        if entry.section != section:
            section = entry.section
            category = f"<category><text>{_plain(category_of(section))}</text></category>"
            lines.append(f'<question type="category">{category}</question>')
        lines += _Writer(pictures).question(entry.item)
    return "\n".join([*lines, "</quiz>\n"]).encode()


def losses(item: Item) -> list[str]:
    texts = [item.text, item.name, item.guidance, item.feedback]
    texts += [text for choice in item.choices for text in (choice.text, choice.match, choice.feedback)]
    credit_of_right = [choice.credit for choice in item.choices if choice.correct]
    lost = {
        "feedback to pairs": item.kind == Kind.MATCHING and any(choice.feedback for choice in item.choices),
        "invisible control characters": any(_UNWRITABLE.search(text) for text in texts),
        "shares that do not fit what is right": (
            item.kind == Kind.SINGLE_CHOICE and any(credit not in (None, HUNDRED) for credit in credit_of_right)
        )
        or (item.kind == Kind.MULTIPLE_CHOICE and any(contradicts(choice) for choice in item.choices)),
    }
    return [name for name, is_lost in lost.items() if is_lost]


class _Writer:
    def __init__(self, pictures: PictureData) -> None:
        self.pictures = pictures

    def question(self, item: Item) -> Iterator[str]:
        type = "truefalse" if is_true_false(item) else _TYPES[item.kind]
        yield f'<question type="{type}">'
        yield _name(item)
        yield self._text("questiontext", item.text)
        yield self._text("generalfeedback", item.feedback)
        yield f"<defaultgrade>{plain(item.points)}</defaultgrade>"
        if item.penalty:
            yield f"<{NEGATIVE_MARKS}>{plain(item.penalty)}</{NEGATIVE_MARKS}>"
        if item.guidance:
            yield self._text("graderinfo", item.guidance)
        if item.kind in _SHUFFLED and type != "truefalse":
            yield f"<shuffleanswers>{'true' if item.shuffle else 'false'}</shuffleanswers>"
        yield from self._true_false(item) if type == "truefalse" else self._answers(item)
        yield "</question>"

    def _answers(self, item: Item) -> Iterator[str]:
        kinds: dict[Kind, Callable[[Item], Iterator[str]]] = {
            Kind.SINGLE_CHOICE: self._single_choice,
            Kind.MULTIPLE_CHOICE: self._multiple_choice,
            Kind.NUMERIC: self._numeric,
            Kind.SHORT_TEXT: self._short_text,
            Kind.ESSAY: self._essay,
            Kind.MATCHING: self._matching,
            Kind.ORDERING: self._ordering,
        }
        return kinds[item.kind](item)

    def _true_false(self, item: Item) -> Iterator[str]:
        for choice in item.choices:
            share = "100" if choice.correct else "0"
            yield self._answer(share, f"<text>{choice.text.lower()}</text>", choice)

    def _single_choice(self, item: Item) -> Iterator[str]:
        yield "<single>true</single>"
        for choice in item.choices:
            share = HUNDRED if choice.correct else choice.credit or NOTHING
            yield self._answer(plain(share), self._inner(choice.text), choice)

    def _multiple_choice(self, item: Item) -> Iterator[str]:
        yield "<single>false</single>"
        for choice in item.choices:
            yield self._answer(plain(written(choice, item.choices)), self._inner(choice.text), choice)

    def _short_text(self, item: Item) -> Iterator[str]:
        yield f"<usecase>{int(item.case_sensitive)}</usecase>"
        for choice in item.choices:
            share = HUNDRED if choice.credit is None else choice.credit
            yield self._answer(plain(share), f"<text>{_plain(choice.text)}</text>", choice, "plain_text")

    def _numeric(self, item: Item) -> Iterator[str]:
        if item.number is not None:
            tolerance = f"<tolerance>{plain(item.tolerance)}</tolerance>"
            yield f'<answer fraction="100"><text>{plain(item.number)}</text>{tolerance}</answer>'

    def _essay(self, item: Item) -> Iterator[str]:
        yield "<responseformat>plain</responseformat>"

    def _matching(self, item: Item) -> Iterator[str]:
        for choice in item.choices:
            right = plain_of(choice.match)
            source = "" if from_plain(right) == choice.match else f"<{SOURCE}>{_plain(choice.match)}</{SOURCE}>"
            answer = f"<answer><text>{_plain(right)}</text>{source}</answer>"
            yield f'<subquestion format="html">{self._inner(choice.text)}{answer}</subquestion>'

    def _ordering(self, item: Item) -> Iterator[str]:
        yield "<layouttype>VERTICAL</layouttype><selecttype>ALL</selecttype>"
        yield f"<selectcount>{len(item.choices)}</selectcount><gradingtype>ABSOLUTE_POSITION</gradingtype>"
        for place, choice in enumerate(item.choices, start=1):
            yield self._answer(str(place), self._inner(choice.text), choice)

    def _answer(self, share: str, inner: str, choice: ItemChoice, format: str = "html") -> str:
        feedback = self._text("feedback", choice.feedback) if choice.feedback else ""
        return f'<answer fraction="{share}" format="{format}">{inner}{feedback}</answer>'

    def _text(self, tag: str, text: str) -> str:
        return f'<{tag} format="html">{self._inner(text)}</{tag}>'

    def _inner(self, text: str) -> str:
        """The HTML, its files, and its source where that cannot be told from the HTML."""
        text = _writable(text)
        shown = [found for found in map(self.pictures, sorted(pictures_in(text), key=str)) if found is not None]
        names: dict[UUID, str] = {picture.id: picture.name for picture in shown}
        html = html_of(text, names)
        files = "".join(
            f'<file name={quoteattr(picture.name)} path="/" encoding="base64">{b64encode(picture.data).decode()}</file>'
            for picture in shown
        )
        source = "" if TextReader().html(html) == text else f"<{SOURCE}>{_cdata(text)}</{SOURCE}>"
        return f"<text>{_cdata(html)}</text>{files}{source}"


def _name(item: Item) -> str:
    """Moodle takes no question without one; what is made up for it is marked, and not read again."""
    if item.name:
        return f"<name><text>{_plain(item.name)}</text></name>"
    return f'<name {MADE_UP}="true"><text>{_plain(plain_of(item.text)[:50])}</text></name>'


def _cdata(text: str) -> str:
    if not re.search(r"[<&\n]", text):
        return escape(text)
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _plain(text: str) -> str:
    return escape(_writable(text))


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
