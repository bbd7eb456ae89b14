"""What HTML may leave this site as the text of a question. Everything else is dropped, whatever made it."""

from __future__ import annotations

import re

import nh3

_HTML = {
    "a", "blockquote", "br", "code", "div", "em", "h3", "h4", "h5", "h6", "hr", "img", "li", "ol", "p", "pre", "span",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_MATHML = {
    "math", "menclose", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom", "mprescripts",
    "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr",
    "munder", "munderover", "none",
}  # fmt: skip
_MATHML_ATTRIBUTES = {
    "accent", "accentunder", "columnalign", "columnlines", "depth", "display", "displaystyle", "fence", "form",
    "height", "largeop", "linethickness", "lspace", "mathcolor", "mathvariant", "maxsize", "minsize", "movablelimits",
    "notation", "rowlines", "rspace", "scriptlevel", "separator", "stretchy", "symmetric", "voffset", "width",
}  # fmt: skip
_WORDS = re.compile(r"[A-Za-z-]+(?: [A-Za-z-]+)*|#[0-9A-Fa-f]{3,6}")
_LENGTH = re.compile(r"(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))(?:em|ex|px|pt|%)?")
_LARGEST = 20.0  # a length of more would cover the page around it; in per cent it is of a letter


def _attribute(tag: str, name: str, value: str) -> str | None:
    if tag == "a" and value.startswith("picture:"):
        return None
    if tag not in _MATHML or _WORDS.fullmatch(value):
        return value
    length = _LENGTH.fullmatch(value)
    if length is None or abs(float(length["number"])) > (100 if value.endswith("%") else _LARGEST):
        return None
    return value


_CLEANER = nh3.Cleaner(
    tags=_HTML | _MATHML,
    clean_content_tags={"script", "style"},
    attributes={
        "a": {"href", "title"},
        "div": {"dir", "role", "tabindex", "aria-label"},
        "span": {"dir"},
        "img": {"src", "alt", "title"},
        "ol": {"start"},
        **dict.fromkeys(_MATHML, _MATHML_ATTRIBUTES),
    },
    allowed_classes={
        "div": {"md", "md-wide"},
        "span": {"md"},
        "code": {"md-tex"},
        "td": {"md-left", "md-right", "md-center"},
        "th": {"md-left", "md-right", "md-center"},
    },
    attribute_filter=_attribute,
    set_tag_attribute_values={"a": {"target": "_blank"}},
    link_rel="noopener noreferrer",
    url_schemes={"http", "https", "mailto", "picture"},
    url_relative="deny",
)


def sanitise(html: str) -> str:
    return _CLEANER.clean(html)
