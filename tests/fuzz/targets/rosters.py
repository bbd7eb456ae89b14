"""A roster as an institution uploads it."""

from __future__ import annotations

from exams.roster_file import LONGEST, MOST_ROWS, RosterUnreadable, parse
from tests.fuzz.target import Take, Target

HEAD = "email,first_name,last_name,number\n"


def start() -> Take:
    return take


def take(data: bytes) -> bool:
    try:
        roster = parse(data)
    except RosterUnreadable as unreadable:
        assert str(unreadable).endswith(".")
        return False
    assert 1 <= len(roster.rows) <= MOST_ROWS
    lines = [row.line for row in roster.rows]
    assert lines == sorted(set(lines))
    for row in roster.rows:
        assert all(len(getattr(row, column)) <= longest for column, longest in LONGEST.items())
        assert row.problem or row.email or row.username
        assert row.problem or "\0" not in row.email + row.username + row.first_name + row.last_name + row.reference
    return True


def seeds() -> list[bytes]:
    texts = [
        HEAD + "ada@example.org,Ada,Lovelace,1\n\nalan@example.org,Alan,Turing,2\n",
        "username;surname\nada;Lovelace\nalan;Turing\n",
        "E-Mail\tNumber\nada@example.org\t7\n",
        HEAD + '"ada@example.org","A ""d"" a","Love\nlace",1\r\n',
        HEAD + "a@b.ch,a,b,c,d,e\n",
        "\n,,\nemail\rada@example.org\r",
        "name\nAda\n",
        "email,mail\na@b.ch,c@d.ch\n",
        HEAD,
        HEAD + '"',
    ]
    odd = [b"", b"\xff\xfe" + HEAD.encode("utf-16-le"), b"PK\x03\x04", b"email\n\xff", b"email\n\0"]
    return [*(text.encode() for text in texts), b"\xef\xbb\xbf" + texts[0].encode(), *odd]


TARGET = Target("rosters (CSV)", start, seeds, longest=2_000, seconds=1.0)
