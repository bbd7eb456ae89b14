"""Items of every kind for trying whether a format gives back what it was given."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from exams.items import Item, ItemChoice, Kind, check

# Characters that formats have for themselves come often; what no database keeps never does.
_SPECIAL = st.sampled_from([*"\\~=#{}:%[]<>&\"';,|$*_`!()-+. \n\t", "->", "::", "//", "####", "[html]", "%50%", "]]>"])
_PLAIN = st.characters(exclude_categories=("Cs", "Cc"))
TEXTS = st.lists(st.one_of(_SPECIAL, _PLAIN), min_size=1, max_size=20).map(lambda parts: "".join(parts).strip())
FILLED = TEXTS.filter(bool)
OPTIONAL = st.one_of(st.just(""), TEXTS)
NAMES = TEXTS.map(lambda text: " ".join(text.split())[:200])
CREDITS = st.integers(-10_000_000, 10_000_000).map(lambda value: Decimal(value) / 100_000)
NUMBERS = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places), st.integers(-(10**12), 10**12), st.integers(0, 12)
)


def choices(kind: Kind) -> st.SearchStrategy[tuple[ItemChoice, ...]]:
    if kind in (Kind.NUMERIC, Kind.ESSAY):
        return st.just(())
    if kind == Kind.SINGLE_CHOICE:
        wrong = st.builds(ItemChoice, text=FILLED, credit=st.none(), feedback=OPTIONAL)
        right = st.builds(ItemChoice, text=FILLED, correct=st.just(True), feedback=OPTIONAL)
        return st.tuples(right, st.lists(wrong, min_size=1, max_size=3)).map(lambda both: (both[0], *both[1]))
    if kind == Kind.MULTIPLE_CHOICE:
        either = st.builds(ItemChoice, text=FILLED, correct=st.booleans(), feedback=OPTIONAL)
        return st.lists(either, min_size=2, max_size=4).map(tuple)
    if kind == Kind.SHORT_TEXT:
        credit = st.one_of(st.none(), CREDITS.filter(lambda credit: credit != 100))
        accepted = st.builds(ItemChoice, text=FILLED, credit=credit, feedback=OPTIONAL)
        return st.lists(accepted, min_size=1, max_size=3).map(tuple)
    if kind == Kind.MATCHING:
        return st.lists(st.builds(ItemChoice, text=OPTIONAL, match=FILLED), min_size=2, max_size=4).map(tuple)
    return st.lists(st.builds(ItemChoice, text=FILLED), min_size=2, max_size=4).map(tuple)


def of_kind(kind: Kind) -> st.SearchStrategy[Item]:
    """Sound items, with everything any format could lose still at its default."""
    return st.builds(
        Item,
        kind=st.just(kind),
        text=FILLED,
        name=NAMES,
        choices=choices(kind),
        number=NUMBERS if kind == Kind.NUMERIC else st.none(),
        tolerance=NUMBERS.map(abs) if kind == Kind.NUMERIC else st.just(Decimal(0)),
        feedback=OPTIONAL,
    ).filter(lambda item: not check(item))


ITEMS = st.sampled_from(Kind).flatmap(of_kind)
SECTIONS = st.one_of(st.just(""), st.sampled_from(["Algebra", "Part A / Part B", "A/B: 50% {x}", "Über uns"]))
