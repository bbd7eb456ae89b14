"""What the detectors can't do, in the product: the repository's model card as a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

CARD = Path(__file__).resolve().parents[2] / "docs" / "model-card.md"
_TABLE = '<div class="pv-scroll" role="region" tabindex="0" aria-label="Table"><table class="pv-table">'


def model_card_page(request: HttpRequest) -> HttpResponse:
    title = "What the detectors can’t do"
    context = {
        **admin.site.each_context(request),
        "title": title,
        "content_title": title,
        "card": _card(),
    }
    return TemplateResponse(request, "proctoring_admin/model_card.html", context)


@cache
def _card() -> SafeString | None:
    """The card as HTML, without its title; None where the file was not shipped."""
    if not CARD.exists():
        return None
    return mark_safe(as_html(CARD.read_text(encoding="utf-8")))  # noqa: S308  (our own text, HTML in it escaped)


def as_html(text: str) -> str:
    """Markdown of the docs for a page of the admin: headings can be linked to, tables scroll by themselves, and links
    to other files of the docs lead to their page here or are plain words."""
    md = MarkdownIt("commonmark", {"html": False}).enable("table")
    md.add_render_rule("table_open", lambda *_: _TABLE)
    md.add_render_rule("table_close", lambda *_: "</table></div>\n")
    tokens = md.parse(re.sub(r"\A# .*\n", "", text))
    for opening, inside in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", slugify(inside.content))
            opening.attrSet("class", f"pv-{opening.tag}")
    for token in tokens:
        token.children = _led_home(token.children) if token.children else token.children
    return str(md.renderer.render(tokens, md.options, {}))


def _led_home(tokens: Sequence[Token]) -> list[Token]:
    pages = {"accuracy.md": reverse("accuracy")}
    kept: list[Token] = []
    leads_nowhere = False
    for token in tokens:
        if token.type == "link_open":
            target = str(token.attrGet("href"))
            leads_nowhere = not target.startswith(("#", "https://")) and target not in pages
            token.attrSet("href", pages.get(target, target))
        if token.type in {"link_open", "link_close"} and leads_nowhere:
            continue
        kept.append(token)
    return kept
