"""Questions as a table: as spreadsheets save it, and as it is written here."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exams.interchange.base import Entry, ParsedItem
from exams.interchange.csv_items import losses, parse, write
from exams.items import MAX_CHOICES, Item, ItemChoice, Kind
from tests.interchange.samples import ITEMS, SECTIONS

D = Decimal


def only(*lines: str) -> ParsedItem:
    [parsed] = parse("\n".join(lines).encode()).items
    return parsed


def item(*lines: str) -> Item:
    parsed = only(*lines)
    assert parsed.problems == []
    assert parsed.item is not None
    return parsed.item


def refusal(*lines: str) -> str:
    parsed = only(*lines)
    assert parsed.item is None
    return parsed.problems[0]


CHOICE = "kind,text,right,option_1,option_2,option_3"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            (CHOICE, "single choice,2+2?,2,3,4,5"),
            Item(Kind.SINGLE_CHOICE, "2+2?", choices=(ItemChoice("3"), ItemChoice("4", correct=True), ItemChoice("5"))),
        ),
        (
            (CHOICE, 'multiple_choice,Primes?,"1, 3",2,4,5'),
            Item(
                Kind.MULTIPLE_CHOICE,
                "Primes?",
                choices=(ItemChoice("2", correct=True), ItemChoice("4"), ItemChoice("5", correct=True)),
            ),
        ),
        (
            ("Kind;Text;Number;Tolerance;Points", "NUMERIC;Pi?;3,14;0,01;2,5"),
            Item(Kind.NUMERIC, "Pi?", number=D("3.14"), tolerance=D("0.01"), points=D("2.5")),
        ),
        (
            ("kind,text,option 1,option 2,credit 2,case sensitive", "short text,Capital?,Paris,Pariis,50 %,yes"),
            Item(
                Kind.SHORT_TEXT,
                "Capital?",
                choices=(ItemChoice("Paris"), ItemChoice("Pariis", credit=D(50))),
                case_sensitive=True,
            ),
        ),
        (
            ("kind\ttext\tguidance\tpenalty", 'essay\t"**Why**?\n\nSay."\tThree\t0.25'),
            Item(Kind.ESSAY, "**Why**?\n\nSay.", guidance="Three", penalty=D("0.25")),
        ),
        (
            (
                "kind,text,shuffle,option_1,match_1,option_2,match_2,option_3,match_3",
                "matching,Capitals?,no,France,Paris,Italy,Rome,,Oslo",
            ),
            Item(
                Kind.MATCHING,
                "Capitals?",
                shuffle=False,
                choices=(
                    ItemChoice("France", match="Paris"),
                    ItemChoice("Italy", match="Rome"),
                    ItemChoice("", match="Oslo"),
                ),
            ),
        ),
        (
            ("kind,text,option_1,option_2,name,feedback", "ordering,Sort,one,two,N,Well"),
            Item(Kind.ORDERING, "Sort", name="N", feedback="Well", choices=(ItemChoice("one"), ItemChoice("two"))),
        ),
    ],
)
def test_a_row_of_each_kind(lines: tuple[str, ...], expected: Item) -> None:
    assert item(*lines) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_files_of_every_spreadsheet(encoding: str, newline: str) -> None:
    data = f"kind;text{newline}essay;Größe?{newline}".encode(encoding)
    [parsed] = parse(data).items
    assert parsed.item == Item(Kind.ESSAY, "Größe?")


def test_rows_know_their_line_and_section() -> None:
    result = parse(b'kind,text,section\n\nessay,"a\nb",One\n,,\nessay,c,\nquiz,d,Two')
    assert [(parsed.line, parsed.section, parsed.label) for parsed in result.items] == [
        (3, "One", "“a b”"),
        (6, "", "“c”"),
        (7, "Two", "“d”"),
    ]


def test_an_empty_option_between_others_keeps_the_numbers() -> None:
    read = item(CHOICE, "single choice,2+2?,3,3,,4")
    assert read.choices == (ItemChoice("3"), ItemChoice("4", correct=True))


def test_a_column_nobody_knows_is_told() -> None:
    assert parse(b"kind,text,colour\nessay,a,red").notes == ["The column “colour” is not used."]


def test_as_many_options_are_read_as_a_question_may_have() -> None:
    notes = parse(f"kind,text,option_{MAX_CHOICES},option_{MAX_CHOICES + 1}\nessay,a,,".encode()).notes
    assert notes == [f"The column “option_{MAX_CHOICES + 1}” is not used."]


def test_cells_beyond_the_heading_are_told() -> None:
    assert only("kind,text", "essay,a,b").problems == ["There are cells beyond the last heading; they are left out."]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ((CHOICE, "quiz,a,1,x,y,z"), "“quiz” in “kind” is no kind of question. Write one of: single_choice"),
        ((CHOICE, "single choice,a,4,x,y,z"), "“4” in “right” is no option of this question"),
        ((CHOICE, "single choice,a,x,x,y,z"), "“x” in “right” is no option of this question"),
        ((CHOICE, "single choice,a,,x,y,z"), "none is marked right"),
        ((CHOICE, "single choice,,1,x,y,z"), "The question has no text"),
        (("kind,text,number", "numeric,a,many"), "“many” is no number"),
        (("kind,text,points", "essay,a,-1"), "The points must be a number from 0"),
        (("kind,text,shuffle", "essay,a,maybe"), "“maybe” in “shuffle” is neither “yes” nor “no”"),
        (("kind,text,option_1,credit_1", "short text,a,x,much"), "“much” is no share of the points"),
        (("kind,text,name", f"essay,a,{'x' * 201}"), "at most 200 can be kept"),
        (("kind,question", "essay,a"), "must name the columns, one of them “text”"),
        (("kind,text,text", "essay,a,b"), "Two columns are called “text”"),
        (("kind,text", 'essay,"a'), "Look for a quotation mark without its partner"),
        (("",), "must name the columns"),
        (("kind,text" + ",x" * 5000,), "more than 5,000 columns"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_to_do(lines: tuple[str, ...], sentence: str) -> None:
    assert sentence in refusal(*lines)


def test_a_spreadsheet_is_refused_with_what_to_do() -> None:
    [parsed] = parse(b"PK\x03\x04...").items
    assert "Save it again as “CSV UTF-8”" in parsed.problems[0]


def test_nothing_below_the_heading_is_told() -> None:
    assert parse(b"kind,text\n").notes == ["There is no question below the heading."]


@pytest.mark.parametrize(
    "text",
    ["=cmd|' /C calc'!A0", "+1+2", "-x", "@SUM(1)", "＝1", "'=1", "''+1", "-5", "+1.5", "'-5", "'quoted'", "- a\n- b"],
)
def test_no_cell_is_worked_out_and_none_is_changed(text: str) -> None:
    written = write([Entry(Item(Kind.ESSAY, text))])
    assert parse(written).items[0].item == Item(Kind.ESSAY, text)
    cell = written.decode("utf-8-sig").split("essay,,")[1].strip('"')
    assert cell[0] not in "=@＝" and (cell[0] not in "+-" or text in {"-5", "+1.5"})


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.lists(ITEMS, max_size=3), SECTIONS)
def test_what_is_written_is_read_again(items: list[Item], section: str) -> None:
    held = [item for item in items if not losses(item)]
    read = parse(write([Entry(item, section) for item in held])).items
    assert [(parsed.item, parsed.section) for parsed in read] == [(item, section) for item in held]


def test_everything_an_item_has_is_read_again() -> None:
    held = Item(
        Kind.MULTIPLE_CHOICE,
        "a",
        name="n",
        points=D("2.5"),
        penalty=D("0.5"),
        choices=(ItemChoice("x", correct=True, credit=D("33.33333"), feedback="f"), ItemChoice("y", credit=D(-50))),
        case_sensitive=True,
        shuffle=False,
        guidance="g",
        feedback="f",
    )
    assert parse(write([Entry(held)])).items[0].item == held


WORDS = ("kind", "text", "right", "option_1", "match_1", "number", "points", "essay", "nan", "x", "yes")
PIECES = [*WORDS, *",;\t\n\"'=1\r\x00-"]
HEADING = b"kind,text,right,option_1,option_2,credit_1,points,number\n"


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=100), st.lists(st.sampled_from(PIECES), max_size=30).map(lambda p: "".join(p).encode())
    ),
    st.booleans(),
)
def test_no_bytes_make_it_raise(data: bytes, below: bool) -> None:
    for parsed in parse(HEADING + data if below else data).items:
        assert parsed.item is not None or parsed.problems
