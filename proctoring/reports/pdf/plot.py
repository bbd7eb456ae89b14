"""The risk over time as lines of the document itself: sharp at any size, and nothing to load."""

from __future__ import annotations

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from proctoring.reports.pdf import fonts
from proctoring.reports.pdf.layout import GREY, INK, LINE, WIDTH
from proctoring.reports.risk_line import Line, thinned

HEIGHT = 58 * mm
_LEFT, _BOTTOM, _TOP, _RIGHT = 26.0, 24.0, 10.0, 8.0


class RiskPlot(Flowable):
    def __init__(self, line: Line) -> None:
        super().__init__()
        self.line = line
        self.width: float = WIDTH
        self.height: float = HEIGHT
        self.scale = line.scale()

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
        return _LEFT + (self.width - _LEFT - _RIGHT) * self.line.share(moment)

    def _y(self, risk: float) -> float:
        return _BOTTOM + (self.height - _BOTTOM - _TOP) * risk / self.scale[-1]

    def _scale(self) -> None:
        self.canv.setLineWidth(0.4)
        for risk in self.scale:
            self.canv.setStrokeColor(LINE)
            self.canv.line(_LEFT, self._y(risk), self.width - _RIGHT, self._y(risk))
            self.canv.setFillColor(GREY)
            self.canv.drawRightString(_LEFT - 4, self._y(risk) - 2.5, str(risk))

    def _clock(self) -> None:
        self.canv.setFillColor(GREY)
        for moment, written in self.line.clock():
            self.canv.drawCentredString(self._x(moment), _BOTTOM - 14, written)
            self.canv.line(self._x(moment), _BOTTOM, self._x(moment), _BOTTOM - 2)

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
