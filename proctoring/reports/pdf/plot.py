"""The risk over time as lines of the document itself: sharp at any size, and nothing to load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from math import ceil
from zoneinfo import ZoneInfo

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from exams.plots import round_step
from proctoring.reports.pdf import fonts
from proctoring.reports.pdf.layout import GREY, INK, LINE, WIDTH

HEIGHT = 58 * mm
_LEFT, _BOTTOM, _TOP, _RIGHT = 26.0, 24.0, 10.0, 8.0
_STEPS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)
MOST_POINTS = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """``samples``: pairs of Unix seconds and the risk from then on, in order. ``events``: when something scored."""

    samples: Sequence[tuple[float, int]]
    events: Sequence[float]
    start: float
    end: float
    zone: ZoneInfo


class RiskPlot(Flowable):
    def __init__(self, line: Line) -> None:
        super().__init__()
        self.line = line
        self.width: float = WIDTH
        self.height: float = HEIGHT
        self.span = max(line.end - line.start, 1.0)
        highest = max([risk for _, risk in line.samples] or [0])
        self.step = round_step(highest)
        self.top = max(self.step, ceil(highest / self.step) * self.step)

    def wrap(self, *_: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        self.canv.setFont(fonts.SANS, 7)
        self._scale()
        self._clock()
        self._risk()
        self.canv.setFillColor(INK)
        for moment in self.line.events:
            self.canv.line(self._x(moment), _BOTTOM, self._x(moment), _BOTTOM - 4)

    def _x(self, moment: float) -> float:
        share = min(1.0, max(0.0, (moment - self.line.start) / self.span))
        return _LEFT + (self.width - _LEFT - _RIGHT) * share

    def _y(self, risk: float) -> float:
        return _BOTTOM + (self.height - _BOTTOM - _TOP) * risk / self.top

    def _scale(self) -> None:
        self.canv.setLineWidth(0.4)
        for risk in range(0, self.top + 1, self.step):
            self.canv.setStrokeColor(LINE)
            self.canv.line(_LEFT, self._y(risk), self.width - _RIGHT, self._y(risk))
            self.canv.setFillColor(GREY)
            self.canv.drawRightString(_LEFT - 4, self._y(risk) - 2.5, str(risk))

    def _clock(self) -> None:
        step = next((step for step in _STEPS if self.span / step <= 10), self.span / 5)
        offset = datetime.fromtimestamp(self.line.start, timezone.utc).astimezone(self.line.zone).utcoffset()
        shift = offset.total_seconds() if offset else 0.0
        moment = ceil((self.line.start + shift) / step) * step - shift
        self.canv.setFillColor(GREY)
        while moment <= self.line.end:
            local = datetime.fromtimestamp(moment, timezone.utc).astimezone(self.line.zone)
            self.canv.drawCentredString(self._x(moment), _BOTTOM - 14, f"{local:%H:%M}")
            self.canv.line(self._x(moment), _BOTTOM, self._x(moment), _BOTTOM - 2)
            moment += step

    def _risk(self) -> None:
        path = self.canv.beginPath()
        y = self._y(0)
        path.moveTo(_LEFT, y)
        for moment, risk in thinned(self.line.samples):
            x = self._x(moment)
            path.lineTo(x, y)
            y = self._y(risk)
            path.lineTo(x, y)
        path.lineTo(self._x(self.line.end), y)
        self.canv.setStrokeColor(INK)
        self.canv.setLineWidth(1)
        self.canv.drawPath(path)


def thinned(samples: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    """At most twice ``MOST_POINTS``: of a long session's, the highest and the last of each stretch."""
    if len(samples) <= MOST_POINTS:
        return list(samples)
    size = ceil(len(samples) / MOST_POINTS)
    kept = []
    for first in range(0, len(samples), size):
        stretch = samples[first : first + size]
        kept += sorted({max(stretch, key=lambda sample: sample[1]), stretch[-1]})
    return kept
