"""Plots of results as inline SVG, in the text's own colour, so that they hold on light and dark pages.

Each says in words what it shows (title and description); the page has the same figures as a table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import floor as floor_of

from django.utils.safestring import SafeString, mark_safe

from exams.statistics import Bin

_WIDTH, _HEIGHT = 520, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 500, 28, 244
_AXIS_WORDS, _AXIS_TITLE = 16, 40


@dataclass(frozen=True, slots=True)
class Dot:
    label: str
    title: str
    difficulty: float
    discrimination: float


def histogram(bins: Sequence[Bin], *, passing: float | None = None) -> SafeString:
    """How many attempts scored how much, in per cent; the passing mark as a dashed line."""
    highest = max([each.count for each in bins] or [0])
    step = round_step(highest)
    top = max(step, -(-highest // step) * step)
    parts = []
    for count in range(0, top + 1, step):
        y = _BOTTOM - (_BOTTOM - _TOP) * count / top
        parts += [line(_LEFT, y, _RIGHT, y, opacity=0.2), words(_LEFT - 8, y + 4, str(count), anchor="end")]
    for each in bins:
        left, right, y = (
            _across(each.low / 100),
            _across(each.high / 100),
            _BOTTOM - (_BOTTOM - _TOP) * each.count / top,
        )
        parts.append(
            f'<rect x="{left + 2:.1f}" y="{y:.1f}" width="{right - left - 4:.1f}" height="{_BOTTOM - y:.1f}" '
            f'class="mk-bar"><title>{each.low:.0f} to {each.high:.0f} %: {each.count}</title></rect>'
        )
    parts += [
        words(_across(share / 10), _BOTTOM + _AXIS_WORDS, str(share * 10), anchor="middle") for share in range(0, 11, 2)
    ]
    parts.append(words((_LEFT + _RIGHT) / 2, _BOTTOM + _AXIS_TITLE, "Score in % of the points", anchor="middle"))
    if passing is not None:
        x, (aside, anchor) = _across(passing / 100), (6, "start") if passing < 60 else (-6, "end")
        parts.append(line(x, 6, x, _BOTTOM, width=2, dash="6 4"))
        parts.append(words(x + aside, 14, f"passing mark {passing:g} %", anchor=anchor))
    counts = ", ".join(f"{each.low:.0f} to {each.high:.0f} %: {each.count}" for each in bins)
    return svg("How the scores are distributed", f"Number of attempts by score. {counts}.", parts)


def scatter(dots: Sequence[Dot]) -> SafeString:
    """Each question by how many had it right and how well it tells good candidates from others."""
    heights = [dot.discrimination for dot in dots]
    floor = floor_of(min([0.0, *heights]) * 5) / 5
    top = min(1.0, -floor_of(-max([0.4, *heights]) * 5) / 5)
    parts = []

    def up(discrimination: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * (discrimination - floor) / (top - floor)

    for tenth in range(round(floor * 10), round(top * 10) + 1, 2):
        y = up(tenth / 10)
        parts += [line(_LEFT, y, _RIGHT, y, opacity=0.2), words(_LEFT - 8, y + 4, f"{tenth / 10:.1f}", anchor="end")]
    if floor < 0:
        parts.append(line(_LEFT, up(0), _RIGHT, up(0), width=1.5))
    for tenth in range(0, 11, 2):
        parts += [
            line(_across(tenth / 10), _TOP, _across(tenth / 10), _BOTTOM, opacity=0.2),
            words(_across(tenth / 10), _BOTTOM + _AXIS_WORDS, f"{tenth / 10:.1f}", anchor="middle"),
        ]
    parts.append(
        words(
            (_LEFT + _RIGHT) / 2,
            _BOTTOM + _AXIS_TITLE,
            "Difficulty: mean share of the points (1 = easy)",
            anchor="middle",
        )
    )
    parts.append(words(_LEFT, _TOP - 12, "Discrimination"))
    labels: list[tuple[float, float]] = []
    for dot in dots:
        x, y = _across(dot.difficulty), up(dot.discrimination)
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" class="mk-dot"><title>{escape(dot.title)}</title></circle>'
        )
        # One label on top of another says less than none; the table has all of them.
        if not any(abs(x - other_x) < 20 and abs(y - other_y) < 11 for other_x, other_y in labels):
            labels.append((x, y))
            parts.append(words(x + 7, y + 4, dot.label))
    described = "; ".join(f"{dot.label}: {dot.difficulty:.2f} and {dot.discrimination:.2f}" for dot in dots)
    return svg("Difficulty and discrimination of the questions", f"By question number. {described}.", parts)


def round_step(highest: int) -> int:
    """Five lines at most, at round numbers."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if highest <= 5 * size * factor:
                return size * factor
        size *= 10


def _across(share: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * min(1.0, max(0.0, share))


def svg(title: str, description: str, parts: Sequence[str], *, size: tuple[int, int] = (_WIDTH, _HEIGHT)) -> SafeString:
    """``parts``: markup in which all text is escaped already."""
    key = "plot-" + "-".join(title.lower().split()[:3])
    width, height = size
    return mark_safe(  # noqa: S308 (all text in it is escaped)
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" class="mk-plot" '
        f'aria-labelledby="{key}-title" aria-describedby="{key}-words" fill="currentColor" font-size="12">'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-words">{escape(description)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def line(x1: float, y1: float, x2: float, y2: float, *, width: float = 1, opacity: float = 1, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="currentColor" '
        f'stroke-width="{width}" stroke-opacity="{opacity}"{dashes}/>'
    )


def words(x: float, y: float, text: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
