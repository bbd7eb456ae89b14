"""Texts of questions as HTML: Markdown, formulas and pictures. Whatever the text, what comes out is safe to show."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html import escape
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from exams.bounded_cache import BoundedCache
from exams.commonmark import parser, picture_id
from exams.formulas import mathml
from exams.items import MAX_TEXT
from exams.sanitise import sanitise

PictureUrl = Callable[[UUID], str]
FORMULA_BUDGET = 6_000  # characters of TeX in one text that are typeset; what goes beyond shows its source
MAX_HTML = 400_000  # characters; a table of thousands of empty cells is shown as it was written
_CACHE: BoundedCache[tuple[str, bool]] = BoundedCache(32 * 1024 * 1024)  # a thousand who begin see the same few texts
_WIDE_FORMULA = 60  # characters; one that long may be wider than a phone, and is then scrolled by keyboard too
_SURROGATES = re.compile("[\ud800-\udfff]")
# Quotes in attributes come out of the sanitiser escaped and "<" in texts too, so no text can look like this.
_PICTURE = re.compile(r'(<img\b[^>]*? src=")picture:([0-9a-f-]{36})"')


def picture_url(picture: UUID) -> str:
    return reverse("question_picture", args=[picture])


def render(text: str, picture_url: PictureUrl = picture_url) -> SafeString:
    """The text as a ``div`` of paragraphs. Writing direction is found by itself, and ends with the ``div``."""
    return _with_pictures(_html(text, False), picture_url)


def render_inline(text: str, picture_url: PictureUrl = picture_url) -> SafeString:
    """The text as a ``span`` for labels and buttons: all that stands in a line, but no paragraphs."""
    return _with_pictures(_html(text, True), picture_url)


def _with_pictures(html: str, picture_url: PictureUrl) -> SafeString:
    return mark_safe(_PICTURE.sub(lambda hit: f'{hit[1]}{escape(picture_url(UUID(hit[2])))}"', html))  # noqa: S308


def _html(text: str, inline: bool) -> str:
    return _CACHE.get((text, inline), lambda: _made(text, inline))


def _made(text: str, inline: bool) -> str:
    text = _SURROGATES.sub("\ufffd", text)
    html = None
    if len(text) <= MAX_TEXT:
        md, env = _parser(), {"budget": FORMULA_BUDGET}
        html = md.renderInline(text, env) if inline else md.render(text, env)
    if html is None or len(html) > MAX_HTML:
        html = escape(text[:MAX_TEXT]) + ("…" if len(text) > MAX_TEXT else "")
    return sanitise(_wrapped(html, inline))


def _wrapped(html: str, inline: bool) -> str:
    """``dir="auto"`` also isolates: a right-to-left mark in here turns nothing around it."""
    tag = "span" if inline else "div"
    return f'<{tag} class="md" dir="auto">{html}</{tag}>'


@cache
def _parser() -> MarkdownIt:
    md = parser(formula=_formula, picture=_picture)
    md.add_render_rule(
        "table_open", lambda *_: '<div class="md-wide" tabindex="0" role="region" aria-label="Table"><table>'
    )
    md.add_render_rule("table_close", lambda *_: "</table></div>\n")
    return md


def _formula(tex: str, display: bool, env: dict[str, int]) -> str:
    env["budget"] -= len(tex)
    math = mathml(tex, display=display) if env["budget"] >= 0 else None
    if math is None:
        return f'<code class="md-tex">{escape(tex)}</code>'
    if display and len(tex) > _WIDE_FORMULA:
        return f'<div class="md-wide" tabindex="0" role="region" aria-label="Formula">{math}</div>'
    return math


def _picture(address: str, alt: str, env: object) -> str:
    """Only the exam's own pictures are shown: a foreign one would tell its server who sits the exam, and may change."""
    picture = picture_id(address)
    if picture is not None:
        return f'<img src="picture:{picture}" alt="{escape(alt)}">'
    if re.match(r"https?://", address, re.IGNORECASE):
        return f'<a href="{escape(address)}">{escape(alt) or escape(address)}</a>'
    return escape(alt)
