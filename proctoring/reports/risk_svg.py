"""The risk over time on a page that draws nothing itself. In few, large letters: it is read on a telephone too."""

from __future__ import annotations

from datetime import datetime, timezone

from django.utils.safestring import SafeString

from exams import plots
from proctoring.reports.risk_line import Line, thinned

_WIDTH, _HEIGHT = 400, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 36, 390, 12, 186


def risk_svg(line: Line) -> SafeString:
    scale = line.scale()

    def across(moment: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * line.share(moment)

    def up(risk: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * risk / scale[-1]

    parts = []
    for risk in scale:
        parts += [
            plots.line(_LEFT, up(risk), _RIGHT, up(risk), opacity=0.2),
            plots.words(_LEFT - 6, up(risk) + 4, str(risk), anchor="end"),
        ]
    for moment, written in line.clock(most=5):
        parts += [
            plots.line(across(moment), _BOTTOM, across(moment), _BOTTOM + 5),
            plots.words(across(moment), _BOTTOM + 26, written, anchor="middle"),
        ]
    marks = sorted({round(across(moment)) for moment in line.events})  # thousands of them fill the line long before
    parts += [plots.line(x, _BOTTOM, x, _BOTTOM + 9, width=2) for x in marks]
    path, y = [f"M{_LEFT} {up(0):.1f}"], up(0)
    for moment, risk in thinned(line.samples):
        y = up(risk)
        path.append(f"H{across(moment):.1f}V{y:.1f}")
    path.append(f"H{_RIGHT}")
    parts.append(f'<path d="{"".join(path)}" fill="none" stroke="currentColor" stroke-width="2"/>')
    return plots.svg("Risk score over time", in_words(line), parts, size=(_WIDTH, _HEIGHT))


def in_words(line: Line) -> str:
    """What the plot shows, for those who do not see it."""
    if not line.highest:
        return "The score stayed at 0."
    moment, highest = max(line.samples, key=lambda sample: sample[1])
    local = datetime.fromtimestamp(moment, timezone.utc).astimezone(line.zone)
    return f"The score was highest at {local:%H:%M:%S}: {highest}. At the end it was {line.samples[-1][1]}."
