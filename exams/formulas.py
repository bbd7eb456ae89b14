"""TeX to MathML on the server, so that pages need no script for it. Pure Python below: bad TeX can raise, not crash."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from html import unescape
from itertools import takewhile
from xml.etree.ElementTree import Element, tostring  # written here only; nothing is read

from latex2mathml.converter import Converter

LONGEST = 2_000  # characters; a formula of this length takes about 50 ms
DEEPEST = 60  # braces in braces; the converter is recursive
# Own commands can grow without bound, each using the last one ten times.
_DEFINES = re.compile(r"\\(?:re|provide)?newcommand|\\providecommand|\\[gex]?def(?![a-z])|\\let(?![a-z])")
_CHILDREN = {
    "mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3,
}  # fmt: skip

_BELOW = {"msub": "munder", "msubsup": "munderover"}
_PRIMES = set("′″‴⁗")
_WITHOUT_PRIMES = {"msup": "mrow", "msubsup": "msub"}
_WITH_LIMITS = {"lim", "max", "min", "sup", "inf", *"⋃⋂∐∏∑⨁⨂⨀⨆⨄⋁⋀"}
# Unicode names of the letters; those that were there before the mathematical alphabets are not called mathematical.
_ALPHABETS = {
    "bold": ["MATHEMATICAL BOLD"],
    "italic": ["MATHEMATICAL ITALIC"],
    "bold-italic": ["MATHEMATICAL BOLD ITALIC", "MATHEMATICAL BOLD"],
    "double-struck": ["MATHEMATICAL DOUBLE-STRUCK", "DOUBLE-STRUCK"],
    "script": ["MATHEMATICAL SCRIPT", "SCRIPT"],
    "fraktur": ["MATHEMATICAL FRAKTUR", "BLACK-LETTER"],
    "sans-serif": ["MATHEMATICAL SANS-SERIF"],
    "monospace": ["MATHEMATICAL MONOSPACE"],
}


def mathml(tex: str, *, display: bool) -> str | None:
    """The formula as ``<math>``, or None where it is broken, or would take long: then its source is shown."""
    if not tex.strip() or len(tex) > LONGEST or _DEFINES.search(tex) or not _balanced(tex):
        return None
    try:
        math = Converter(display="block" if display else "inline").convert_to_element(tex)
    except Exception:  # the converter has no error of its own: it raises StopIteration, KeyError and a dozen more
        return None
    return _written(math) if all(_whole(element) for element in math.iter()) else None


def _balanced(tex: str) -> bool:
    depth = 0
    for brace in re.findall(r"\\.|[{}]", tex, re.DOTALL):
        depth += (brace == "{") - (brace == "}")
        if not 0 <= depth <= DEEPEST:
            return False
    return depth == 0


def _whole(element: Element) -> bool:
    """The converter passes over what is missing, takes a command it does not know for a letter, and strikes out with
    an element that browsers do not draw."""
    wanted = _CHILDREN.get(element.tag)
    struck = element.tag == "menclose" and element.get("notation") != "box"
    return (wanted is None or len(element) == wanted) and not (element.text or "").startswith("\\") and not struck


def _written(math: Element) -> str:
    for element in math.iter():
        if element.text:
            _respell(element)
    for element in math.iter():
        _put_limits_below(element)
    for element in list(math.iter()):
        _put_primes_beside(element)
    return tostring(math, encoding="unicode")


def _respell(element: Element) -> None:
    """Texts come as references (``&#x02211;``), which writing would escape once more; one for a plain letter is an
    upright letter. Browsers know letters that are bold or have double strokes, but not the attribute for them."""
    raw = element.text or ""
    text = unescape(raw)
    variant = element.attrib.pop("mathvariant", "normal" if raw != text and text.isascii() and text.isalpha() else "")
    if variant == "normal":
        element.set("mathvariant", "normal")
    element.text = "".join(_letter(character, variant) for character in text) if variant in _ALPHABETS else text


def _put_limits_below(element: Element) -> None:
    """Of what has limits, the converter sets only sums so. Browsers move them beside it within a line of text."""
    if element.tag in _BELOW and element[0].tag == "mo":
        operator = element[0]
        if operator.get("movablelimits") == "true" or operator.text in _WITH_LIMITS:
            operator.set("movablelimits", "true")
            element.tag = _BELOW[element.tag]


def _put_primes_beside(element: Element) -> None:
    """The converter sets primes as exponents. Most fonts have them high already, and so they float above the line."""
    if element.tag not in _WITHOUT_PRIMES:
        return
    exponent = element[-1]
    parts = list(exponent) if exponent.tag == "mrow" else [exponent]
    primes = list(takewhile(lambda part: part.text in _PRIMES, parts))
    if not primes:
        return
    for prime in primes:
        prime.tag, prime.attrib = "mo", {"lspace": "0", "rspace": "0"}
    if len(primes) < len(parts):
        exponent[:] = parts[len(primes) :]
    else:
        element.remove(exponent)
        element.tag = _WITHOUT_PRIMES[element.tag]
    if element.tag == "mrow":
        element.extend(primes)
        return
    base = Element("mrow")
    base.extend([element[0], *primes])
    element[0] = base


@cache
def _letter(character: str, variant: str) -> str:
    name = unicodedata.name(character, "").replace("LATIN ", "").replace("GREEK ", "").replace(" LETTER", "")
    for style in _ALPHABETS[variant]:
        try:
            return unicodedata.lookup(f"{style} {name}")
        except KeyError:
            continue
    return character
