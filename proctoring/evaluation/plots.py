"""Plots as inline SVG, drawn in the text's own colour, so that they hold on light and dark pages."""

from __future__ import annotations

from html import escape

from proctoring.evaluation.report import CurvePlot, IntervalPlot, Plot
from proctoring.evaluation.statistics import percent

_WIDTH, _LABELS, _RIGHT = 640, 210, 70
_ROW, _TOP = 24, 30
_HEIGHT, _BOTTOM = 300, 44
_DASHES = ("", "6 4", "2 3", "10 3 2 3")
_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
    'role="img" aria-label="{title}" font-family="sans-serif" font-size="12" fill="currentColor" stroke="none">'
)


def svg(plot: Plot) -> str:
    """One ``<svg>`` element; all text in it is escaped."""
    return _intervals(plot) if isinstance(plot, IntervalPlot) else _curves(plot)


def _intervals(plot: IntervalPlot) -> str:
    height = _TOP + _ROW * len(plot.intervals) + 28
    floor, ceiling = _range([one.low for one in plot.intervals], [one.high for one in plot.intervals])
    across = _WIDTH - _LABELS - _RIGHT

    def x(share: float) -> float:
        return _LABELS + across * (share - floor) / (ceiling - floor)

    parts = [_HEAD.format(width=_WIDTH, height=height, title=escape(plot.title, quote=True))]
    for step in range(5):
        share = floor + (ceiling - floor) * step / 4
        parts.append(_line(x(share), _TOP - 8, x(share), height - 28, opacity=0.2))
        parts.append(_text(x(share), height - 10, percent(share), anchor="middle"))
    for number, one in enumerate(plot.intervals):
        y = _TOP + _ROW * number + 4
        parts.append(_text(_LABELS - 10, y + 4, one.label, anchor="end"))
        parts.append(_line(x(one.low), y, x(one.high), y, width=2))
        parts.append(f'<circle cx="{x(one.value):.1f}" cy="{y}" r="4.5"/>')
        parts.append(_text(_WIDTH - _RIGHT + 10, y + 4, percent(one.value)))
    return "".join([*parts, "</svg>"])


def _range(lows: list[float], highs: list[float]) -> tuple[float, float]:
    """A little beyond what is shown, on round numbers."""
    step = 0.01 if max(highs, default=1.0) - min(lows, default=0.0) < 0.2 else 0.1
    floor = max(0.0, int(min(lows, default=0.0) / step + 1e-9) * step)
    ceiling = min(1.0, (int(max(highs, default=1.0) / step - 1e-9) + 1) * step)
    return floor, max(ceiling, floor + step)


def _curves(plot: CurvePlot) -> str:
    points = [point for curve in plot.curves for point in curve.points]
    xs, ys = [x for x, _ in points] or [0.0, 1.0], [y for _, y in points] or [0.0, 1.0]
    left, right, bottom, top = min(xs), max(xs), min(0.0, *ys), max(ys)
    right, top = (right if right > left else left + 1), (top if top > bottom else bottom + 1)
    edge_right, edge_bottom = _WIDTH - 180, _HEIGHT - _BOTTOM

    def place(x: float, y: float) -> tuple[float, float]:
        across = (x - left) / (right - left) * (edge_right - 60)
        return 60 + across, edge_bottom - (y - bottom) / (top - bottom) * (edge_bottom - 16)

    parts = [_HEAD.format(width=_WIDTH, height=_HEIGHT, title=escape(plot.title, quote=True))]
    for step in range(5):
        x, y = left + (right - left) * step / 4, bottom + (top - bottom) * step / 4
        parts.append(_line(60, place(left, y)[1], edge_right, place(left, y)[1], opacity=0.2))
        parts.append(_text(52, place(left, y)[1] + 4, f"{y:.3g}", anchor="end"))
        parts.append(_text(place(x, bottom)[0], edge_bottom + 16, f"{x:.3g}", anchor="middle"))
    parts.append(_text((60 + edge_right) / 2, _HEIGHT - 8, plot.x_title, anchor="middle"))
    parts.append(_text(60, 11, plot.y_title))
    for number, curve in enumerate(plot.curves):
        dash = _DASHES[number % len(_DASHES)]
        path = " ".join(f"{px:.1f},{py:.1f}" for px, py in (place(x, y) for x, y in curve.points))
        style = f'fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="{dash}"'
        parts.append(f'<polyline points="{path}" {style}/>')
        y = 30 + 18 * number
        parts.append(f'<polyline points="{edge_right + 12},{y} {edge_right + 40},{y}" {style}/>')
        parts.append(_text(edge_right + 46, y + 4, curve.label))
    return "".join([*parts, "</svg>"])


def _line(x1: float, y1: float, x2: float, y2: float, *, width: float = 1, opacity: float = 1) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="currentColor" '
        f'stroke-width="{width}" stroke-opacity="{opacity}"/>'
    )


def _text(x: float, y: float, text: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
