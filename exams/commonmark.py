"""The one dialect that texts of questions are written in: CommonMark with tables and $formulas$. No HTML, no Django."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from mdit_py_plugins.dollarmath import dollarmath_plugin

Rule = Callable[..., str]
Formula = Callable[[str, bool, Any], str]
Picture = Callable[[str, str, Any], str]
PICTURE = re.compile(r"picture:(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)
FORMULA_TOKENS = {"math_inline": False, "math_inline_double": True, "math_block": True}  # name: on a line of its own?
# As Pandoc has it, prices stay prices: a formula's dollars touch it, and no digit follows.
_INLINE = re.compile(
    r"\$\$(?P<double>(?:[^$\\]|\\.)+)\$\$|\$(?!\s)(?P<single>(?:[^$\\]|\\.)+)(?<!\s)\$(?!\d)", re.DOTALL
)
_ADDRESSES = re.compile(r"(?:https?|mailto|picture):|data:image/", re.IGNORECASE)


def parser(*, formula: Formula, picture: Picture) -> MarkdownIt:
    """``formula`` gives the HTML for TeX and whether it stands on its own line, ``picture`` for an address and an
    alternative text; both get the ``env`` that the whole text is rendered with.
    """
    md = MarkdownIt("commonmark", {"html": False}).enable("table")
    md.use(dollarmath_plugin, allow_labels=False)
    md.inline.ruler.at("math_inline", _inline_formula)  # its own takes "$x$ is 5" for no formula, as the text ends in 5
    md.validateLink = lambda url: _ADDRESSES.match(url) is not None  # type: ignore[method-assign]
    for name, display in FORMULA_TOKENS.items():
        md.add_render_rule(name, _formula_rule(formula, display))
    md.add_render_rule("image", _picture_rule(picture))
    md.core.ruler.push("tidy", _tidy)
    return md


def picture_id(address: str) -> UUID | None:
    """Which picture ``picture:<uuid>`` names; None for any other address."""
    found = PICTURE.fullmatch(address)
    return UUID(found["id"]) if found else None


def pictures_in(text: str) -> set[UUID]:
    return {UUID(found["id"]) for found in PICTURE.finditer(text)}


def _inline_formula(state: StateInline, silent: bool) -> bool:
    found = _INLINE.match(state.src, state.pos)
    if found is None or found.end() > state.posMax:
        return False
    if not silent:
        token = state.push("math_inline" if found["double"] is None else "math_inline_double", "math", 0)
        token.content = found["single"] if found["double"] is None else found["double"]
    state.pos = found.end()
    return True


def _formula_rule(formula: Formula, display: bool) -> Rule:
    def rule(renderer: object, tokens: Sequence[Token], place: int, options: OptionsDict, env: object) -> str:
        return formula(tokens[place].content.strip(), display, env)

    return rule


def _picture_rule(picture: Picture) -> Rule:
    def rule(renderer: object, tokens: Sequence[Token], place: int, options: OptionsDict, env: object) -> str:
        token = tokens[place]
        return picture(str(token.attrs.get("src", "")), _plain(token.children or []), env)

    return rule


def _plain(tokens: Sequence[Token]) -> str:
    """The words of a picture's alternative text, formulas as their source."""
    return "".join(
        " " if token.type.endswith("break") else token.content or _plain(token.children or []) for token in tokens
    )


def _tidy(state: StateCore) -> None:
    """A column's alignment comes as a style, which the content security policy refuses; headings begin below the
    page's own; a code block's language is nobody's business here."""
    for token in state.tokens:
        if token.type in {"th_open", "td_open"} and "style" in token.attrs:
            alignment = str(token.attrs.pop("style")).rpartition(":")[2]
            token.attrs["class"] = f"md-{alignment}"
        elif token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
        elif token.type == "fence":
            token.info = ""
