"""Markdown to HTML as Moodle keeps it: formulas for MathJax, pictures as files of the question."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from html import escape
from uuid import UUID

from markdown_it import MarkdownIt

from exams.commonmark import parser, picture_id
from exams.plain_texts import words_of

FILE = "@@PLUGINFILE@@/"
NAMES = "names"


def html_of(text: str, names: Mapping[UUID, str]) -> str:
    """``names`` says what the files of the text's pictures are called."""
    return str(_parser().render(text, {NAMES: names})).strip()


def plain_of(text: str) -> str:
    """The words alone, formulas as MathJax has them: where HTML is not taken."""
    return words_of(html_of(text, {}))


@cache
def _parser() -> MarkdownIt:
    return parser(formula=_formula, picture=_picture)


def _formula(tex: str, display: bool, env: object) -> str:
    return escape(rf"\[{tex}\]" if display else rf"\({tex}\)", quote=False)


def _picture(address: str, alt: str, env: Mapping[str, Mapping[UUID, str]]) -> str:
    picture = picture_id(address)
    name = env[NAMES].get(picture) if picture else None
    return f'<img src="{escape(address if name is None else FILE + name)}" alt="{escape(alt)}">'
