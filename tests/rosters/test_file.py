"""What a roster's file may look like, and what is said of one that cannot be read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exams.roster_file import LARGEST_FILE, MOST_ROWS, RosterRow, RosterUnreadable, parse

ADA = RosterRow(line=2, email="ada@example.org", first_name="Ada", last_name="Lovelace", reference="7")


@pytest.mark.parametrize(
    "text",
    [
        "email,first_name,last_name,number\nada@example.org,Ada,Lovelace,7\n",
        "E-Mail;First name;Last name;Student number\r\nADA@example.org;Ada;Lovelace;7\r\n",
        "number\tsurname\tgiven name\temail address\n7\tLovelace\tAda\tada@example.org",
        '"email","first_name","last_name","number"\n"ada@example.org","Ada","Lovelace","7"\n\n,,,\n',
        " email , first_name , last_name , number \n ada@example.org , Ada , Lovelace , 7 \n",
    ],
    ids=["commas", "semicolons", "tabs", "quoted", "spaces"],
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
def test_every_usual_form_is_read(text: str, mark: bytes) -> None:
    assert parse(mark + text.encode()).rows == [ADA]


def test_the_delimiter_is_that_of_the_heading_whatever_stands_below() -> None:
    [row] = parse(b"email;last name\nada@example.org;Lovelace, Countess\n").rows
    assert row.last_name == "Lovelace, Countess"


def test_names_of_all_scripts_stay_as_they_are() -> None:
    [row] = parse("email,first name\nx@example.org,Łukasz אברהם 王\n".encode()).rows
    assert row.first_name == "Łukasz אברהם 王"


def test_lines_are_those_of_the_file_also_after_empty_ones_and_breaks_in_quotes() -> None:
    rows = parse(b'\nemail,last name\n\n"a@example.org","Two\nlines"\nb@example.org,B\n').rows
    assert [row.line for row in rows] == [4, 6]
    assert "line break" in rows[0].problem


def test_a_column_nobody_knows_is_said_to_be_unused() -> None:
    assert parse(b"email,colour\na@example.org,red\n").notes == ["The column “colour” is not used."]


@pytest.mark.parametrize(("between", "called"), [(",", "comma"), (";", "semicolon"), ("\t", "tab")])
def test_a_line_too_wide_is_told_what_to_put_in_quotes(between: str, called: str) -> None:
    lines = ["email;last_name", "a@example.org;Lovelace;Countess"]
    [row] = parse("\n".join(lines).replace(";", between).encode()).rows
    assert f"Put text with a {called} in quotes." in row.problem


def test_a_number_too_long_is_called_what_the_page_calls_it() -> None:
    [row] = parse(f"email,number\na@example.org,{'7' * 65}\n".encode()).rows
    assert row.problem == "The number is longer than 64 characters."


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (",Ada,Lovelace", "neither an e-mail address nor a user name"),
        ("a@example.org,Ada,Lovelace,Countess", "The line has 4 columns, the heading 3"),
        (f"a@example.org,{'A' * 151},L", "first name is longer than 150"),
    ],
)
def test_a_row_that_cannot_be_used_says_why(line: str, said: str) -> None:
    [row] = parse(f"email,first name,last name\n{line}\n".encode()).rows
    assert said in row.problem


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \r\n\r\n", "empty"),
        (b"name,age\nAda,36\n", "one of them “email” or “username”"),
        (b"ada@example.org\ncharles@example.org\n", "The first line must name the columns"),
        (b"email,e-mail\na@example.org,b@example.org\n", "both read as “email”"),
        (b"email,first name\n", "nobody below it"),
        ("email,first name\na@example.org,Zo\xe9\n".encode("latin-1"), "Line 2 is not UTF-8"),
        ("email\na@example.org\n".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"email\na@exa\0mple.org\n", "Line 2 holds a zero byte"),
        (b'email,first name\na@example.org,"Ada\n', "quotation mark without its partner"),
        (b"email\n" + b"x" * LARGEST_FILE, "larger than 2 MB"),
        (b"email\n" + b"a@b.c\n" * (MOST_ROWS + 1), f"from line {MOST_ROWS + 2} on"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_what_to_do(data: bytes, said: str) -> None:
    with pytest.raises(RosterUnreadable, match=said):
        parse(data)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300) | st.text(alphabet=',;\t"\n\remailsrn @.', max_size=200).map(str.encode))
def test_no_bytes_do_worse_than_be_refused(data: bytes) -> None:
    for start in (b"", b"email,last name\n"):
        try:
            rows = parse(start + data).rows
        except RosterUnreadable:
            continue
        assert all(row.problem or row.email or row.username for row in rows)
