"""Moodle XML as it is written here, and that it comes back as it was."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exams.interchange.base import Entry, Picture
from exams.interchange.moodle_xml import losses, parse, write
from exams.items import Item, ItemChoice, Kind
from tests.interchange.samples import ITEMS, SECTIONS

D = Decimal
PNG = b"\x89PNG\r\n\x1a\n-not-looked-at-here"


# ---- There and back ----
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.lists(ITEMS, max_size=3), SECTIONS)
def test_what_is_written_is_read_again(items: list[Item], section: str) -> None:
    held = [item for item in items if not losses(item)]
    read = parse(write([Entry(item, section) for item in held])).items
    assert [(parsed.item, parsed.section) for parsed in read] == [(item, section) for item in held]


def test_what_only_our_own_questions_have_is_read_again() -> None:
    items = [
        Item(Kind.SHORT_TEXT, "a", points=D("2.5"), penalty=D("0.25"), case_sensitive=True, choices=(ItemChoice("x"),)),
        Item(Kind.ESSAY, "a", guidance="- *look*\n- for"),
        Item(Kind.MATCHING, "a", choices=(ItemChoice("x", match="$x$"), ItemChoice("y", match="*y*")), shuffle=False),
        Item(Kind.SINGLE_CHOICE, "a", choices=(ItemChoice("x", correct=True), ItemChoice("y", credit=D(-25)))),
    ]
    read = parse(write([Entry(item) for item in items])).items
    assert [parsed.item for parsed in read] == items


def test_moodle_is_given_html_and_a_name() -> None:
    written = write([Entry(Item(Kind.ESSAY, "Is **it** $x < 1$?"))]).decode()
    assert r"<![CDATA[<p>Is <strong>it</strong> \(x &lt; 1\)?</p>]]>" in written
    assert r"<text>Is it \(x &lt; 1\)?</text></name>" in written


def test_html_that_was_changed_counts_more_than_the_markdown_beside_it() -> None:
    text = "1986\\. A *great* year"
    written = write([Entry(Item(Kind.ESSAY, text + " for __us__"))]).decode()
    assert "<markdown>" in written
    [parsed] = parse(written.replace("<p>1986.", "<p>1987.").encode()).items
    assert parsed.item is not None
    assert parsed.item.text == "1987\\. A *great* year for **us**"


def test_pictures_are_written_beside_their_text_and_read_again() -> None:
    id = uuid4()

    def data(asked: UUID) -> Picture | None:
        return Picture(asked, f"{asked}.png", PNG) if asked == id else None

    text = f"![a](picture:{id}) __b__ ![gone](picture:{uuid4()})"
    [parsed] = parse(write([Entry(Item(Kind.ESSAY, text))], data)).items
    [picture] = parsed.pictures
    assert picture.data == PNG
    assert parsed.item is not None
    assert parsed.item.text == text.replace(str(id), str(picture.id))


@pytest.mark.parametrize(
    ("item", "lost"),
    [
        (Item(Kind.ESSAY, "a\x0b"), "invisible control characters"),
        (Item(Kind.MATCHING, "a", choices=(ItemChoice("x", match="y", feedback="z"),)), "feedback to pairs"),
        (
            Item(Kind.SINGLE_CHOICE, "a", choices=(ItemChoice("x", correct=True, credit=D(80)),)),
            "shares that do not fit what is right",
        ),
    ],
)
def test_what_the_format_cannot_hold_is_said(item: Item, lost: str) -> None:
    assert losses(item) == [lost]
