"""Texts of questions in one line of plain words, where no Markdown is shown: formulas as their TeX, without dollars."""

from __future__ import annotations

import re
from functools import cache
from html import escape, unescape
from textwrap import shorten

from markdown_it import MarkdownIt

from exams.commonmark import parser

_SPACE = "\ue000"  # stands for a space within a formula, which is not cut there


def in_one_line(text: str, *, longest: int) -> str:
    """The words alone, cut between two of them where there are too many; never within a formula that fits."""
    words = words_of(str(_parser().render(text, {})))
    if len(words) > longest:
        short = shorten(words, longest, placeholder="…")
        words = short if len(short) > 1 else f"{words[: longest - 1]}…"
    return words.replace(_SPACE, " ")


def words_of(html: str) -> str:
    """Of HTML that a parser made of a text: no tags, one space between two words."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", html)).split())


@cache
def _parser() -> MarkdownIt:
    return parser(formula=_formula, picture=_picture)


def _formula(tex: str, display: bool, env: object) -> str:
    return escape(_SPACE.join(tex.split()), quote=False) + ("\n" if display else "")


def _picture(address: str, alt: str, env: object) -> str:
    return escape(alt)
