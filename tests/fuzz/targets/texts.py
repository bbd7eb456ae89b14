"""Texts of questions as Markdown with formulas and pictures: what is shown to a candidate."""

from __future__ import annotations

from random import Random

from exams.accepted import accepts
from exams.commonmark import pictures_in
from exams.interchange.html_writing import html_of, plain_of
from exams.markdown import render, render_inline
from exams.numbers import read_number
from tests.fuzz.mutation import mutate_bytes
from tests.fuzz.target import Take, Target

PIECES = (
    "$", "$$", "\\frac{", "}{", "}", "\\sqrt[", "^{", "_", "\\begin{pmatrix}", "\\end{pmatrix}", "&", "\\\\",
    "\\left(", "\\right)", "\\text{", "\\mathbb{R}", "\\int_0^1", "\\operatorname", "\\color{red}", "\\hspace{9999em}",
    "\\not", "'", "**", "*", "`", "```\n", "~~~", "#", "> ", "- ", "1. ", "|", "\n|-|:-:|\n", "[a](",
    "](javascript:x)", "![", "<", ">", "<b>", "&lt;", "&#x0;", "https://a.b", "<https://a.b>",
    "picture:5b2c0f7a-1d3e-4e6f-8a90-1b2c3d4e5f60", "\n", "\n\n", "\\", "    ", "\t", "\0", "\u202e", "é", "😀",
    "x" * 200, "[^1]", "---\n", "===\n",
)  # fmt: skip


def start() -> Take:
    return take


def take(data: bytes) -> bool:
    text = data.decode(errors="surrogatepass" if data[:1] == b"\xed" else "replace")
    for html in (render(text), render_inline(text)):
        lower = html.lower()
        assert "<script" not in lower
        assert "javascript:" not in lower or 'href="javascript:' not in lower
        html.encode()
    html_of(text, {})
    plain_of(text)
    pictures_in(text)
    read_number(text)
    first, _, rest = text.partition("\n")
    accepts(first, rest or first)
    return True


def seeds() -> list[bytes]:
    texts = [
        "Which number solves $x^2 - 5x + 6 = 0$?\n\n$$\\int_0^1 \\frac{4}{1 + x^2}\\,dx$$",
        "**Bold** and *slanted*, `code`, [a link](https://example.org), ![a picture](picture:5b2c0f7a-1d3e-4e6f-8a90-"
        "1b2c3d4e5f60)\n\n- one\n- two\n\n1. first\n   > quoted\n\n| a | b |\n|---|:-:|\n| 1 | $x$ |\n",
        "# Heading\n\n```python\nprint(1)\n```\n\n---\nA <b>tag</b> &amp; more\\\nbroken",
        "$\\begin{pmatrix}1 & 2\\\\3 & 4\\end{pmatrix} \\sum_{i=1}^n \\sqrt[3]{x_i} \\text{ for } \\mathbb{R}$",
        "don't*\nDON’T know",
        "-1 234,5 × 10^3",
    ]
    return [text.encode() for text in texts]


def mutate(data: bytes, longest: int, random: Random) -> bytes:
    if random.random() < 0.3:
        return mutate_bytes(data, longest, random)
    place = random.randint(0, len(data))
    end = place + random.choice((0, 0, 0, 1, 5, 40))
    piece = random.choice(PIECES) * random.choice((1, 1, 1, 2, 40))
    return (data[:place] + piece.encode() + data[end:])[:longest]


TARGET = Target("texts: Markdown, formulas, answers", start, seeds, longest=2_500, seconds=2.0, mutate=mutate)
