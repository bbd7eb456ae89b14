"""Questions as a file in GIFT. Texts are marked [markdown], so that they come back as they were."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from exams.commonmark import PICTURE
from exams.interchange.base import Entry, PictureData, category_of, no_pictures
from exams.interchange.gift.marks import escaped
from exams.interchange.gift.reading import CATEGORY
from exams.interchange.numbers import contradicts, plain, written
from exams.items import HUNDRED, Item, ItemChoice, Kind

TRUE_FALSE = ("True", "False")


def write(entries: Sequence[Entry], pictures: PictureData = no_pictures) -> bytes:
    """``losses`` says what of an item this format cannot hold."""
    lines = []
    section = ""
    for entry in entries:
        if not can_hold(entry.item):
            continue
        if entry.section != section:
            section = entry.section
            lines.append(f"{CATEGORY} {escaped(category_of(section))}")
        lines.append(_question(entry.item))
    return ("\n\n".join(lines) + "\n").encode() if lines else b""


def can_hold(item: Item) -> bool:
    """An arrow parts the sides of a pair, and cannot be escaped."""
    if item.kind == Kind.SHORT_TEXT:
        return not any("->" in choice.text + choice.feedback for choice in item.choices)
    return not (item.kind == Kind.MATCHING and any("->" in choice.text for choice in item.choices))


def losses(item: Item) -> list[str]:
    if not can_hold(item):
        return ["the whole question, for its -> in an answer"]
    texts = [item.text, item.feedback, *(choice.text for choice in item.choices)]
    credit_of_right = [choice.credit for choice in item.choices if choice.correct]
    lost = {
        "points": item.points != 1,
        "penalties": item.penalty != 0,
        "guidance for marking": bool(item.guidance),
        "that capitals matter": item.kind == Kind.SHORT_TEXT and item.case_sensitive,
        "that options keep their order": not item.shuffle and item.kind != Kind.ORDERING and not is_true_false(item),
        "pictures": any(PICTURE.search(text) for text in texts),
        "feedback to pairs and items": item.kind in (Kind.MATCHING, Kind.ORDERING)
        and any(choice.feedback for choice in item.choices),
        "shares that do not fit what is right": (
            item.kind == Kind.SINGLE_CHOICE and any(credit not in (None, HUNDRED) for credit in credit_of_right)
        )
        or (item.kind == Kind.MULTIPLE_CHOICE and any(contradicts(choice) for choice in item.choices)),
    }
    return [name for name, is_lost in lost.items() if is_lost]


def is_true_false(item: Item) -> bool:
    return (
        item.kind == Kind.SINGLE_CHOICE
        and tuple(choice.text for choice in item.choices) == TRUE_FALSE
        and not item.shuffle
        and all(choice.credit is None for choice in item.choices)
        and sum(choice.correct for choice in item.choices) == 1
    )


def _question(item: Item) -> str:
    name = f"::{escaped(item.name)}::" if item.name else ""
    answers = "".join(_true_false(item) if is_true_false(item) else _ANSWERS[item.kind](item))
    feedback = f"\n\t####{_text(item.feedback)}" if item.feedback else ""
    return f"{name}[markdown]{escaped(item.text)} {{{answers}{feedback}{_end(answers, feedback)}}}"


def _end(answers: str, feedback: str) -> str:
    return "\n" if feedback or "\n" in answers else ""


def _true_false(item: Item) -> Iterator[str]:
    yield "TRUE" if item.choices[0].correct else "FALSE"
    wrong, right = sorted(item.choices, key=lambda choice: choice.correct)
    if wrong.feedback or right.feedback:
        yield f"#{_text(wrong.feedback)}#{_text(right.feedback)}"


def _single_choice(item: Item) -> Iterator[str]:
    for choice in item.choices:
        share = "" if choice.correct or not choice.credit else f"%{plain(choice.credit)}%"
        yield f"\n\t{'=' if choice.correct else '~'}{share}{_text(choice.text)}{_feedback(choice)}"


def _multiple_choice(item: Item) -> Iterator[str]:
    for choice in item.choices:
        share = plain(written(choice, item.choices))
        yield f"\n\t~%{share}%{_text(choice.text)}{_feedback(choice)}"


def _short_text(item: Item) -> Iterator[str]:
    for choice in item.choices:
        share = "" if choice.credit is None else f"%{plain(choice.credit)}%"
        yield f"\n\t={share}{_text(choice.text, 'plain')}{_feedback(choice)}"


def _numeric(item: Item) -> Iterator[str]:
    if item.number is not None:
        yield f"#{plain(item.number)}:{plain(item.tolerance)}"


def _matching(item: Item) -> Iterator[str]:
    for choice in item.choices:
        yield f"\n\t={_text(choice.text)} -> {_text(choice.match)}"


def _ordering(item: Item) -> Iterator[str]:
    yield f">{len(item.choices)} ALL VERTICAL ABSOLUTE_POSITION SHOW"
    for choice in item.choices:
        yield f"\n{_text(choice.text)}"


def _essay(item: Item) -> Iterator[str]:
    return iter(())


def _text(text: str, format: str = "markdown") -> str:
    """A text that begins like a share, a format or a comment is marked, so that its beginning is not taken for one."""
    return f"[{format}]{escaped(text)}" if text.startswith(("%", "[", "//")) else escaped(text)


def _feedback(choice: ItemChoice) -> str:
    return f"#{_text(choice.feedback)}" if choice.feedback else ""


_ANSWERS: dict[Kind, Callable[[Item], Iterator[str]]] = {
    Kind.SINGLE_CHOICE: _single_choice,
    Kind.MULTIPLE_CHOICE: _multiple_choice,
    Kind.NUMERIC: _numeric,
    Kind.SHORT_TEXT: _short_text,
    Kind.ESSAY: _essay,
    Kind.MATCHING: _matching,
    Kind.ORDERING: _ordering,
}
