"""Words of every script on their way into a PDF, which draws from left to right."""

from __future__ import annotations

import pytest

from proctoring.reports.pdf.script import Script, printable, wrapped


def markup(text: str, *, width: float = 400) -> str:
    return Script().markup(text, size=9, width=width)


def test_hebrew_is_put_into_the_order_in_which_it_is_seen() -> None:
    assert markup("שלום") == "םולש"


def test_arabic_letters_are_joined() -> None:
    assert markup("محمد") == "\ufeaa\ufee4\ufea4\ufee3"  # final, medial, medial, initial: seen from the left


def test_a_name_read_from_the_right_leaves_what_is_english_where_it_is() -> None:
    assert markup("שלום (user7)").replace("\u00a0", " ") == "םולש (user7)"


def test_each_line_is_turned_around_by_itself() -> None:
    assert markup("אחת שתיים שלוש", width=60).replace("\u00a0", " ") == "םייתש תחא<br/>שולש"


def test_complex_scripts_are_not_printed_letter_by_letter() -> None:
    script = Script()
    assert script.markup("नमस्ते", size=9, width=400) == "[6 Devanagari characters not printed: see page 1]"
    assert script.missing == set("नमस्ते")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("I said नमस्ते, twice.", "I said [6 Devanagari characters not printed: see page 1], twice."),
        ("नमस्ते नमस्ते.\nनमस्ते", "[18 Devanagari characters not printed: see page 1]"),
        (
            "ខ្មែរ and မြန်",
            "[5 Khmer characters not printed: see page 1] and [4 Myanmar characters not printed: see page 1]",
        ),
        ("王 अ", "[2 CJK and Devanagari characters not printed: see page 1]"),
        ("Fine \U0001f9ff!", "Fine [1 character not printed: see page 1]!"),
        ("अ" * 1200, "[1,200 Devanagari characters not printed: see page 1]"),
        ("Жанна अ", "Жанна [1 Devanagari character not printed: see page 1]"),
    ],
)
def test_a_remark_stands_for_each_stretch_that_cannot_be_printed(text: str, shown: str) -> None:
    assert markup(text) == shown


def test_in_a_line_read_from_the_right_the_remark_is_read_from_the_left() -> None:
    assert "[1 Devanagari character not printed: see page 1]" in markup("שלום अ").replace("\u00a0", " ")


def test_markup_is_escaped_and_lines_stay_lines() -> None:
    assert markup("a<b>\r\nc & “d”") == "a&lt;b&gt;<br/>c &amp; “d”"


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200d", "\ufeff", "\x00", "\x1b", "\ufe0f"])
def test_what_has_no_glyph_is_left_out(hidden: str) -> None:
    assert printable(f"a{hidden}b") == "ab"


def test_accents_are_composed() -> None:
    assert printable("e\u0301") == "é"


def test_a_line_that_is_too_long_ends_with_dots() -> None:
    fitted = Script().fitted("Statistics " * 20, size=9, width=100)
    assert fitted.endswith("…") and len(fitted) < 25
    assert Script().fitted("Statistics", size=9, width=100) == "Statistics"


def test_words_longer_than_a_line_have_one_of_their_own() -> None:
    assert wrapped("aa bbbbbb c", 4, lambda line: float(len(line))) == ["aa", "bbbbbb", "c"]
