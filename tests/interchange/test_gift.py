"""GIFT as people write it, as Moodle exports it, and as it is written here."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exams.interchange.base import MAX_BYTES, MAX_QUESTIONS, Entry, ParsedItem
from exams.interchange.gift import losses, parse, write
from exams.interchange.html_reading import TextReader
from exams.items import Item, ItemChoice, Kind
from tests.interchange.samples import ITEMS, SECTIONS

D = Decimal


def only(text: str) -> ParsedItem:
    [parsed] = parse(text.encode()).items
    return parsed


def item(text: str) -> Item:
    parsed = only(text)
    assert parsed.problems == []
    assert parsed.item is not None
    return parsed.item


def refusal(text: str) -> str:
    parsed = only(text)
    assert parsed.item is None
    return parsed.problems[0]


def options(text: str) -> list[tuple[str, bool, Decimal | None]]:
    return [(choice.text, choice.correct, choice.credit) for choice in item(text).choices]


# ---- The kinds ----
def test_one_right_option() -> None:
    read = item("Which planet is the largest? {~Mars =Jupiter#Yes ~%25%Saturn#Nearly}")
    assert (read.kind, read.text, read.shuffle) == (Kind.SINGLE_CHOICE, "Which planet is the largest?", True)
    assert read.choices == (
        ItemChoice("Mars"),
        ItemChoice("Jupiter", correct=True, feedback="Yes"),
        ItemChoice("Saturn", credit=D(25), feedback="Nearly"),
    )


def test_several_right_options_with_the_shares_that_are_computed_anyway() -> None:
    text = "Primes? {\n~%33.33333%2\n~%33.33333%3\n~%33.33333%5\n~%-50%1\n~%-50%4}"
    assert item(text).kind == Kind.MULTIPLE_CHOICE
    assert options(text) == [(n, n in "235", None) for n in "23514"]


def test_several_right_options_with_shares_of_their_own() -> None:
    assert options("Primes? {~%70%2 ~%30%3 ~4 ~%-20%6}") == [
        ("2", True, D(70)),
        ("3", True, D(30)),
        ("4", False, D(0)),
        ("6", False, D(-20)),
    ]


@pytest.mark.parametrize(("answer", "right"), [("T", "True"), ("TRUE", "True"), ("F", "False"), ("false", "False")])
def test_true_or_false(answer: str, right: str) -> None:
    read = item(f"The sun is a star. {{{answer}#Look again.#Well done.}}")
    assert (read.kind, read.shuffle) == (Kind.SINGLE_CHOICE, False)
    assert [(choice.text, choice.correct) for choice in read.choices] == [
        (name, name == right) for name in ("True", "False")
    ]
    assert {choice.feedback for choice in read.choices if choice.correct} == {"Well done."}


def test_a_short_text_with_shares() -> None:
    read = item("Capital of France? {=Paris =%50%Pariis#Nearly =*ville lumi\\*re}")
    assert read.kind == Kind.SHORT_TEXT
    assert [(choice.text, choice.credit, choice.feedback) for choice in read.choices] == [
        ("Paris", None, ""),
        ("Pariis", D(50), "Nearly"),
        ("*ville lumi\\*re", None, ""),
    ]


@pytest.mark.parametrize(
    ("answer", "number", "tolerance"),
    [
        ("#1822", "1822", "0"),
        ("#3.1415:0.0005", "3.1415", "0.0005"),
        ("#3\\:0.5", "3", "0.5"),
        ("#3.141..3.142", "3.1415", "0.0005"),
        ("#-5..5", "0", "5"),
        ("#=-2.5e3:1", "-2500", "1"),
        ("#3,5", "3.5", "0"),
        ("#=%100%4:0\n~", "4", "0"),
    ],
)
def test_numbers(answer: str, number: str, tolerance: str) -> None:
    read = item(f"How many? {{{answer}}}")
    assert (read.kind, read.number, read.tolerance) == (Kind.NUMERIC, D(number), D(tolerance))


def test_of_several_numbers_the_one_worth_everything_is_taken_and_the_rest_is_told() -> None:
    parsed = only("When? {#\n=%50%1822:2#Close.\n=1822:0\n~#No.\n}")
    assert parsed.item is not None
    assert (parsed.item.number, parsed.item.tolerance) == (D(1822), D(0))
    assert parsed.problems == [
        "The feedback for wrong numbers is left out. Put it into the general feedback (####).",
        "The feedback for a single number is left out. Put it into the general feedback (####).",
        "Only 1822 ± 0 is taken; left out: 1822 ± 2 for 50 %.",
    ]


def test_matching_with_one_that_fits_nothing() -> None:
    read = item("Capitals? {\n=Canada -> Ottawa\n=Italy->Rome\n= -> Oslo\n}")
    assert read.kind == Kind.MATCHING
    assert [(choice.text, choice.match) for choice in read.choices] == [
        ("Canada", "Ottawa"),
        ("Italy", "Rome"),
        ("", "Oslo"),
    ]


def test_an_essay() -> None:
    read = item("::Rome::Why did it fall? {####Many reasons.}")
    assert (read.kind, read.name, read.text, read.feedback) == (Kind.ESSAY, "Rome", "Why did it fall?", "Many reasons.")


@pytest.mark.parametrize("head", [">4 ALL VERTICAL ABSOLUTE_POSITION SHOW", ">0     none", ">", "> "])
def test_ordering(head: str) -> None:
    read = item(f"Sort. {{{head}\none\ntwo and a half\nTHREE\n4\n}}")
    assert read.kind == Kind.ORDERING
    assert [choice.text for choice in read.choices] == ["one", "two and a half", "THREE", "4"]


def test_a_subset_of_items_is_told() -> None:
    assert only("Sort. {>2 RANDOM VERTICAL\none\ntwo\nthree\n}").problems == [
        "Moodle shows 2 of these items at a time; here all of them are put in order."
    ]


def test_a_missing_word_becomes_a_gap() -> None:
    assert item("Two plus two equals {=four =4}.").text == "Two plus two equals \\_\\_\\_\\_\\_."
    assert item("[markdown]**Two** plus {=two} is four").text == "**Two** plus _____ is four"


def test_a_description_is_left_out_and_told() -> None:
    assert "is left out" in refusal("Read the text on page 7.")


# ---- Texts ----
def test_without_a_format_nothing_is_markup() -> None:
    assert item("2*3*4 costs $5 or _nothing_ [1] {#24}").text == r"2\*3\*4 costs \$5 or \_nothing\_ \[1]"


def test_formulas_of_moodle_become_formulas() -> None:
    assert item(r"Solve \(x_1 \= \frac\{1\}\{2\}\) and $$y$$ {}").text == r"Solve $x_1 = \frac{1}{2}$ and $$y$$"


def test_html_becomes_markdown() -> None:
    assert item("[html]<p>Is <b>this</b> H<sub>2</sub>O?</p> {=[html]<i>yes</i> ~no}").text == "Is **this** H₂O?"
    assert item("Is <b>this</b> it? {}").text == "Is **this** it?"


def test_markdown_stays_as_it_is() -> None:
    assert item("[markdown]Is **this** $x^2$?\\n\\n- a {}").text == "Is **this** $x^2$?\n\n- a"


def test_new_lines_are_written_and_wrapped_lines_are_not() -> None:
    assert item("one\ntwo\\nthree\\n\\nfour {}").text == "one two\\\nthree\n\nfour"


def test_escaped_characters_are_themselves() -> None:
    read = item(r"a \{ b \} c \= d \~ e \# f \: g \\ h {=\=x\~y\#z\\n}")
    assert read.text == r"a { b } c = d ~ e # f : g \ h"
    assert [choice.text for choice in read.choices] == ["=x~y#z\\n"]


def test_comments_and_names_and_line_numbers() -> None:
    result = parse(b"// c\n\n// c\n::A::one {}\n// c\n\n\n  // c\n\ntwo {\n// =x\n=y}\n")
    assert [(parsed.line, parsed.label) for parsed in result.items] == [(4, "A"), (10, "“two”")]
    assert result.items[1].item is not None
    assert [choice.text for choice in result.items[1].item.choices] == ["y"]


def test_categories_become_sections() -> None:
    text = (
        "a {}\n\n$CATEGORY: $course$/top/Unit 1/Part//B\n\nb {}\n\n"
        "$CATEGORY: Über \\{x\\}\nc {}\n\n$CATEGORY: top\n\nd {}"
    )
    assert [parsed.section for parsed in parse(text.encode()).items] == ["", "Unit 1 / Part/B", "Über {x}", ""]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding: str) -> None:
    [parsed] = parse("Größe? {=ä}\r\n".encode(encoding)).items
    assert parsed.item is not None
    assert parsed.item.text == "Größe?"


def test_a_picture_inside_the_html_comes_along() -> None:
    parsed = only(r"""[html]<img src\="data\:image/png;base64,iVBORw0KGgo\=" alt\="A map"> {}""")
    [picture] = parsed.pictures
    assert picture.data == b"\x89PNG\r\n\x1a\n"
    assert parsed.item is not None
    assert parsed.item.text == f"![A map](picture:{picture.id})"


# ---- What is refused, and how it is said ----
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("What {", "part in braces"),
        ("What } {=a}", "part in braces"),
        (r"Is $\frac{1}{2}$ half? {T}", "part in braces"),
        ("one {}\ntwo {}", "empty line before the next question"),
        ("What {four}", "Begin each answer with = or ~"),
        ("What {four ~five =six}", "“four” stands before the first answer"),
        ("What {=%500%a}", "“500” is no share of the points"),
        ("What {~%x%a =b}", "“x” is no share of the points"),
        ("What {#abc}", "“abc” is no number"),
        ("What {#}", "has no number"),
        ("What {#=%50%3}", "worth 100 %"),
        ("What {#5..3}", "the first number is the higher"),
        ("What {#1e99}", "The number must be between"),
        ("What {=a -> b\n=c}", "The pair “c” has no ->"),
        ("What {=a ~b =c}", "2 are marked right"),
        ("What {~a ~b}", "needs one right option or more"),
        ("What {=a ~}", "Choice 2 has no text"),
        ("{=a ~b}", "The question has no text"),
        ("x" * 100_001 + "{}", "The question is too long"),
        ("What {" + "=b " * 201 + "}", "There are 201 answers; at most 200 are taken"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_to_do(text: str, sentence: str) -> None:
    assert sentence in refusal(text)


def test_shares_that_do_not_add_up_are_told() -> None:
    assert only("What {~%50%a ~%30%b ~c}").problems == ["The shares of the right options add up to 80 %, not to 100 %."]


def test_a_file_that_is_not_text_is_refused_with_its_line() -> None:
    [parsed] = parse("one {}\n\nGrö\n".encode() + "ße {}".encode("latin-1")).items
    assert (parsed.line, parsed.item) == (4, None)
    assert parsed.problems[0].startswith("Line 4 is not in UTF-8.")


def test_a_file_with_too_much_is_refused() -> None:
    [parsed] = parse(b"a {}\n\n" * (MAX_QUESTIONS + 1)).items
    assert "more than 5,000 questions" in parsed.problems[0]
    [parsed] = parse(b" " * (MAX_BYTES + 1)).items
    assert "10 MiB are taken" in parsed.problems[0]


def test_an_empty_file_says_so() -> None:
    result = parse(b"// nothing\n")
    assert result.items == []
    assert "no question in this file" in result.notes[0]


# ---- There and back ----
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.lists(ITEMS, max_size=3), SECTIONS)
def test_what_is_written_is_read_again(items: list[Item], section: str) -> None:
    held = [item for item in items if not losses(item)]
    read = parse(write([Entry(item, section) for item in held])).items
    assert [(parsed.item, parsed.section) for parsed in read] == [(item, section) for item in held]


@pytest.mark.parametrize(
    ("item", "lost"),
    [
        (Item(Kind.ESSAY, "a", points=D(2)), "points"),
        (Item(Kind.ESSAY, "a", guidance="g"), "guidance for marking"),
        (Item(Kind.ESSAY, "![](picture:0190b0a8-4c5e-4b6e-9d3a-7d0f4d1c2b3a)"), "pictures"),
        (Item(Kind.SHORT_TEXT, "a", choices=(ItemChoice("x"),), case_sensitive=True), "that capitals matter"),
        (Item(Kind.SHORT_TEXT, "a", choices=(ItemChoice("a->b"),)), "the whole question, for its -> in an answer"),
        (Item(Kind.MATCHING, "a", shuffle=False), "that options keep their order"),
        (
            Item(Kind.MULTIPLE_CHOICE, "a", choices=(ItemChoice("x", correct=True, credit=D(0)),)),
            "shares that do not fit what is right",
        ),
    ],
)
def test_what_the_format_cannot_hold_is_said(item: Item, lost: str) -> None:
    assert losses(item) == [lost]


PIECES = [
    "{", "}", "=", "~", "#", "####", "->", "%50%", "%", "::", "\\", "\n", "\n\n", "//", "$CATEGORY:", "[html]", "<p>",
    "[markdown]", "<img src='data:image/png;base64,AAAA'>", "1", "..", ":", "T", ">2 ALL", "a", "$$x$$", "\\(x\\)",
    "<table><tr><td>", "1e999", "9" * 60, "\r", "\x00", "\ufeff", "<script>", "&amp;", "\u202e",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=100), st.lists(st.sampled_from(PIECES), max_size=25).map(lambda p: "".join(p).encode())
    )
)
def test_no_bytes_make_it_raise(data: bytes) -> None:
    for parsed in parse(data).items:
        assert parsed.item is not None or parsed.problems


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<b>a</b><![odd b]>c", "**a**c"),
        ("<?xml version='1.0'?><b>a</b>", "**a**"),
        ("<b>a</b><!-- <![endif]-->b<!-->c<!-- d", "**a**bc"),
        ("<![if !x]><b>a</b><![endif]>b", "**a**b"),
    ],
)
def test_what_is_no_content_of_html_keeps_nothing_from_being_read(html: str, text: str) -> None:
    """The parser of HTML gives up on the first, and warns of the second."""
    assert TextReader().html(html) == text
