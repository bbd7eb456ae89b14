"""Plain text as Markdown that shows it: what would be markup is escaped, and TeX as Moodle has it becomes a formula."""

from __future__ import annotations

import re

# MathJax's own marks and doubled dollars; a single dollar is a dollar to Moodle. No formula holds another's beginning,
# which keeps the search linear.
_TEX = re.compile(
    r"\\\((?P<inline>(?:[^\\]|\\[^()])+)\\\)"
    r"|\\\[(?P<display>(?:[^\\]|\\[^\[\]])+)\\\]"
    r"|\$\$(?P<dollars>[^$]+)\$\$"
)
_INLINE = re.compile(
    r"""\\(?=[!-/:-@\[-`{-~\n]|\Z)  # a backslash that would escape something
    | [*`$\[]
    | (?<![^\W_])_ | _(?![^\W_])    # within a word an underscore is one
    | <(?=[A-Za-z][A-Za-z0-9+.-]{1,31}:|[^\s<>@]{1,64}@)  # an address
    | &(?=\#?\w{1,32};)
    """,
    re.VERBOSE,
)
_AT_LINE_START = re.compile(
    r"""^(?:
    (?P<list>\d{1,9})(?=[.)](?:\s|$))
    | (?=[-+](?:\s|$)) | (?=\#{1,6}(?:\s|$)) | (?=>) | (?=~~~)
    | (?=(?:=+|-+)[ \t]*$) | (?=[|:\- \t]*-[|:\- \t]*$)
    )""",
    re.VERBOSE | re.MULTILINE,
)


def from_plain(text: str) -> str:
    """Line breaks stay line breaks, empty lines part paragraphs."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join("\\\n".join(escape(line.strip()) for line in paragraph.split("\n")) for paragraph in paragraphs)


def escape(text: str) -> str:
    """A piece of text within a paragraph, of one line or several, formulas apart."""
    pieces, end = [], 0
    for found in _TEX.finditer(text):
        pieces += [_escaped(text[end : found.start()]), _formula(found)]
        end = found.end()
    return "".join([*pieces, _escaped(text[end:])])


def _escaped(text: str) -> str:
    return _AT_LINE_START.sub(lambda found: (found["list"] or "") + "\\", _INLINE.sub(r"\\\g<0>", text))


def _formula(found: re.Match[str]) -> str:
    tex = " ".join((found["inline"] or found["display"] or found["dollars"]).split())
    tex = re.sub(r"(?<!\\)\$", r"\\$", tex)
    if not tex or tex.endswith("\\"):
        return _escaped(found[0])
    if found["inline"] is None:
        return f"$${tex}$$"
    follows = found.string[found.end() : found.end() + 1]
    return f"${tex}$ " if follows.isdigit() else f"${tex}$"
