"""Moodle XML as Moodle exports it and as people write it."""

from __future__ import annotations

from base64 import b64encode
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exams.interchange.base import HtmlBudget, ParsedItem, Unreadable
from exams.interchange.html_reading import TextReader
from exams.interchange.moodle_xml import parse
from exams.items import Item, ItemChoice, Kind

D = Decimal
PNG = b"\x89PNG\r\n\x1a\n-not-looked-at-here"


def quiz(*questions: str) -> bytes:
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>", *questions, "</quiz>"]).encode()


def question(type: str, inner: str = "", text: str = "What?", name: str = "Q") -> str:
    return (
        f'<question type="{type}">\n<name><text>{name}</text></name>\n'
        f'<questiontext format="html"><text><![CDATA[{text}]]></text></questiontext>\n{inner}</question>'
    )


def answer(text: str, fraction: str = "0", more: str = "") -> str:
    return f'<answer fraction="{fraction}" format="html"><text><![CDATA[{text}]]></text>{more}</answer>\n'


def feedback(text: str) -> str:
    return f'<feedback format="html"><text><![CDATA[{text}]]></text></feedback>'


def only(xml: str) -> ParsedItem:
    [parsed] = parse(quiz(xml)).items
    return parsed


def item(xml: str) -> Item:
    parsed = only(xml)
    assert parsed.problems == []
    assert parsed.item is not None
    return parsed.item


def problems(xml: str) -> list[str]:
    parsed = only(xml)
    assert parsed.item is not None
    return parsed.problems


def refusal(xml: str) -> str:
    parsed = only(xml)
    assert parsed.item is None
    return parsed.problems[0]


# ---- The kinds ----
def test_one_right_option() -> None:
    read = item(
        question(
            "multichoice",
            "<single>true</single><shuffleanswers>true</shuffleanswers><answernumbering>abc</answernumbering>"
            + answer("<p>Mars</p>", "0", feedback("<p>No</p>"))
            + answer("<p>Jupiter</p>", "100.00000", feedback("<p>Yes</p>"))
            + answer("<p>Saturn</p>", "-33.33333"),
            "<p>Which is the <b>largest</b>?</p>",
        )
    )
    assert (read.kind, read.text, read.shuffle) == (Kind.SINGLE_CHOICE, "Which is the **largest**?", True)
    assert read.choices == (
        ItemChoice("Mars", feedback="No"),
        ItemChoice("Jupiter", correct=True, feedback="Yes"),
        ItemChoice("Saturn", credit=D("-33.33333")),
    )


def test_several_right_options() -> None:
    read = item(
        question(
            "multichoice",
            "<single>false</single><shuffleanswers>0</shuffleanswers>"
            + answer("2", "50")
            + answer("3", "50")
            + answer("4"),
        )
    )
    assert (read.kind, read.shuffle) == (Kind.MULTIPLE_CHOICE, False)
    assert [(choice.text, choice.correct, choice.credit) for choice in read.choices] == [
        ("2", True, None),
        ("3", True, None),
        ("4", False, D(0)),
    ]


@pytest.mark.parametrize(
    ("answers", "right"),
    [
        (answer("true", "100", feedback("a")) + answer("false", "0", feedback("b")), "True"),
        (answer("false", "100", feedback("b")) + answer("true", "0", feedback("a")), "False"),
        (answer("Wahr", "0", feedback("a")) + answer("Falsch", "100", feedback("b")), "False"),
    ],
)
def test_true_or_false(answers: str, right: str) -> None:
    read = item(question("truefalse", answers))
    assert (read.kind, read.shuffle) == (Kind.SINGLE_CHOICE, False)
    assert [(choice.text, choice.correct, choice.feedback) for choice in read.choices] == [
        ("True", right == "True", "a"),
        ("False", right == "False", "b"),
    ]


def test_a_short_text() -> None:
    read = item(
        question(
            "shortanswer",
            "<usecase>1</usecase>" + answer("Paris", "100") + answer("Par*s", "50", feedback("Nearly")),
        )
    )
    assert (read.kind, read.case_sensitive) == (Kind.SHORT_TEXT, True)
    assert read.choices == (ItemChoice("Paris"), ItemChoice("Par*s", credit=D(50), feedback="Nearly"))


def test_a_number() -> None:
    read = item(question("numerical", answer("3.14", "100", "<tolerance>0.005</tolerance>")))
    assert (read.kind, read.number, read.tolerance) == (Kind.NUMERIC, D("3.14"), D("0.005"))


def test_of_several_numbers_and_units_the_rest_is_told() -> None:
    xml = question(
        "numerical",
        answer("3.1", "50", "<tolerance>0.1</tolerance>")
        + answer("3.14", "100", "<tolerance></tolerance>" + feedback("Yes"))
        + answer("*", "0")
        + "<units><unit><multiplier>1</multiplier><unit_name>m</unit_name></unit></units>",
    )
    assert problems(xml) == [
        "The feedback for single numbers is left out. Put it into the general feedback.",
        "Units are left out: an answer is a number alone. Say in the question which unit it has.",
        "Only 3.14 ± 0 is taken; left out: 3.1 ± 0.1 for 50 %.",
    ]


@pytest.mark.parametrize("type", ["matching", "match"])
def test_matching(type: str) -> None:
    def pair(left: str, right: str) -> str:
        return (
            f'<subquestion format="html"><text><![CDATA[{left}]]></text>'
            f"<answer><text>{right}</text></answer></subquestion>"
        )

    read = item(question(type, pair("<p>France</p>", "Paris") + pair("<i>Italy</i>", "Rome *") + pair("", "Oslo")))
    assert (read.kind, read.shuffle) == (Kind.MATCHING, True)
    assert [(choice.text, choice.match) for choice in read.choices] == [
        ("France", "Paris"),
        ("*Italy*", "Rome \\*"),
        ("", "Oslo"),
    ]


def test_an_essay() -> None:
    xml = question(
        "essay",
        '<graderinfo format="html"><text><![CDATA[<p>Three <b>reasons</b></p>]]></text></graderinfo>'
        "<responsetemplate><text></text></responsetemplate><attachments>0</attachments>"
        "<generalfeedback><text>Many.</text></generalfeedback><defaultgrade>2.5000000</defaultgrade>",
    )
    read = item(xml)
    assert (read.kind, read.guidance, read.feedback, read.points) == (
        Kind.ESSAY,
        "Three **reasons**",
        "Many.",
        D("2.5"),
    )


def test_what_an_essay_loses_is_told() -> None:
    xml = question(
        "essay",
        "<responsetemplate><text>Dear</text></responsetemplate><attachments>1</attachments>"
        "<minwordlimit>10</minwordlimit><defaultgrade>0.3333333</defaultgrade>",
    )
    assert len(problems(xml)) == 4


def test_ordering() -> None:
    items = answer("one", "1.0000000") + answer("two", "2.0000000") + answer("<b>three</b>", "3.0000000")
    read = item(question("ordering", "<selecttype>ALL</selecttype><selectcount>0</selectcount>" + items))
    assert read.kind == Kind.ORDERING
    assert [choice.text for choice in read.choices] == ["one", "two", "**three**"]
    told = problems(question("ordering", "<selecttype>RANDOM</selecttype><selectcount>2</selectcount>" + items))
    assert told == ["Moodle shows 2 of these items at a time; here all of them are put in order."]


def test_categories_become_sections() -> None:
    def category(path: str) -> str:
        return f'<question type="category"><category><text>{path}</text></category></question>'

    result = parse(
        quiz(
            question("essay"),
            category("$course$/top/Unit 1/A//B"),
            question("essay"),
            category("top"),
            question("essay"),
        )
    )
    assert [parsed.section for parsed in result.items] == ["", "Unit 1 / A/B", ""]


# ---- Texts and files ----
@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        (r"<p>Is \(x_1 &lt; 2\)?</p>", "Is $x_1 < 2$?"),
        (r"<p>\[ \frac{1}{2} \]</p>", r"$$\frac{1}{2}$$"),
        ("<p>$$x$$ for $5</p>", r"$$x$$ for \$5"),
        ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\\\nthree"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("CO<sub>2</sub>, m<sup>2</sup>, x<sup>ab</sup>", r"CO₂, m², x$^{\text{ab}}$"),
        ("<p>2*3 &amp; _x_</p>", r"2\*3 & \_x\_"),
        ("<table><tr><th>A</th></tr><tr><td>1|2</td></tr></table>", "| A |\n| --- |\n| 1\\|2 |"),
        ("<pre>x = 1\n</pre>", "```\nx = 1\n```"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ('<math><semantics><annotation encoding="application/x-tex">x^2</annotation></semantics></math>', "$x^2$"),
    ],
)
def test_html_becomes_markdown(html: str, markdown: str) -> None:
    assert item(question("essay", text=html)).text == markdown


@pytest.mark.parametrize(
    ("format", "markdown"),
    [("markdown", "**a** $x$"), ("plain_text", r"\*\*a\*\* \$x\$"), ("moodle_auto_format", r"\*\*a\*\* \$x\$")],
)
def test_texts_say_their_format(format: str, markdown: str) -> None:
    xml = question("essay").replace('format="html"', f'format="{format}"').replace("What?", "**a** $x$")
    assert item(xml).text == markdown


def test_pictures_come_along_under_their_words() -> None:
    file = f'<file name="a map.png" path="/" encoding="base64">{b64encode(PNG).decode()}</file>'
    text = '<img src="@@PLUGINFILE@@/a%20map.png?time=1" alt="A [map]" width="3">'
    parsed = only(question("essay", text=text).replace("</questiontext>", f"{file}</questiontext>"))
    [picture] = parsed.pictures
    assert (picture.data, picture.name) == (PNG, "a map.png")
    assert parsed.item is not None
    assert parsed.item.text == rf"![A \[map\]](picture:{picture.id})"
    assert parsed.problems == []


@pytest.mark.parametrize("content", ["A", "ä", "…"])
def test_a_file_that_is_broken_is_told(content: str) -> None:
    file = f'<file name="map.png" path="/" encoding="base64">{content}</file>'
    parsed = only(question("essay").replace("</questiontext>", f"{file}</questiontext>"))
    assert parsed.problems == ["The file “map.png” in line 5 is broken, and is left out."]


def test_the_one_picture_of_an_old_question_comes_along() -> None:
    old = f"<image>a.gif</image><image_base64>{b64encode(PNG).decode()}</image_base64>"
    [picture] = only(question("essay", old)).pictures
    assert picture.data == PNG


@pytest.mark.parametrize(
    ("html", "sentence"),
    [
        ('<img src="@@PLUGINFILE@@/none.png">x', "is not in the file, and is left out"),
        ('<img src="https://example.org/a.png">x', "is on another site: it becomes a link"),
        ('<video src="a.mp4"></video>x', "A video in a text cannot be shown"),
        ("<script>alert(1)</script>x", "A script in a text cannot be shown"),
        ("<iframe src='https://x.y'></iframe>x", "An embedded page in a text cannot be shown"),
        ("<u>x</u>", "Underlining, crossing out and colours are not kept"),
        ("<table><tr><td colspan=2>x</td></tr></table>", "Cells of a table that were joined stand apart"),
        ("<math><mi>x</mi></math>", "A formula in MathML is taken as its letters"),
        ("<div>" * 2000 + "x", "only its words are taken"),
        ("<p>" + "x <b>" * 30_000, "A text is too long"),
    ],
)
def test_what_a_text_loses_is_told(html: str, sentence: str) -> None:
    assert sentence in " ".join(only(question("essay", text=html)).problems)


def test_what_many_questions_lose_is_told_once() -> None:
    inner = (
        "<penalty>0.3333333</penalty><tags><tag><text>a</text></tag></tags><hint><text>h</text></hint><idnumber>7</idnumber>"
        "<correctfeedback><text>Well done</text></correctfeedback><incorrectfeedback><text></text></incorrectfeedback>"
    )
    result = parse(quiz(question("essay", inner), question("essay", inner), question("essay", "<idnumber></idnumber>")))
    assert sorted(result.notes) == [
        "Hints for trying again are not kept: 2 questions had some.",
        "ID numbers are not kept: 2 questions had some.",
        "Remarks by result (right, partly right, wrong) are not kept: 2 questions had some.",
        "Tags are not kept: 2 questions had some.",
    ]


# ---- What is refused, and how it is said ----
@pytest.mark.parametrize(
    ("xml", "sentence"),
    [
        (question("cloze", text="{1:SA:=x}"), "The question type “cloze” does not exist here"),
        (question("calculated"), "The question type “calculated” does not exist here"),
        (question("description"), "a text without a question"),
        (question("multichoice", answer("a", "100")), "two options or more"),
        (question("multichoice", answer("a", "abc") + answer("b")), "In line 6, “abc” is no share of the points"),
        (question("multichoice", answer("a", "50") + answer("b")), "none is marked right"),
        (question("numerical", answer("abc", "100")), "“abc” is no number"),
        (question("numerical", answer("3", "50")), "worth 100 %"),
        (question("essay", "<defaultgrade>many</defaultgrade>"), "“many” in <defaultgrade> is no number of points"),
        (question("essay", "<defaultgrade>-1</defaultgrade>"), "The points must be a number from 0"),
        ("<question type='essay'><questiontext><text><p>x</p></text></questiontext></question>", "tags stand outside"),
        ("<question></question>", "The question type “” does not exist here"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_to_do(xml: str, sentence: str) -> None:
    assert sentence in refusal(xml)


def test_questions_are_found_by_line_and_name() -> None:
    result = parse(quiz(question("essay", name="First"), question("cloze", name="Second <b>".replace("<", "&lt;"))))
    assert [(parsed.line, parsed.label) for parsed in result.items] == [(3, "First"), (7, "Second <b>")]


def test_html_of_one_file_is_read_up_to_a_length_in_all() -> None:
    budget = HtmlBudget(20)
    assert TextReader(budget=budget).html("<b>one</b>") == "**one**"
    assert TextReader(budget=budget).html("<p>plain paragraphs cost nothing</p>") == "plain paragraphs cost nothing"
    with pytest.raises(Unreadable, match="Split it into several files"):
        TextReader(budget=budget).html("<b>two</b><i>three</i>")


BOMB = '<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><quiz>&b;</quiz>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a SYSTEM "file:///etc/passwd">]><quiz>&a;</quiz>'


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (BOMB.encode(), "declares a document type or entities"),
        (OUTSIDE.encode(), "declares a document type or entities"),
        (b"<!DOCTYPE quiz SYSTEM 'http://127.0.0.1/x.dtd'><quiz/>", "declares a document type or entities"),
        (b"<quiz>\n<question>\n&nbsp;</quiz>", "Line 3 is not XML"),
        (b"<quiz><question></quiz>", "Line 1 is not XML"),
        (b"", "is not XML"),
        (b"<html></html>", "but not of Moodle"),
        (b"<?xml version='1.0' encoding='klingon'?><quiz/>", "encoding"),
        ("<quiz>\nGröße</quiz>".encode("latin-1"), "Line 2 is not XML"),
        (b"<quiz>" + b"<a>" * 200 + b"</a>" * 200 + b"</quiz>", "more than 100 elements in each other"),
        (b" " * (10 * 1024 * 1024 + 1), "10 MiB are taken"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(data: bytes, sentence: str) -> None:
    [parsed] = parse(data).items
    assert parsed.item is None
    assert sentence in parsed.problems[0]


def test_an_empty_quiz_says_so() -> None:
    assert parse(b"<quiz/>").notes == ["There is no question in this file."]


PIECES = [
    "<question type='multichoice'>", "<question type='numerical'>", "<question type='match'>", "</question>",
    "<name><text>", "</text></name>", "<questiontext format='html'><text>", "</text></questiontext>", "</subquestion>",
    "<answer fraction='100'><text>", "<answer fraction='x'>", "</text></answer>", "<![CDATA[", "]]>", "&lt;p&gt;",
    "&nbsp;", "&#0;", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "<file name='a' encoding='base64'>", "Aä", "</file>", "1",
    "<text>", "</text>", "<tolerance>", "</tolerance>", "<markdown>", "</markdown>", "<single>false</single>", "\x00",
    "<subquestion>", "text",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=100), st.lists(st.sampled_from(PIECES), max_size=25).map(lambda p: "".join(p).encode())
    ),
    st.booleans(),
)
def test_no_bytes_make_it_raise(data: bytes, inside: bool) -> None:
    for parsed in parse(b"<quiz>" + data + b"</quiz>" if inside else data).items:
        assert parsed.item is not None or parsed.problems
