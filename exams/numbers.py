"""Numbers as people type them. No Django here: marking reads them the same way."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

LONGEST_NUMBER = 100
# Three digits of exponent are beyond every measure, and keep arithmetic with the number cheap.
_NUMBER = re.compile(
    r"(?P<sign>[+-]?)"
    r"(?P<number>[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)"
    r"(?:(?:[eE]|[x*·×]10\^)(?P<exponent>[+-]?[0-9]{1,3}))?"
)
_GROUPED = re.compile(r"(?<=[0-9]) (?=[0-9]{3}(?![0-9]))")
# The Arabic decimal sign, the wide signs of East Asian keyboards, and what is typed for a minus.
_SAME = str.maketrans({"٫": ".", "．": ".", "，": ",", "−": "-", "–": "-", "‐": "-", "＋": "+"})


def read_number(text: str) -> Decimal | None:
    """None where the text is no number. Comma and point are both decimal signs; groups of three may stand apart.

    ``static/js/candidate/kinds/number.js`` reads the same, to say at once how a number was understood.
    """
    if len(text) > LONGEST_NUMBER:
        return None
    plain = "".join(map(_plain, text.translate(_SAME))).strip()
    plain = re.sub(r" ?([x*·×^]) ?", r"\1", _GROUPED.sub("", plain))
    found = _NUMBER.fullmatch(plain)
    if found is None:
        return None
    return Decimal(f"{found['sign']}{found['number'].replace(',', '.')}e{found['exponent'] or 0}")


def _plain(character: str) -> str:
    """Digits of every script as 0 to 9, every space as a space, marks of direction as nothing."""
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Cf":
        return ""
    return " " if character.isspace() else character
