"""Files with questions of every kind in every format, and pieces that mean something in one of them."""

from __future__ import annotations

from base64 import b64encode

from exams import demo
from exams.interchange.base import Entry
from exams.interchange.formats import FORMATS
from exams.items import Item
from tests.admin.question_files import GIFT, png, xml_with_picture

ITEMS = [item for group in vars(demo).values() if isinstance(group, tuple) for item in group if isinstance(item, Item)]
PAGE = "<p>Which <b>of</b><br>x<sup>2</sup> H<sub>2</sub>O <img src='data:image/png;base64,iVBO' alt='a]'> \\(x\\)</p>"
MOODLE = f"""<?xml version="1.0" encoding="UTF-8"?>
<quiz><question type="category"><category><text>$course$/top/A//B</text></category></question>
<question type="multichoice"><name><text>One</text></name><questiontext format="html"><text><![CDATA[{PAGE}]]></text>
</questiontext><defaultgrade>1.5</defaultgrade><penalty>0.33</penalty><hidden>0</hidden><single>false</single>
<answer fraction="50" format="html"><text>a</text><feedback><text>f</text></feedback></answer>
<answer fraction="50"><text>b</text></answer><answer fraction="-100"><text>c</text></answer></question>
<question type="numerical"><questiontext><text>n</text></questiontext><answer fraction="100"><text>3,14</text>
<tolerance>0.01</tolerance></answer><units><unit><multiplier>1</multiplier></unit></units></question>
<question type="truefalse"><questiontext format="markdown"><text>t</text></questiontext>
<answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer></question>
<question type="matching"><questiontext><text>m</text></questiontext><subquestion><text>a</text><answer><text>b</text>
</answer></subquestion><subquestion><text></text><answer><text>c</text></answer></subquestion></question>
<question type="cloze"><questiontext><text>{{1:SHORTANSWER:=a}}</text></questiontext></question></quiz>"""
GIFT_KINDS = """// a comment
$CATEGORY: $course$/top/Sums

::T:: [html]<p>True?</p> {T#no#yes}
::M:: Match {=a -> b =c -> d ####general}
::N:: How much? {#1..5}
::N2:: How much? {#=%100%3.14:0.01#yes =%50%3:1}
::S:: Who? {=Ada =%50%Lov*\\=e}
::O:: [markdown]Which\\: two? {~%50%a ~%50%b ~%-100%c#no}
::E:: Why? {}
Grant is {~buried =entombed ~living} in Grant's tomb.
"""

FILES: tuple[bytes, ...] = (
    GIFT,
    GIFT_KINDS.encode(),
    MOODLE.encode(),
    xml_with_picture(png()),
    "kind;text;choice_1;choice_2;right\nsingle_choice;Which?;a;b;1\n".encode("utf-16"),
    b'kind,text,number,tolerance\nnumeric,"How\nmuch?",3.14,1e-3\nessay,Why?,,\n',
    b"<quiz/>",
    b"",
    *(
        format.write([Entry(item, "A / B") for item in items], lambda picture: None)
        for format in FORMATS.values()
        for items in (ITEMS[:4], ITEMS[4:8], ITEMS[8:])
    ),
)

PIECES: tuple[bytes, ...] = (
    b"{", b"}", b"=", b"~", b"->", b"#", b"####", b"::", b"%50%", b"%-33.33333%", b"%1e9%", b"\\", b"\\n", b"\\u00e9",
    b"[html]", b"[markdown]", b"[plain]", b"$CATEGORY: ", b"//", b"\n\n", b"{#", b"..", b":0.1", b"{T}", b"{=a -> b}",
    b"1e999", b"NaN", b"-Infinity", b"0x10", "٣,٥".encode(), "²".encode(), b"999999999999999999999",
    b"0.0000000000001", b"<p>", b"</p>", b"<b><i>", b"<table><tr><td colspan=2>", b"<img src='@@PLUGINFILE@@/a.png'>",
    b"<pre>", b"<ul><li>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&amp;", b"&#0;", b"&#xD800;", b"&#x110000;",
    b"&nbsp;", b"&a;", b"<br/>", b"<!DOCTYPE quiz [<!ENTITY a 'b'>]>", b"<?xml version='1.1' encoding='utf-7'?>",
    b"<question type='ordering'>", b"<answer fraction='100'>", b"<text>", b"</text>", b"<subquestion>",
    b"<math><mi>x</mi></math>", b"<sup>", b"<sub>", b"data:image/png;base64," + b64encode(b"no"),
    b'<file name="a.png" encoding="base64">', b"$x^2$", b"$$", b"\\(", b"\\)",
    b"![a](picture:5b2c0f7a-1d3e-4e6f-8a90-1b2c3d4e5f60)", b"![a](b)", b"`", b"```\n", b"    ", b"|-|-|\n", b"* ",
    b"1. ", b"single_choice", b"matching", b"yes", b";", b'"', b'""', b",", b"\t", b"\r", b"\0", b"\xff",
    b"\xef\xbb\xbf", b"\xff\xfe", "\u2028".encode(), "\u202e".encode(), "😀".encode(), b"'=1+1", b"a" * 300,
)  # fmt: skip
