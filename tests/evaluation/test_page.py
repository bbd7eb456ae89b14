"""What people read: text, Markdown and a page in which nothing is markup that should not be."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from proctoring.evaluation.page import as_html, as_markdown, as_text
from proctoring.evaluation.plots import svg
from proctoring.evaluation.report import (
    Curve,
    CurvePlot,
    Interval,
    IntervalPlot,
    Mistake,
    Report,
    Table,
    plot_from_dict,
)

SHARES = IntervalPlot("Found", (Interval("<one>", 0.99, 0.97, 1.0), Interval("other", 0.5, 0.4, 0.6)))
CURVES = CurvePlot("Angles", "true", "measured", (Curve("a & b", ((0.0, 0.0), (30.0, 28.0))),))


def made(tmp_path: Path) -> Report:
    picture = tmp_path / "x.jpg"
    picture.write_bytes(b"jpeg")
    table = Table("By group", ("group", "found"), (("<b>one</b>", 3), ("a|b", 4)), note="A note.")
    return Report("made", "Made up", {"n": 7}, (table,), (SHARES, CURVES), ("Be careful.",), (Mistake("<i>", picture),))


def test_a_table_is_aligned_in_the_terminal(tmp_path: Path) -> None:
    lines = as_text(made(tmp_path)).splitlines()
    assert lines[4:7] == ["group       found", "<b>one</b>  3", "a|b         4"]
    assert lines[-1] == "* Be careful."


def test_a_cell_does_not_break_a_markdown_table(tmp_path: Path) -> None:
    assert "| a\\|b | 4 |" in as_markdown(made(tmp_path))


def test_the_page_escapes_words_and_holds_pictures_and_plots(tmp_path: Path) -> None:
    page = as_html(made(tmp_path))
    assert "&lt;b&gt;one&lt;/b&gt;" in page
    assert "<b>one" not in page
    assert "<i>" not in page
    assert "data:image/jpeg;base64,anBlZw==" in page
    assert page.count("<svg") == 2


def test_pictures_stay_out_of_the_json(tmp_path: Path) -> None:
    assert "mistakes" not in made(tmp_path).as_dict()


def test_plots_come_back_from_json() -> None:
    for plot in (SHARES, CURVES):
        assert plot_from_dict(asdict(plot)) == plot
        assert "<one>" not in svg(plot)
