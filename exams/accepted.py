"""Whether a short text is one of the accepted answers."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# A phone turns "don't" into “don’t” by itself; nobody loses points for that.
_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        # Marks of direction and joints that nobody sees, often pasted along. Not U+200C and U+200D: they are spelling.
        **dict.fromkeys("\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff", ""),
        **dict.fromkeys("\u2066\u2067\u2068\u2069", ""),
    }
)
_STAR = re.compile(r"\\(\*)|\*+")
_ANYTHING = "\ue000"  # for private use: no keyboard types it


def plain(text: str, *, case_sensitive: bool) -> str:
    """What of the text counts: compatible forms are one (NFKC), any space is one space, capitals only if asked for."""
    text = unicodedata.normalize("NFKC", text.translate(_SAME)).translate(_SAME)
    if not case_sensitive:
        text = unicodedata.normalize("NFKC", text.casefold())
    return " ".join(text.split())


def accepts(accepted: str, text: str, *, case_sensitive: bool = False) -> bool:
    """In ``accepted``, ``*`` stands for any text, also none; ``\\*`` is a star. No regular expression is made of what
    an author wrote, so none can take for ever."""
    return _fits(_pieces(accepted, case_sensitive), plain(text, case_sensitive=case_sensitive))


@lru_cache(maxsize=2048)  # the same few for a thousand candidates
def _pieces(accepted: str, case_sensitive: bool) -> tuple[str, ...]:
    """The texts between the stars."""
    marked = _STAR.sub(lambda found: found[1] or _ANYTHING, accepted.replace(_ANYTHING, ""))
    return tuple(plain(marked, case_sensitive=case_sensitive).split(_ANYTHING))


def _fits(pieces: tuple[str, ...], text: str) -> bool:
    if len(pieces) == 1:
        return text == pieces[0]
    first, *middle, last = pieces
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    place, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True
