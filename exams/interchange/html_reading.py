"""HTML, as Moodle keeps its texts, to Markdown. What Markdown cannot say is told, and pictures come along."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from markdownify import ATX, BACKSLASH, MarkdownConverter

from exams.interchange.base import MAX_QUESTION, HtmlBudget, Picture, picture
from exams.interchange.plain import escape, from_plain

_EMBEDDED = re.compile(r"""(?<=["'])data:(?P<type>[\w/+.-]*);base64,(?P<data>[A-Za-z0-9+/=\s]*)(?=["'])""")
_OWN_FILE = re.compile(r"@@PLUGINFILE@@/(?P<path>[^\s\"')>?]+)(?:\?[^\s\"')>]*)?")
# Nearly all texts of nearly all files: paragraphs of words. They need no tree.
_PARAGRAPH = re.compile(r"<p(?:\s[^<>]*)?>(?P<text>[^<]*)</p>", re.IGNORECASE)
_PARAGRAPHS = re.compile(r"\s*(?:<p(?:\s[^<>]*)?>[^<]*</p>\s*)*", re.IGNORECASE)
_TAG = re.compile(r"<(?:!--|/?[A-Za-z][A-Za-z0-9:-]*[\s/>])")
# Comments, and what browsers take for such: the parser gives up on some, and warns of others in the site's log.
_NO_CONTENT = re.compile(r"<!---?>|<!--.*?(?:--!?>|\Z)|<[!?][^>]*(?:>|\Z)", re.DOTALL)
_HIGH = dict(zip("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ", strict=True))
_LOW = dict(zip("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))
_LEFT_OUT = {
    "video": "A video", "audio": "A recording", "iframe": "An embedded page", "object": "An embedded object",
    "embed": "An embedded object", "script": "A script", "svg": "A drawing (SVG)", "canvas": "A drawing",
    "input": "A form field", "select": "A form field", "textarea": "A form field",
}  # fmt: skip
_DECORATIONS = {"u", "ins", "del", "s", "strike", "font", "mark"}


def has_tags(text: str) -> bool:
    return _TAG.search(text) is not None


class TextReader:
    """Reads the texts of one question, and collects what is to be said about them and the pictures they show."""

    def __init__(self, files: Mapping[str, bytes] | None = None, budget: HtmlBudget | None = None) -> None:
        """``budget`` is that of the whole file."""
        self.files = dict(files or {})
        self.budget = budget or HtmlBudget()
        self.pictures: dict[UUID, Picture] = {}
        self.problems: list[str] = []
        self._converter = _Converter(self)

    def read(self, text: str, format: str) -> str:
        """``format`` as Moodle names it in GIFT and XML."""
        if format == "markdown":
            return self.markdown(text)
        if format in {"plain", "plain_text"}:
            return from_plain(text)
        if format in {"moodle", "moodle_auto_format"}:
            return self.html(text.strip().replace("\n", "<br>\n")) if has_tags(text) else from_plain(text)
        return self.html(text)

    def markdown(self, text: str) -> str:
        if has_tags(re.sub(r"`[^`]*`|<(?:https?|mailto):", "", text)):
            self.say("HTML tags in a Markdown text are shown as they are written.")
        return _OWN_FILE.sub(lambda found: self._address(found[0]) or found[0], text.strip())

    def html(self, html: str) -> str:
        html = _EMBEDDED.sub(self._take_out, html)
        if "<" not in html:
            return _words(html)
        if _PARAGRAPHS.fullmatch(html):
            paragraphs = (_words(found["text"]) for found in _PARAGRAPH.finditer(html))
            return "\n\n".join(words for words in paragraphs if words)
        if len(html) > MAX_QUESTION:
            self.say("A text is too long to be read as HTML, and is left out. Shorten it.")
            return ""
        self.budget.take(len(html))
        soup = BeautifulSoup(_NO_CONTENT.sub("", html), "html.parser")
        self._look_for_what_is_lost(soup)
        try:
            return self._converter.convert_soup(soup).strip()
        except RecursionError:
            self.say("A text has tags in tags hundreds deep: only its words are taken.")
            return from_plain(" ".join(piece for piece in soup.strings))

    def say(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems.append(problem)

    def image(self, source: str, alt: str) -> str:
        words = " ".join(escape(alt).replace("]", "\\]").split())
        address = self._address(source)
        if address is not None:
            return f"![{words}]({address})"
        if re.match(r"https?://[^\s()<>]+\Z", source):
            self.say(f"The picture at {source} is on another site: it becomes a link. Upload it to show it.")
            return f"[{words or escape(source)}]({source})"
        self.say(f"The picture “{source[:80]}” is not in the file, and is left out.")
        return words

    def keep(self, name: str) -> Picture:
        kept = picture(name, self.files[name])
        self.pictures[kept.id] = kept
        return kept

    def _address(self, source: str) -> str | None:
        found = _OWN_FILE.fullmatch(source)
        name = unquote(found["path"]) if found else ""
        return f"picture:{self.keep(name).id}" if name in self.files else None

    def _take_out(self, found: re.Match[str]) -> str:
        """A picture written into the text itself becomes one of its files: the text stays short enough to be read."""
        name = f"embedded-{len(self.files) + 1}"
        try:
            self.files[name] = base64.b64decode(found["data"], validate=False)
        except binascii.Error:
            return "broken"
        return f"@@PLUGINFILE@@/{name}"

    def _look_for_what_is_lost(self, soup: BeautifulSoup) -> None:
        for tag in soup.descendants:
            if not isinstance(tag, Tag):
                continue
            if tag.name in _LEFT_OUT:
                self.say(f"{_LEFT_OUT[tag.name]} in a text cannot be shown, and is left out.")
            elif tag.name in {"td", "th"} and (tag.get("colspan", "1"), tag.get("rowspan", "1")) != ("1", "1"):
                self.say("Cells of a table that were joined stand apart.")
            elif tag.name in _DECORATIONS:
                self.say("Underlining, crossing out and colours are not kept.")


class _Converter(MarkdownConverter):
    def __init__(self, reader: TextReader) -> None:
        super().__init__(heading_style=ATX, bullets="-", newline_style=BACKSLASH, autolinks=False)
        self.reader = reader

    def escape(self, text: str, parent_tags: set[str]) -> str:
        return escape(text)

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return self.reader.image(_attribute(el, "src"), _attribute(el, "alt"))

    def convert_sup(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _raised(el, text, _HIGH, "^")

    def convert_sub(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _raised(el, text, _LOW, "_")

    def convert_math(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        source = el.find("annotation", attrs={"encoding": "application/x-tex"})
        if source is None:
            self.reader.say("A formula in MathML is taken as its letters. Write it in TeX.")
            return escape(" ".join(el.get_text(" ").split()))
        return escape(rf"\({source.get_text().strip()}\)")

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return str(super().convert_td(el, text.replace("|", "\\|"), parent_tags))  # type: ignore[misc]

    def convert_th(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return str(super().convert_th(el, text.replace("|", "\\|"), parent_tags))  # type: ignore[misc]

    def convert_del(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return text

    convert_s = convert_del

    def _nothing(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return ""

    convert_script = convert_style = convert_video = convert_audio = convert_svg = convert_iframe = _nothing
    convert_object = convert_select = convert_textarea = convert_template = convert_head = _nothing


def _words(html: str) -> str:
    return " ".join(escape(unescape(html)).split())


def _raised(el: Tag, text: str, letters: Mapping[str, str], sign: str) -> str:
    plain = el.get_text().strip()
    if not plain:
        return ""
    if all(letter in letters for letter in plain):
        return "".join(letters[letter] for letter in plain)
    if any(character in plain for character in "\\${}^_#%&~\n"):
        return text
    # Before a digit a closing dollar is a price, so something invisible stands between.
    after = el.next_sibling
    joined = isinstance(after, NavigableString) and str(after)[:1].isdigit()
    return f"${sign}{{\\text{{{plain}}}}}${'&#8203;' if joined else ''}"


def _attribute(el: Tag, name: str) -> str:
    value: Any = el.get(name)
    return value if isinstance(value, str) else ""
