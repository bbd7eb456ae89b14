"""What every `manage.py evaluate …` hands back: figures, tables, plots and the worst mistakes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

Cell = str | int


class NotMeasurable(Exception):
    """Nothing can be measured here; the message says what is missing and what to do."""


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` hold what people read; numbers for machines are in :attr:`Report.figures`."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured share with its interval, all from 0 to 1."""

    label: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class IntervalPlot:
    """Shares side by side, each with its interval."""

    title: str
    intervals: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    label: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class CurvePlot:
    title: str
    x_title: str
    y_title: str
    curves: tuple[Curve, ...]


Plot = IntervalPlot | CurvePlot


@dataclass(frozen=True, slots=True)
class Mistake:
    """A picture that was judged wrongly. It is shown in the page of `--html` only, and kept nowhere else."""

    caption: str
    path: Path


@dataclass(frozen=True, slots=True)
class Report:
    name: str
    title: str
    figures: dict[str, Any]
    tables: tuple[Table, ...] = ()
    plots: tuple[Plot, ...] = ()
    notes: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = field(default=(), repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON, without the pictures."""
        return {
            "name": self.name,
            "title": self.title,
            "figures": self.figures,
            "tables": [asdict(table) for table in self.tables],
            "plots": [asdict(plot) for plot in self.plots],
            "notes": list(self.notes),
        }


def plot_from_dict(data: dict[str, Any]) -> Plot:
    """The reverse of ``asdict`` for both kinds; raises KeyError or TypeError on anything else."""
    if "intervals" in data:
        return IntervalPlot(data["title"], tuple(Interval(**interval) for interval in data["intervals"]))
    curves = tuple(Curve(one["label"], tuple((x, y) for x, y in one["points"])) for one in data["curves"])
    return CurvePlot(data["title"], data["x_title"], data["y_title"], curves)
