"""Plots of results: well-formed, in words too, and safe whatever a question is called."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from exams import plots
from exams.plots import Dot
from exams.statistics import distribution

SVG = "{http://www.w3.org/2000/svg}"


def read(drawn: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawn)  # noqa: S314 (our own)


def bars(drawn: str) -> list[float]:
    return [float(bar.attrib["height"]) for bar in read(drawn).iter(f"{SVG}rect")]


def test_bars_are_as_high_as_their_counts() -> None:
    heights = bars(plots.histogram(distribution([5, 15, 15, 95])))
    assert heights[0] > 0
    assert heights[1] == pytest.approx(2 * heights[0], abs=0.2)
    assert heights[9] == heights[0]
    assert heights[2:9] == [0] * 7


@pytest.mark.parametrize("count", [0, 1, 7, 999, 100_000])
def test_no_bar_leaves_the_plot(count: int) -> None:
    drawn = plots.histogram(distribution([50.0] * count))
    assert max(bars(drawn)) <= 244 - 28
    assert len(list(read(drawn).iter(f"{SVG}line"))) <= 8


def test_the_passing_mark_is_named() -> None:
    assert "passing mark 62.5 %" in plots.histogram(distribution([50]), passing=62.5)
    assert "passing mark" not in plots.histogram(distribution([50]))


@pytest.mark.parametrize(
    "drawn", [plots.histogram(distribution([5])), plots.scatter([Dot("1", "1. Primes", 0.5, 0.3)])]
)
def test_a_plot_says_in_words_what_it_shows(drawn: str) -> None:
    plot = read(drawn)
    ids = {each.attrib.get("id"): each for each in plot.iter()}
    assert plot.attrib["role"] == "img"
    assert ids[plot.attrib["aria-labelledby"]].text
    assert ids[plot.attrib["aria-describedby"]].text


def test_a_name_with_markup_stays_text() -> None:
    drawn = plots.scatter([Dot("1", "1. <script>alert(1)</script> & more", 0.5, 0.3)])
    assert "<script" not in drawn
    assert "1. <script>alert(1)</script> & more" in [each.text for each in read(drawn).iter(f"{SVG}title")]


@pytest.mark.parametrize("discrimination", [-1.0, -0.39, 0.0, 0.4, 1.0])
def test_no_dot_leaves_the_plot(discrimination: float) -> None:
    drawn = plots.scatter([Dot("1", "", -0.2, discrimination), Dot("2", "", 1.0, 0.2)])
    for dot in read(drawn).iter(f"{SVG}circle"):
        assert 52 <= float(dot.attrib["cx"]) <= 500
        assert 28 <= float(dot.attrib["cy"]) <= 244


def test_labels_do_not_cover_each_other() -> None:
    def labels(drawn: str) -> set[str | None]:
        return {each.text for each in read(drawn).iter(f"{SVG}text")} & {"77", "78"}

    assert labels(plots.scatter([Dot("77", "", 0.5, 0.3), Dot("78", "", 0.505, 0.301)])) == {"77"}
    assert labels(plots.scatter([Dot("77", "", 0.5, 0.3), Dot("78", "", 0.7, 0.3)])) == {"77", "78"}
