"""What an answer earns: figures by hand for every kind, and what must hold for all questions and answers."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exams.items import Item, ItemChoice, Kind
from exams.marking import Response, lowest, mark, total


def item(kind: Kind, *choices: ItemChoice, points: object = 4, penalty: object = 0, **fields: object) -> Item:
    figures = {"points": Decimal(str(points)), "penalty": Decimal(str(penalty))}
    return Item(kind=kind, text="?", choices=choices, **figures, **fields)  # type: ignore[arg-type]


def single(*rights: bool, **fields: object) -> Item:
    return item(Kind.SINGLE_CHOICE, *(ItemChoice(str(n), correct=right) for n, right in enumerate(rights)), **fields)


def multiple(*rights: bool, **fields: object) -> Item:
    return item(Kind.MULTIPLE_CHOICE, *(ItemChoice(str(n), correct=right) for n, right in enumerate(rights)), **fields)


def number(right: str, tolerance: str = "0", **fields: object) -> Item:
    return item(Kind.NUMERIC, number=Decimal(right), tolerance=Decimal(tolerance), **fields)


def words(*accepted: str, **fields: object) -> Item:
    return item(Kind.SHORT_TEXT, *map(ItemChoice, accepted), **fields)


def order(*texts: str, **fields: object) -> Item:
    return item(Kind.ORDERING, *map(ItemChoice, texts), **fields)


CAPITALS = item(
    Kind.MATCHING,
    ItemChoice("France", match="Paris"),
    ItemChoice("Peru", match="Lima"),
    ItemChoice("Kenya", match="Nairobi"),
    ItemChoice("Benelux’s largest", match="Amsterdam"),
    ItemChoice("Netherlands", match="Amsterdam"),
    ItemChoice("", match="Rome"),
    points=5,
)
EVERY_KIND = [
    single(False, True, penalty=1),
    multiple(True, False, penalty=1),
    number("3.14", penalty=1),
    words("yes", penalty=1),
    item(Kind.ESSAY, penalty=1),
    CAPITALS,
    order("a", "b", penalty=1),
]


def of_kind(question: Item) -> str:
    return question.kind.value


@pytest.mark.parametrize("question", EVERY_KIND, ids=of_kind)
def test_no_answer_earns_nothing_and_costs_nothing(question: Item) -> None:
    assert mark(question, None) == 0


@pytest.mark.parametrize(
    ("question", "response"), [(words("yes", penalty=1), "  \n"), (multiple(True, penalty=1), frozenset())]
)
def test_a_blank_answer_is_none(question: Item, response: Response) -> None:
    assert mark(question, response) == 0


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        (single(False, True, penalty=1), frozenset({0})),
        (multiple(True, False, penalty=1), frozenset({1})),
        (number("3.14", penalty=1), "3.15"),
        (number("3.14", penalty=1), "pi"),
        (words("yes", penalty=1), "no"),
        (order("a", "b", penalty=1), (1, 0)),
    ],
)
def test_a_wrong_answer_costs_the_penalty(question: Item, wrong: Response) -> None:
    assert mark(question, wrong) == -1


def test_who_is_partly_right_loses_no_penalty() -> None:
    assert mark(multiple(True, True, False, False, penalty=1), frozenset({0})) == 2


def test_an_essay_is_for_a_person_to_mark() -> None:
    assert mark(item(Kind.ESSAY), "It depends.") is None


@pytest.mark.parametrize(("chosen", "points"), [(0, 0), (1, 4), (2, 0)])
def test_single_choice(chosen: int, points: int) -> None:
    assert mark(single(False, True, False), frozenset({chosen})) == points


@pytest.mark.parametrize(("credit", "points"), [("50", "2"), ("33.33333", "1.33"), ("-25", "-1"), ("0", "-0.5")])
def test_an_option_with_its_own_credit(credit: str, points: str) -> None:
    options = (ItemChoice("a", correct=True), ItemChoice("b", credit=Decimal(credit)))
    assert mark(item(Kind.SINGLE_CHOICE, *options, penalty="0.5"), frozenset({1})) == Decimal(points)


def test_options_that_cannot_be_chosen_together_earn_nothing() -> None:
    assert mark(single(False, True), frozenset({0, 1})) == 0


@pytest.mark.parametrize(
    ("chosen", "points"),
    [({0, 1}, 4), ({0}, 2), ({0, 2}, "0.67"), ({0, 1, 2}, "2.67"), ({2}, 0), ({0, 1, 2, 3, 4}, 0), ({2, 3, 4}, 0)],
)
def test_multiple_choice_is_right_share_minus_wrong_share(chosen: set[int], points: object) -> None:
    assert mark(multiple(True, True, False, False, False), frozenset(chosen)) == Decimal(str(points))


def test_all_of_three_thirds_are_a_whole() -> None:
    assert mark(multiple(True, True, True), frozenset({0, 1, 2})) == 4


def test_multiple_choice_with_credits_adds_them_up_to_no_less_than_nothing() -> None:
    options = [
        ItemChoice(text, correct=credit > 0, credit=Decimal(credit))
        for text, credit in (("a", 75), ("b", 25), ("c", -50))
    ]
    question = item(Kind.MULTIPLE_CHOICE, *options)
    assert [mark(question, frozenset(chosen)) for chosen in ({0}, {0, 2}, {1, 2}, {0, 1})] == [3, 1, 0, 4]


@pytest.mark.parametrize("typed", ["3.14", "3,14", " 3.14 ", "314e-2", "0.0314E2", "+3.14", "3.1401", "3.139"])
def test_a_number_within_the_tolerance_is_right(typed: str) -> None:
    assert mark(number("3.14", "0.001"), typed) == 4


@pytest.mark.parametrize("typed", ["3.1389", "3.142", "-3.14", "3.14.1", "1e999", "nan", "Infinity", "three", "3.14 m"])
def test_what_is_beyond_it_or_no_number_is_wrong(typed: str) -> None:
    assert mark(number("3.14", "0.001"), typed) == 0


def test_numbers_are_compared_exactly() -> None:
    right = "999999999999999999.123456789012"
    assert mark(number(right), right) == 4
    assert mark(number(right), "999999999999999999.123456789013") == 0


@pytest.mark.parametrize(
    "text", ["New York", "new  york", " NEW\tYORK ", "Ｎｅｗ Ｙｏｒｋ", "New\u00a0York", "\u200eNew York\u202c"]
)
def test_a_short_text_is_compared_without_what_nobody_sees(text: str) -> None:
    assert mark(words("Gotham", "New York"), text) == 4


@pytest.mark.parametrize(
    ("accepted", "text"),
    [("don't", "Don’t"), ("straße", "STRASSE"), ("é", "e\u0301"), ("x-y", "x–y"), ("ﬁ", "fi"), ("m²", "m2")],
)
def test_forms_of_the_same_text_are_one(accepted: str, text: str) -> None:
    assert mark(words(accepted), text) == 4


def test_capitals_count_where_the_question_minds_them() -> None:
    assert [mark(words("pH", case_sensitive=True), text) for text in ("pH", "ph")] == [4, 0]


@pytest.mark.parametrize(
    ("accepted", "text", "fits"),
    [
        ("*", "anything", True),
        ("photo*", "Photosynthesis", True),
        ("photo*", "a photo", False),
        ("*light*energy*", "the light becomes energy.", True),
        ("*light*energy*", "energy from light", False),
        ("a*a", "a", False),
        ("a *", "apple", False),
        (r"2\*3", "2*3", True),
        (r"2\*3", "2x3", False),
        (r"\\server", r"\\server", True),
        ("a.c", "abc", False),
        ("*a" * 500 + "b", "a" * 1000, False),
    ],
)
def test_stars_in_accepted_answers(accepted: str, text: str, fits: bool) -> None:
    assert mark(words(accepted), text) == (4 if fits else 0)


def test_the_best_of_the_accepted_answers_that_fit_counts() -> None:
    question = item(
        Kind.SHORT_TEXT, ItemChoice("*", credit=Decimal(10)), ItemChoice("oak", credit=Decimal(75)), ItemChoice("oak*")
    )
    assert [mark(question, text) for text in ("fir", "oak", "oaks")] == [Decimal("0.4"), 4, 4]


@pytest.mark.parametrize(
    ("pairs", "points"),
    [
        ({0: 0, 1: 1, 2: 2, 3: 3, 4: 4}, 5),
        ({0: 0, 1: 1, 2: 2, 3: 4, 4: 3}, 5),  # equal texts on the right are one
        ({0: 0, 1: 2, 2: 5}, 1),
        ({0: 1, 1: 0}, 0),
    ],
)
def test_matching_is_the_share_of_right_pairs(pairs: dict[int, int], points: int) -> None:
    assert mark(CAPITALS, pairs) == points


@pytest.mark.parametrize(
    ("given_order", "points"), [((0, 1, 2, 3), 4), ((0, 2, 1, 3), 2), ((1, 2, 3, 0), 0), ((0, 1), 2)]
)
def test_ordering_is_the_share_of_items_at_their_place(given_order: tuple[int, ...], points: int) -> None:
    assert mark(order("a", "b", "c", "d"), given_order) == points


def test_items_that_read_the_same_may_change_places() -> None:
    assert mark(order("stir", "wait", "stir", "serve"), (2, 1, 0, 3)) == 4


def test_points_are_rounded_half_up_to_hundredths() -> None:
    assert mark(order("a", "b", "c", "d", "e", "f", "g", "h", points="0.12"), (0, 2, 1, 4, 3, 6, 5, 7)) == Decimal(
        "0.03"
    )
    assert mark(order("a", "b", "c", "d", points="0.1"), (0, 2, 3, 1)) == Decimal("0.03")


def test_a_response_of_another_kind_is_a_fault_of_the_program() -> None:
    with pytest.raises(TypeError, match="pairs"):
        mark(CAPITALS, "Paris")


def test_penalties_never_take_a_score_below_nothing() -> None:
    assert total([Decimal(2), Decimal(-1)]) == 1
    assert total([Decimal(2), Decimal(-5)]) == 0
    assert total([]) == 0


# ---- what holds for all of them ----

# However busy the machine is.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)

hundredths = st.integers(0, 2000).map(lambda n: Decimal(n) / 100)
credits = st.none() | st.integers(-100, 100).map(Decimal)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
CHOOSING = st.sampled_from([Kind.SINGLE_CHOICE, Kind.MULTIPLE_CHOICE])


@st.composite
def choosing(
    draw: st.DrawFn, kinds: st.SearchStrategy[Kind] = CHOOSING, own: st.SearchStrategy[Decimal | None] = credits
) -> Item:
    options = draw(st.lists(st.builds(ItemChoice, texts, st.booleans(), own), min_size=1, max_size=8))
    return Item(draw(kinds), "?", points=draw(hundredths), penalty=draw(hundredths), choices=tuple(options))


@st.composite
def arranging(draw: st.DrawFn) -> tuple[Item, Response]:
    """A matching or ordering question, and any answer to it."""
    options = draw(st.lists(st.builds(ItemChoice, texts, match=texts), min_size=1, max_size=8))
    places = st.integers(0, len(options) - 1)
    response: Response
    if draw(st.booleans()):
        kind, response = Kind.MATCHING, draw(st.dictionaries(places, places))
    else:
        kind, response = Kind.ORDERING, tuple(draw(st.permutations(range(len(options)))))
    return Item(kind, "?", points=draw(hundredths), penalty=draw(hundredths), choices=tuple(options)), response


@st.composite
def writing(draw: st.DrawFn) -> tuple[Item, Response]:
    accepted = st.builds(ItemChoice, texts | st.just("*") | st.just(r"\*"), credit=credits)
    question = Item(
        draw(st.sampled_from([Kind.SHORT_TEXT, Kind.NUMERIC])),
        "?",
        points=draw(hundredths),
        penalty=draw(hundredths),
        choices=tuple(draw(st.lists(accepted, max_size=4))),
        number=draw(st.none() | st.decimals(allow_nan=False, allow_infinity=False)),
        tolerance=draw(hundredths),
        case_sensitive=draw(st.booleans()),
    )
    return question, draw(texts | st.decimals().map(str))


@st.composite
def chosen(draw: st.DrawFn) -> tuple[Item, Response]:
    question = draw(choosing())
    return question, draw(st.frozensets(st.integers(0, len(question.choices) - 1)))


@unhurried
@given(chosen() | arranging() | writing())
def test_marks_stay_within_their_bounds_and_are_whole_hundredths(asked: tuple[Item, Response]) -> None:
    points = mark(*asked)
    assert points is not None
    assert lowest(asked[0]) <= points <= asked[0].points
    assert points == round(points, 2)


@unhurried
@given(choosing(st.just(Kind.MULTIPLE_CHOICE), st.none()), st.data())
def test_one_more_right_option_never_earns_less_and_one_more_wrong_never_more(
    question: Item, data: st.DataObject
) -> None:
    places = range(len(question.choices))
    before = data.draw(st.frozensets(st.sampled_from(places), min_size=1))
    more = data.draw(st.sampled_from(places))
    first, second = mark(question, before), mark(question, before | {more})
    assert first is not None and second is not None
    assert second >= first if question.choices[more].correct else second <= first


@unhurried
@given(choosing(st.just(Kind.MULTIPLE_CHOICE), st.none()))
def test_all_right_options_and_nothing_else_earn_everything(question: Item) -> None:
    right = frozenset(place for place, choice in enumerate(question.choices) if choice.correct)
    assert mark(question, right) == (question.points if right else 0)


@unhurried
@given(chosen(), st.randoms(use_true_random=False))
def test_the_order_of_the_options_changes_nothing(asked: tuple[Item, Response], random: Random) -> None:
    question, response = asked
    assert isinstance(response, frozenset)
    places = list(range(len(question.choices)))
    random.shuffle(places)
    mixed = Item(
        question.kind, "?", points=question.points, penalty=question.penalty,
        choices=tuple(question.choices[place] for place in places),
    )  # fmt: skip
    assert mark(mixed, frozenset(places.index(place) for place in response)) == mark(question, response)


@unhurried
@given(arranging())
def test_one_more_right_pair_never_earns_less(asked: tuple[Item, Response]) -> None:
    question, response = asked
    if isinstance(response, dict) and response:
        better = {**response, next(iter(response)): next(iter(response))}
        first, second = mark(question, response), mark(question, better)
        assert first is not None and second is not None
        assert second >= first


@unhurried
@given(texts.filter(str.strip))
def test_an_answer_written_as_the_accepted_one_is_right(text: str) -> None:
    accepted = text.replace("\\", "").replace("*", "")
    if accepted.strip():
        assert mark(words(accepted), accepted) == 4
