"""Texts of questions as HTML: what they may do, and that nothing else comes out."""

from __future__ import annotations

from html.parser import HTMLParser
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exams.formulas import mathml
from exams.markdown import render, render_inline

PICTURE = UUID("0190b0a8-4c5e-4b6e-9d3a-7d0f4d1c2b3a")


def address(picture: UUID) -> str:
    return f"/pictures/{picture}/"


def html(text: str) -> str:
    return render(text, address)


class Found(HTMLParser):
    """Tags, attributes and text of a piece of HTML, as a browser would take it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.depth = 0
        self.lowest = 1
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.depth += tag not in {"br", "hr", "img"}

    def handle_endtag(self, tag: str) -> None:
        self.depth -= 1
        self.lowest = min(self.lowest, self.depth)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("**bold** and *soft*", "<strong>bold</strong> and <em>soft</em>"),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
        ("`x < 1`", "<code>x &lt; 1</code>"),
        ("```python\nx\n```", "<pre><code>x\n</code></pre>"),
        ("# Title", "<h3>Title</h3>"),
        ("| a |\n|--:|\n| 1 |", '<td class="md-right">1</td>'),
        ("<b>no</b>", "<p>&lt;b&gt;no&lt;/b&gt;</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("5 < 6 & 7", "<p>5 &lt; 6 &amp; 7</p>"),
    ],
)
def test_markdown_is_set_and_html_stays_text(text: str, part: str) -> None:
    assert part in html(text)


@pytest.mark.parametrize("text", ["costs $5 and $6", "5$ or 6$", "from $5-$10", r"\$x\$", "$ x $"])
def test_prices_are_no_formulas(text: str) -> None:
    assert "<math" not in html(text)
    assert "$" in html(text)


@pytest.mark.parametrize("text", ["$x^2$ is 5", "a $x$", "($x$)", "$$x$$", "a $$x$$ b", "$$\nx\n= y\n$$", "*$x$*"])
def test_formulas_become_mathml(text: str) -> None:
    assert "<math" in html(text)
    assert "$" not in html(text)


def test_a_formula_on_its_own_lines_is_displayed() -> None:
    assert '<math display="block">' in html("$$\n\\sum_{i=1}^n i\n$$")
    assert '<math display="inline">' in html("$\\sum_{i=1}^n i$")


PRIME = '<mo lspace="0" rspace="0">′</mo>'


@pytest.mark.parametrize(
    ("tex", "part"),
    [
        ("f'(2)", f"<mrow><mi>f</mi>{PRIME}</mrow><mo stretchy="),
        ("f^{\\prime\\prime}", f"<mrow><mi>f</mi>{PRIME}{PRIME}</mrow>"),
        ("f'_1", f"<msub><mrow><mi>f</mi>{PRIME}</mrow><mn>1</mn></msub>"),
        ("x'^2", f"<msup><mrow><mi>x</mi>{PRIME}</mrow><mrow><mn>2</mn></mrow></msup>"),
    ],
)
def test_primes_are_no_exponents(tex: str, part: str) -> None:
    """Set as one they would float above the line: their letter is a high one already."""
    assert part in (mathml(tex, display=False) or "")


@pytest.mark.parametrize(
    "tex",
    [
        r"\frac{1",
        r"\frac{1}",
        "a_b_c",
        r"\nosuchcommand{x}",
        r"\left( x",
        "}{",
        r"\cancel{x}",
        r"\newcommand{\a}{\a\a}\a",
        r"\def\a{\a\a}\a",
        "x" * 2001,
        "{" * 400 + "}" * 400,
    ],
)
def test_a_formula_that_cannot_be_set_shows_its_source(tex: str) -> None:
    assert mathml(tex, display=False) is None
    assert f'<code class="md-tex">{tex}</code>' in html(f"${tex}$")


def test_a_text_full_of_formulas_sets_some_and_shows_the_rest() -> None:
    page = html("$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa$ " * 380)
    assert page.count("<math") == 122
    assert page.count("md-tex") == 380 - 122


@pytest.mark.parametrize(
    ("tex", "part"),
    [
        (r"\mathbb R", "<mi>ℝ</mi>"),
        (r"\mathbf x", "<mi>𝐱</mi>"),
        (r"\boldsymbol{\alpha}", "<mi>𝜶</mi>"),
        (r"\mathfrak C", "<mi>ℭ</mi>"),
        (r"\mathrm{d}x", '<mi mathvariant="normal">d</mi><mi>x</mi>'),
        (r"\text{<script>}", "<mtext>&lt;script&gt;</mtext>"),
        (r"\leq", "<mo>≤</mo>"),
        (r"\lim_x y", '<munder><mo movablelimits="true">lim</mo><mi>x</mi></munder>'),
        (r"\bigcup_a^b y", "<munderover>"),
        (r"\log_2 y", "<msub>"),
    ],
)
def test_letters_of_formulas_are_those_that_browsers_know(tex: str, part: str) -> None:
    assert part in html(f"${tex}$")


def test_a_picture_of_the_exam_is_shown_with_its_words() -> None:
    page = html(f'![A "big" <map>](picture:{PICTURE})')
    assert f'<img src="/pictures/{PICTURE}/" alt="A &quot;big&quot; &lt;map&gt;">' in page


def test_a_foreign_picture_is_a_link_and_is_not_fetched() -> None:
    page = html("![a map](https://example.org/map.png)")
    assert "<img" not in page
    assert 'href="https://example.org/map.png"' in page
    assert ">a map</a>" in page


@pytest.mark.parametrize(
    "source", ["data:image/png;base64,AAAA", "/map.png", "javascript:x", "picture:12", "file:///a"]
)
def test_other_sources_of_pictures_are_text(source: str) -> None:
    page = html(f"![a map]({source})")
    assert "<img" not in page
    assert "<a" not in page
    assert "a map" in page


def test_a_text_that_looks_like_a_picture_stays_as_it_was_written() -> None:
    text = f'<img src="picture:{PICTURE}">'
    assert "/pictures/" not in html(f"`{text}` {text}")


def test_links_open_elsewhere_and_tell_nothing() -> None:
    page = html("[more](https://example.org)")
    assert 'target="_blank"' in page
    assert 'rel="noopener noreferrer"' in page


@pytest.mark.parametrize("link", ["javascript:alert(1)", "/admin/", "data:text/html,x", "vbscript:x", "//x.y"])
def test_links_lead_only_to_the_web(link: str) -> None:
    assert "href" not in html(f"[x]({link})")


def test_a_right_to_left_text_keeps_its_marks_inside() -> None:
    for shown in (html("\u202eabc"), render_inline("\u202eabc", address)):
        assert shown.startswith(('<div class="md" dir="auto">', '<span class="md" dir="auto">'))
        assert "\u202eabc" in shown


def test_a_long_text_is_shown_in_full_and_one_too_long_as_plain_text() -> None:
    assert html("ab **c** " * 1200).count("<strong>") == 1200
    cut = html("**" * 10_001)
    assert "<strong>" not in cut
    assert cut.count("*") == 20_000


def test_a_table_of_thousands_of_empty_cells_is_shown_as_it_was_written() -> None:
    table = "|a" * 3000 + "\n" + "|-" * 3000 + "\n" + "|x\n" * 1500
    assert "<table>" not in html(table)
    assert len(html(table)) < 2 * len(table)


def test_in_a_line_there_are_no_paragraphs() -> None:
    line = render_inline(f"**a**\n\n$x$ ![p](picture:{PICTURE})", address)
    assert not set(Found(line).tags) & {"p", "div"}
    assert {"strong", "math", "img"} <= set(Found(line).tags)


def test_a_big_length_in_a_formula_is_left_out() -> None:
    assert "99" not in html(r"$\rule{99999em}{99999em}$")


# ---- Whatever is typed ----
PIECES = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", '"><b onclick="x">',
    "<style>", "</div></span>", "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "![x](javascript:alert(1))",
    "<javascript:x>", "[x](data:text/html,<script>)", "![x](data:image/svg+xml,<svg/onload=alert(1)>)",
    r"$\href{javascript:alert(1)}{x}$", r"$\style{color:red}{x}$", r"$\class{a}{x}$", r"$\text{<script>a</script>}$",
    r"$\text{</math><script>}$", f"![x](picture:{PICTURE})", f'![" onerror="x](picture:{PICTURE} "t")', "\u202e",
    "\u2066", "\x00", "&#x3c;script&#x3e;", "$$", "$", "`", "|a|\n|-|\n|", "\n", "    ", "# ", "> ", "- ", "\\", "[",
    "](", ")", "*", "_", "<!--", "-->", "<![CDATA[", r"\begin{matrix}", r"\end{matrix}", "{", "}", "^", "&",
    "<a href='javascript:x'>", "<math><mtext><script>",
]  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=12).map("".join)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_nothing_that_runs_ever_comes_out(text: str) -> None:
    for page in (html(text), render_inline(text, address)):
        found = Found(page)
        assert not set(found.tags) & {
            "script",
            "style",
            "iframe",
            "object",
            "embed",
            "svg",
            "form",
            "input",
            "base",
            "link",
        }
        for name, value in found.attributes:
            assert not name.startswith("on")
            assert name not in {"style", "srcset", "id", "name", "action", "formaction", "xlink:href"}
            if name in {"href", "src"}:
                assert value.lower().startswith(("http://", "https://", "mailto:", "/pictures/"))
            assert name == "href" or not value.lower().strip().startswith("javascript:")
        assert found.depth == 0, "the text's element closes after it"
        assert found.lowest == 0, "and not before"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([piece for piece in PIECES if piece != "$"]), max_size=12).map("".join))
def test_no_formula_raises(tex: str) -> None:
    for display in (True, False):
        assert (mathml(tex, display=display) or "<math").startswith("<math")
