"""A report as text for the terminal, as Markdown for the repository, and as one HTML file with plots and pictures."""

from __future__ import annotations

import base64
from html import escape

from proctoring.evaluation.plots import svg
from proctoring.evaluation.report import Mistake, Report, Table

_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8886; vertical-align: top }
.wide { overflow-x: auto }
svg { max-width: 100%; height: auto }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); gap: 1rem; padding: 0 }
figure { margin: 0 } figure img { width: 100%; height: auto } figcaption { font-size: .875rem; overflow-wrap: anywhere }
"""


def as_text(report: Report) -> str:
    parts = [report.title, "=" * len(report.title), ""]
    for table in report.tables:
        parts += [table.title, *_aligned(table), ""]
        parts += [table.note, ""] if table.note else []
    return "\n".join([*parts, *(f"* {note}" for note in report.notes)])


def as_markdown(report: Report, *, level: int = 2) -> str:
    marks = "#" * level
    parts = [f"{marks} {report.title}", ""]
    for table in report.tables:
        parts += [f"{marks}# {table.title}", ""]
        parts += [_markdown_row(table.columns), "|" + "---|" * len(table.columns)]
        parts += [*(_markdown_row(row) for row in table.rows), ""]
        parts += [table.note, ""] if table.note else []
    return "\n".join([*parts, *(f"* {note}" for note in report.notes), ""])


def as_html(report: Report) -> str:
    """Holds the pictures of the worst mistakes themselves: give it only to people who may see them."""
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width, initial-scale=1'>",
        f"<title>{escape(report.title)}</title><style>{_STYLE}</style></head><body><h1>{escape(report.title)}</h1>",
    ]
    for table in report.tables:
        parts.append(f"<h2>{escape(table.title)}</h2>{_html_table(table)}<p>{escape(table.note)}</p>")
    for plot in report.plots:
        parts.append(f"<h2>{escape(plot.title)}</h2>{svg(plot)}")
    if report.notes:
        parts.append("<h2>Notes</h2><ul>" + "".join(f"<li>{escape(note)}</li>" for note in report.notes) + "</ul>")
    if report.mistakes:
        parts.append("<h2>The worst mistakes</h2><div class='pictures'>")
        parts += [_figure(mistake) for mistake in report.mistakes]
        parts.append("</div>")
    return "".join([*parts, "</body></html>\n"])


def _aligned(table: Table) -> list[str]:
    rows = [table.columns, *(tuple(str(cell) for cell in row) for row in table.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.columns))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _markdown_row(cells: tuple[str | int, ...]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _html_table(table: Table) -> str:
    head = "".join(f"<th scope='col'>{escape(column)}</th>" for column in table.columns)
    rows = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in table.rows)
    return f"<div class='wide'><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"


def _figure(mistake: Mistake) -> str:
    picture = base64.b64encode(mistake.path.read_bytes()).decode()
    caption = escape(mistake.caption)
    return f"<figure><img alt='' src='data:image/jpeg;base64,{picture}'><figcaption>{caption}</figcaption></figure>"
