"""The points an answer earns. Pure: a question and a response in, points out; the same for everybody, at any time.

What is decided here, as candidates may ask:

- Points are rounded to hundredths, halves up.
- Nothing answered earns nothing and costs nothing. The penalty is taken off where something was answered and nothing
  of it was right; who is partly right loses none of it.
- Multiple choice: the share of the right options that were chosen minus the share of the wrong ones, never below
  nothing, so that choosing all or choosing blindly earns nothing. An option's own credit takes the place of its part.
- Single choice: an option with a credit of its own earns (or costs) that share of the points.
- Short text: Unicode's compatible forms, spaces, quotation marks and dashes count as the same, and capitals unless the
  question minds them. In an accepted answer ``*`` stands for anything and ``\\*`` for itself, as in GIFT.
- Matching: the share of pairs that are right; equal texts on the right-hand side are one.
- Ordering: the share of items at their right place, equal texts being one; who reads the mark can count it.
- An essay that says something is marked by a person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext

from exams.accepted import accepts
from exams.items import HUNDRED, Item, ItemChoice, Kind
from exams.numbers import read_number

# By kind: places of chosen options · the text as typed · left place → right place · places in the order given.
Response = frozenset[int] | str | Mapping[int, int] | tuple[int, ...]

CENT = Decimal("0.01")
NOTHING, ALL = Decimal(0), Decimal(1)


def mark(item: Item, response: Response | None) -> Decimal | None:
    """Points from ``lowest(item)`` to ``item.points``; None where a person must say. ``response``: None = no answer."""
    if not response or (isinstance(response, str) and not response.strip()):
        return NOTHING
    if item.kind == Kind.ESSAY:
        return None
    share = max(-ALL, min(ALL, _SHARES[item.kind](item, response)))
    points = (share * item.points).quantize(CENT, ROUND_HALF_UP)
    return points if share > 0 else min(points, -item.penalty)


def lowest(item: Item) -> Decimal:
    """The least that any answer can earn, 0 or below."""
    credits = [choice.credit for choice in item.choices if choice.credit is not None]
    if item.kind not in (Kind.SINGLE_CHOICE, Kind.SHORT_TEXT) or not credits:
        return -item.penalty
    return min(-item.penalty, (min(credits) / HUNDRED * item.points).quantize(CENT, ROUND_HALF_UP))


def total(points: list[Decimal]) -> Decimal:
    """The score of an attempt: penalties never take it below nothing."""
    return max(NOTHING, sum(points, NOTHING))


def _single_choice(item: Item, response: Response) -> Decimal:
    chosen = _chosen(item, response)
    return _own_share(chosen[0]) if len(chosen) == 1 else NOTHING


def _own_share(choice: ItemChoice) -> Decimal:
    """Of an option or an accepted answer that stands for itself."""
    if choice.credit is not None:
        return choice.credit / HUNDRED
    return ALL if choice.correct else NOTHING


def _multiple_choice(item: Item, response: Response) -> Decimal:
    right = sum(choice.correct for choice in item.choices)
    wrong = len(item.choices) - right
    with localcontext() as context:
        context.prec = 60  # three thirds are a whole
        parts = NOTHING
        for choice in _chosen(item, response):
            if choice.credit is not None:
                parts += choice.credit / HUNDRED
            else:
                parts += ALL / right if choice.correct else -ALL / wrong
        return max(NOTHING, parts.quantize(Decimal("1e-9")))


def _chosen(item: Item, response: Response) -> list[ItemChoice]:
    if not isinstance(response, frozenset):
        raise TypeError(f"A {item.kind.value} question is answered with the places of options, not {response!r}.")
    return [item.choices[place] for place in sorted(response)]


def _numeric(item: Item, response: Response) -> Decimal:
    number = read_number(_text(item, response))
    if number is None or item.number is None:
        return NOTHING
    with localcontext() as context:
        context.prec = 60  # both have 30 digits at most
        return ALL if item.number - item.tolerance <= number <= item.number + item.tolerance else NOTHING


def _short_text(item: Item, response: Response) -> Decimal:
    """The best credit among the accepted answers it fits; one without a credit is worth all."""
    text = _text(item, response)
    fitting = [choice for choice in item.choices if accepts(choice.text, text, case_sensitive=item.case_sensitive)]
    return max((ALL if choice.credit is None else choice.credit / HUNDRED for choice in fitting), default=NOTHING)


def _text(item: Item, response: Response) -> str:
    if not isinstance(response, str):
        raise TypeError(f"A {item.kind.value} question is answered with a text, not {response!r}.")
    return response


def _matching(item: Item, response: Response) -> Decimal:
    if not isinstance(response, Mapping):
        raise TypeError(f"A matching question is answered with pairs, not {response!r}.")
    lefts = [place for place, choice in enumerate(item.choices) if choice.text.strip()]
    right = sum(
        place in response and item.choices[response[place]].match == item.choices[place].match for place in lefts
    )
    return Decimal(right) / len(lefts) if lefts else NOTHING


def _ordering(item: Item, response: Response) -> Decimal:
    if not isinstance(response, tuple):
        raise TypeError(f"An ordering question is answered with an order, not {response!r}.")
    given = [item.choices[place].text for place in response]
    right = sum(text == choice.text for text, choice in zip(given, item.choices, strict=False))
    return Decimal(right) / len(item.choices)


_SHARES: dict[Kind, Callable[[Item, Response], Decimal]] = {
    Kind.SINGLE_CHOICE: _single_choice,
    Kind.MULTIPLE_CHOICE: _multiple_choice,
    Kind.NUMERIC: _numeric,
    Kind.SHORT_TEXT: _short_text,
    Kind.MATCHING: _matching,
    Kind.ORDERING: _ordering,
}
