"""Text of any script as the markup of a paragraph.

A PDF's text is drawn glyph by glyph from left to right. Right-to-left scripts are therefore put into the order in which
they are seen (Unicode's bidirectional algorithm), Arabic letters into the forms they take in a word. Where there
is what no font has, or a script whose letters would stand wrongly without a shaping engine, a remark in brackets says
so, and the report's first page says where to read it: nothing is left out or misspelt in silence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from html import escape
from itertools import groupby

from arabic_reshaper import ArabicReshaper
from bidi import get_display

from proctoring.reports.pdf import fonts

BETWEEN = frozenset(" \n\u00a0.,;:!?-–'’“”\"()")  # words that cannot be printed are one remark, not one each
# Indic scripts, Tibetan, Burmese, Khmer, Mongolian and others: vowels move before their consonants, letters join.
SHAPED = (
    (0x0700, 0x074F), (0x07C0, 0x085F), (0x0900, 0x0DFF), (0x0F00, 0x109F), (0x1700, 0x18AF), (0x1900, 0x1CFF),
    (0xA800, 0xABBF), (0x10A00, 0x10FFF), (0x11000, 0x11FFF), (0x1E900, 0x1E95F),
)  # fmt: skip

# Of a text in which each character is "m" (missing), "b" (between words) or "." (any other).
_STRETCHES = re.compile("m(?:b*m)*|[^m]+")

_arabic = ArabicReshaper({"delete_harakat": False, "ARABIC LIGATURE ALLAH": False})  # one that few fonts have


class Script:
    """Markup of one report's texts; ``missing`` gathers the characters that could not be printed."""

    def __init__(self) -> None:
        self.missing: set[str] = set()
        self._fonts = fonts.available()

    def markup(self, text: str, *, bold: bool = False, size: float, width: float) -> str:
        """``width`` in points: where a line of right-to-left text has to end, as it is turned around line by line."""
        text = printable(text)
        if not right_to_left(text):
            return self._runs(text, bold=bold)
        lines = wrapped(text, width, lambda line: self._width(in_forms(line), size))
        base = base_of(text)
        return "<br/>".join(self._runs(unbroken(seen(line, base)), bold=bold) for line in lines)

    def fitted(self, text: str, *, size: float, width: float) -> str:
        """In one line, its end cut off where it is too long; markup too."""
        text = " ".join(printable(text).split())
        if self._width(in_forms(text), size) > width:
            while text and self._width(in_forms(text) + "…", size) > width:
                text = text[:-1]
            text = text.rstrip() + "…"
        return self._runs(unbroken(seen(text, base_of(text))), bold=False)

    def _runs(self, text: str, *, bold: bool) -> str:
        runs = [(fonts.SANS, text)] if text.isascii() else self._by_font(text)
        markup = "".join(self._run(font, run) for font, run in runs)
        markup = markup.replace("\n", "<br/>")
        return f"<b>{markup}</b>" if bold and markup else markup

    def _run(self, font: str, run: str) -> str:
        return escape(run) if font == fonts.SANS else f'<font name="{font}">{escape(run)}</font>'

    def _by_font(self, text: str) -> Iterator[tuple[str, str]]:
        found = [self._font(character) for character in text]
        self.missing.update(character for character, font in zip(text, found, strict=True) if font is None)
        for stretch in _STRETCHES.finditer("".join(map(_kind, text, found))):
            first, end = stretch.span()
            if found[first] is None:
                yield fonts.SANS, remark(text[first:end])
                continue
            for font, run in groupby(range(first, end), found.__getitem__):
                yield font or fonts.SANS, "".join(text[place] for place in run)

    def _font(self, character: str) -> str | None:
        if character == "\n":
            return fonts.SANS
        return None if needs_shaping(character) else fonts.font_with(character, self._fonts)

    def _width(self, text: str, size: float) -> float:
        return sum(fonts.width(run, font, size) for font, run in self._by_font(text))


def remark(stretch: str) -> str:
    """What stands instead of it, in letters that every font has."""
    missing = [each for each in stretch if each not in BETWEEN]
    scripts = sorted({script for each in missing if (script := _script(each))})
    number, which = len(missing), f"{' and '.join(scripts)} " if scripts else ""
    return f"[{number:,} {which}character{'' if number == 1 else 's'} not printed: see page 1]"


def printable(text: str) -> str:
    """Composed, and without what has no glyph of its own: controls, marks of direction, joiners, variants."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return "".join(each for each in text if each == "\n" or not _invisible(each))


def right_to_left(text: str) -> bool:
    return not text.isascii() and any(unicodedata.bidirectional(each) in ("R", "AL") for each in text)


def needs_shaping(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in SHAPED)


def in_forms(text: str) -> str:
    """Arabic letters in the forms they take beside each other."""
    return str(_arabic.reshape(text)) if right_to_left(text) else text


def base_of(text: str) -> str:
    """The report is in English; only what has no letter read from left to right is as a whole read the other way."""
    return "L" if any(unicodedata.bidirectional(each) == "L" for each in text) else "R"


def seen(line: str, base: str) -> str:
    """One line in the order in which it is seen."""
    return str(get_display(in_forms(line), base_dir=base)) if right_to_left(line) else line


def unbroken(line: str) -> str:
    return line.replace(" ", "\u00a0")


def wrapped(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and measure(longer) > width:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines


def _kind(character: str, font: str | None) -> str:
    return "m" if font is None else "b" if character in BETWEEN else "."


def _script(character: str) -> str:
    """“Devanagari”, as Unicode's name of it begins; empty for what is no letter, such as a face that smiles."""
    name = unicodedata.name(character, "").split(" ")[0]
    if not name or unicodedata.category(character)[0] not in "LMN":
        return ""
    return name if name == "CJK" else name.title()


def _invisible(character: str) -> bool:
    if 0xFE00 <= ord(character) <= 0xFE0F:
        return True
    return unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")
