"""Plain text as Markdown: it shows what was written, whatever that looks like."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exams.interchange.plain import from_plain
from exams.markdown import render

PIECES = [
    "*", "_", "`", "$", "[", "]", "(", ")", "<", "a@b.c>", "http://x.y>", "&amp;", "&", "\\", "\n", "# ", "- ", "+ ",
    "1. ", "> ", "~~~", "---", "===", "|", "|-|", "    ", "a", "b ", "!", "x_y", "1", "\t", ":",
]  # fmt: skip


class Shown(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.words = ""
        self.tags: set[str] = set()
        self.feed(html)
        self.close()

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=10).map("".join))
def test_what_is_shown_is_what_was_written(text: str) -> None:
    text = text.replace("\r", "").replace("\0", "")
    if any(mark in text for mark in ("\\(", "\\[", "$$")):
        return
    shown = Shown(render(from_plain(text), str))
    assert "".join(shown.words.split()) == "".join(text.split())
    assert shown.tags <= {"div", "p", "br"}


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        (r"\(x^2\) and \[\frac12\]", r"$x^2$ and $$\frac12$$"),
        (r"\[\begin{matrix}1\\[2pt]2\end{matrix}\]", r"$$\begin{matrix}1\\[2pt]2\end{matrix}$$"),
        (r"\( a\$b \)", r"$a\$b$"),
        (r"\(x\)5", "$x$ 5"),
        (r"\(open", r"\\(open"),
        ("C:\\temp, snake_case", "C:\\temp, snake_case"),
        ("one\ntwo\n\n\nthree", "one\\\ntwo\n\nthree"),
    ],
)
def test_formulas_and_lines(text: str, markdown: str) -> None:
    assert from_plain(text) == markdown
