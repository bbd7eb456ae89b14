"""The fonts of a report, and which characters they have.

DejaVu (Bitstream Vera's licence) comes with matplotlib, which the detectors' libraries need; nothing of matplotlib is
loaded. Where a site names further fonts (``PROCTOR_PDF_FONTS``), they are asked for what DejaVu lacks.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from reportlab import rl_config
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

SANS, BOLD, MONO = "ReportSans", "ReportSans-Bold", "ReportMono"
FILES = {SANS: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf", MONO: "DejaVuSansMono.ttf"}

_registering = Lock()


def available() -> tuple[str, ...]:
    """The names of the fonts to look for a character in, in this order; all are registered afterwards."""
    with _registering:  # registering one anew would take it away from a report that is being made
        return _registered(tuple(settings.PROCTOR_PDF_FONTS))


def width(text: str, font: str, size: float) -> float:
    return float(pdfmetrics.stringWidth(text, font, size))


@lru_cache(maxsize=4096)
def font_with(character: str, names: Sequence[str]) -> str | None:
    """The first of ``names`` that has it."""
    return next((name for name in names if ord(character) in _characters(name)), None)


@lru_cache(maxsize=8)
def _registered(further: tuple[str, ...]) -> tuple[str, ...]:
    rl_config.useA85 = 0  # pictures as they are, not a quarter larger as text
    spec = find_spec("matplotlib")
    assert spec is not None and spec.submodule_search_locations, "matplotlib comes with mediapipe and ultralytics"
    folder = Path(spec.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"
    for name, file in FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))
    for bold in (0, 1):
        for italic in (0, 1):
            addMapping(SANS, bold, italic, BOLD if bold else SANS)
    names = [SANS]
    for path in further:
        names.append(_name_of(path))
        try:
            pdfmetrics.registerFont(TTFont(names[-1], path))
        except (TTFError, OSError) as error:
            raise ImproperlyConfigured(f"PROCTOR_PDF_FONTS: {path} is no TrueType font to be used: {error}") from error
    return tuple(names)


def _name_of(path: str) -> str:
    return f"Further-{Path(path).stem}"


@lru_cache(maxsize=8)
def _characters(name: str) -> frozenset[int]:
    """Those of the bold one too: a word is not to lose a letter by standing in bold."""
    has = frozenset(pdfmetrics.getFont(name).face.charToGlyph)
    return has & frozenset(pdfmetrics.getFont(BOLD).face.charToGlyph) if name == SANS else has
