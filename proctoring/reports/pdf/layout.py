"""The page, the styles and the building blocks of a report: A4, readable in print without colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    PageTemplate,
    Paragraph,
    Table,
    TableStyle,
)

from proctoring.reports.pdf import fonts
from proctoring.reports.pdf.script import Script

LEFT = RIGHT = 18 * mm
TOP, BOTTOM = 24 * mm, 20 * mm
WIDTH = A4[0] - LEFT - RIGHT
INK, GREY, LINE = colors.HexColor("#111111"), colors.HexColor("#555555"), colors.HexColor("#bbbbbb")
LABELS = 42 * mm  # the left column of a table of facts


def _style(name: str, size: float, **fields: object) -> ParagraphStyle:
    defaults = {"fontName": fonts.SANS, "fontSize": size, "leading": size * 1.4, "textColor": INK}
    return ParagraphStyle(name, **(defaults | fields))


TITLE = _style("title", 17, fontName=fonts.BOLD, spaceAfter=4)
HEADING = _style("heading", 12.5, fontName=fonts.BOLD, spaceBefore=14, spaceAfter=4)
ENTRY = _style("entry", 9.5, fontName=fonts.BOLD, spaceBefore=9, spaceAfter=1)
TEXT = _style("text", 9, spaceAfter=4)
POINT = _style("point", 9, spaceAfter=3, leftIndent=10, bulletIndent=0)
SMALL = _style("small", 7.5, textColor=GREY, spaceAfter=4)
LABEL = _style("label", 7, textColor=GREY, spaceBefore=2)
CELL = _style("cell", 8.5)
NAME = _style("name", 8.5, textColor=GREY)
CODE = _style("code", 6.5, fontName=fonts.MONO, textColor=GREY, splitLongWords=1)
NUMBER = _style("number", 8.5, alignment=TA_RIGHT)
MARGIN = _style("margin", 7.5, textColor=GREY)
MARGIN_RIGHT = _style("margin-right", 7.5, textColor=GREY, alignment=TA_RIGHT)

_LINES = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
    ]
)


class Heading(Paragraph):
    """With a bookmark of the document. ``bookmark``: its plain text; ``level`` 0 or 1."""

    def __init__(self, markup: str, style: ParagraphStyle, *, bookmark: str, level: int) -> None:
        super().__init__(markup, style)
        self.bookmark, self.level = bookmark, level

    def draw(self) -> None:
        key = f"h{id(self)}"
        self.canv.bookmarkHorizontal(key, 0, self.height + 6)
        self.canv.addOutlineEntry(self.bookmark, key, self.level, closed=self.level == 0)
        super().draw()


@dataclass(frozen=True, slots=True)
class Page:
    """What stands around every page, and in the document's properties."""

    title: str
    left: str
    right: str
    foot: tuple[str, str]
    author: str


class Writer:
    """Makes the parts of one report, in whatever script their words are."""

    def __init__(self) -> None:
        self.script = Script()

    def text(
        self, words: str, style: ParagraphStyle = TEXT, *, width: float = WIDTH, bold: bool = False, bullet: str = ""
    ) -> Paragraph:
        markup = self.script.markup(words, bold=bold, size=style.fontSize, width=width - style.leftIndent - 1)
        return Paragraph(markup, style, bulletText=bullet or None)

    def heading(self, words: str, style: ParagraphStyle = HEADING, *, level: int = 0) -> Heading:
        markup = self.script.markup(words, size=style.fontSize, width=WIDTH)
        return Heading(markup, style, bookmark=" ".join(words.split()), level=level)

    def section(self, words: str, *, room: float = 35 * mm) -> list[Flowable]:
        """A heading, on the next page where less than ``room`` is left beneath it."""
        return [CondPageBreak(room), self.heading(words)]

    def points(self, lines: Iterable[str]) -> list[Flowable]:
        return [self.text(line, POINT, bullet="•") for line in lines]

    def facts(self, rows: Iterable[tuple[str, str]]) -> Table:
        """Names and values; a value may be of several lines."""
        right = WIDTH - LABELS
        cells = [[self.text(name, NAME, width=LABELS), self.text(value, CELL, width=right - 6)] for name, value in rows]
        return Table(cells, colWidths=[LABELS, right], style=_LINES, splitInRow=1, spaceAfter=5)

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float]) -> Table:
        """Its head comes again on every page; all columns but the first hold numbers or few words."""
        styles = [CELL, *[NUMBER] * (len(head) - 1)]
        cells = [[self.text(cell, style, bold=True) for cell, style in zip(head, styles, strict=True)]]
        for row in rows:
            cells.append(
                [
                    self.text(cell, style, width=width - 6)
                    for cell, style, width in zip(row, styles, widths, strict=True)
                ]
            )
        return Table(cells, colWidths=list(widths), style=_LINES, repeatRows=1, splitInRow=1, spaceAfter=5)


class Picture(Flowable):
    """A JPEG from a file, read only when its page is written."""

    def __init__(self, path: Path, *, width: float, height: float) -> None:
        super().__init__()
        self.path, self.width, self.height = path, width, height

    def wrap(self, *_: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        self.canv.drawImage(str(self.path), 0, 0, self.width, self.height)


def write(story: list[Flowable], page: Page, writer: Writer, file: BinaryIO) -> None:
    half = WIDTH / 2 - 6
    left = writer.script.fitted(page.left, size=MARGIN.fontSize, width=half)
    right = writer.script.fitted(page.right, size=MARGIN.fontSize, width=half)
    foot = [writer.script.fitted(line, size=MARGIN.fontSize, width=WIDTH - 30 * mm) for line in page.foot]

    def around(canvas: Canvas, _: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.setStrokeColor(LINE)
        canvas.setLineWidth(0.5)
        top, bottom = A4[1] - TOP + 5 * mm, BOTTOM - 5 * mm
        canvas.line(LEFT, top, A4[0] - RIGHT, top)
        canvas.line(LEFT, bottom, A4[0] - RIGHT, bottom)
        _draw(canvas, Paragraph(left, MARGIN), LEFT, top + 2, half)
        _draw(canvas, Paragraph(right, MARGIN_RIGHT), LEFT + WIDTH - half, top + 2, half)
        for place, line in enumerate(foot):
            _draw(canvas, Paragraph(line, MARGIN), LEFT, bottom - 12 - 10 * place, WIDTH - 30 * mm)
        number = f"Page {canvas.getPageNumber()} of "
        canvas.setFont(fonts.SANS, MARGIN.fontSize)
        canvas.setFillColor(GREY)
        before = A4[0] - RIGHT - _TOTAL_WIDTH
        canvas.drawRightString(before, bottom - 9.5, number)
        canvas.translate(before, bottom - 9.5)
        canvas.doForm(_TOTAL)
        canvas.restoreState()

    frame = Frame(LEFT, BOTTOM, WIDTH, A4[1] - TOP - BOTTOM, 0, 0, 0, 0)
    document = BaseDocTemplate(
        file,
        pagesize=A4,
        pageTemplates=[PageTemplate("page", [frame], onPage=around)],
        title=page.title,
        author=page.author,
        subject=page.left,
        creator="Proctor site",
        lang="en",
        displayDocTitle=1,
    )
    document.build(story, canvasmaker=_Counting)


# How many pages there are is known at the end, and drawn by every page from one place.
_TOTAL = "pages"
_TOTAL_WIDTH = 18.0


class _Counting(Canvas):
    def save(self) -> None:
        total = self.getPageNumber() - 1
        self.beginForm(_TOTAL, 0, -4, _TOTAL_WIDTH, 10)
        self.setFont(fonts.SANS, MARGIN.fontSize)
        self.setFillColor(GREY)
        self.drawString(0, 0, str(total))
        self.endForm()
        super().save()


def _draw(canvas: Canvas, paragraph: Paragraph, x: float, y: float, width: float) -> None:
    paragraph.wrapOn(canvas, width, 20)
    paragraph.drawOn(canvas, x, y)
