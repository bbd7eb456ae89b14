"""Inputs that are nearly right: bytes and JSON changed a little, as a broken or a hostile client would."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from random import Random
from typing import Any

NUMBERS: tuple[Any, ...] = (
    0, 1, -1, 2, 127, 255, 256, 65_535, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53, 2**63 - 1, 2**63, -(2**63) - 1,
    10**15, 10**18, 10**40, 10**400, 0.1, -0.0, 1e-320, 1e15, 1e308, math.inf, -math.inf, math.nan,
)  # fmt: skip
TEXTS = (
    "", " ", "0", "-1", "٣", "²", "1e999", "NaN", "\0", "a\0b", "\ud800", "\udfff\ud800", "\u202e", "\ufeff", "😀", "é",
    "e\u0301", "ﬀ", "İ", "%00", "%s%n", "../../etc/passwd", "<script>", "{{7*7}}", "'\"`;--", "\r\n", "\t", "[" * 50,
    "a" * 300, "x" * 5_000, "00000000-0000-0000-0000-000000000000", "2026-02-30", "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+23:59", "24:00", "a@b", "true", "null", "undefined", "$x^2$", "![](picture:)",
)  # fmt: skip
DEEP = 40  # lists in lists

Place = tuple[Any, Any]  # a list or dict, and the index or key in it


def mutate_bytes(data: bytes, longest: int, random: Random) -> bytes:
    """A few small changes."""
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        random.choice(_BYTES)(changed, random)
    return bytes(changed[:longest])


def mutate_json(value: Any, random: Random) -> Any:
    """A few changes to a value of JSON, anywhere in it; the value itself may be changed."""
    holder = [value]
    for _ in range(random.choice((1, 1, 1, 2, 3, 5))):
        place = random.choice(_places(holder))
        random.choice(_VALUES)(place, holder, random)
    return holder[0]


def mutate_text(text: str, random: Random) -> str:
    start = random.randint(0, len(text))
    end = min(len(text), start + random.choice((0, 0, 1, 1, 4, 20)))
    piece = random.choice((*TEXTS, text[start:end] * 2, text[:start], chr(random.randrange(0x110000))))
    return text[:start] + piece + text[end:]


def json_mutator(data: bytes, longest: int, random: Random) -> bytes:
    """For targets whose input is JSON: mostly still JSON, now and then its bytes."""
    if random.random() < 0.9:
        try:
            made = dumped(mutate_json(json.loads(data), random))
        except (ValueError, RecursionError):
            made = b""
        if 0 < len(made) <= longest:
            return made
    return mutate_bytes(data, longest, random)


def dumped(value: Any) -> bytes:
    """Halves of surrogate pairs are kept as escapes, and not-a-number as ``NaN``, as JavaScript would not."""
    return json.dumps(value).encode()


def _places(value: Any) -> list[Place]:
    found: list[Place] = []
    open_ = [value]
    while open_:
        holder = open_.pop()
        keys: list[Any] = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        for key in keys:
            found.append((holder, key))
            if isinstance(holder[key], dict | list):
                open_.append(holder[key])
    return found


# ---- Changes to a value ----


def _another(place: Place, holder: list[Any], random: Random) -> None:
    values: tuple[Any, ...] = (
        None,
        True,
        False,
        [],
        {},
        random.choice(NUMBERS),
        random.choice(NUMBERS),
        random.choice(TEXTS),
    )
    place[0][place[1]] = random.choice(values)


def _nearly(place: Place, holder: list[Any], random: Random) -> None:
    value = place[0][place[1]]
    if isinstance(value, str):
        place[0][place[1]] = mutate_text(value, random)
    elif isinstance(value, int | float):
        place[0][place[1]] = random.choice((value + 1, -value, value * 10, str(value), [value], random.choice(NUMBERS)))
    else:
        _another(place, holder, random)


def _gone(place: Place, holder: list[Any], random: Random) -> None:
    if place[0] is not holder:
        del place[0][place[1]]


def _twice(place: Place, holder: list[Any], random: Random) -> None:
    inside, key = place
    if isinstance(inside, list) and inside is not holder:
        inside.extend([inside[key]] * random.choice((1, 2, 200)))
    elif isinstance(inside, dict):
        inside[random.choice((mutate_text(str(key), random), random.choice(TEXTS)))] = inside[key]


def _deeper(place: Place, holder: list[Any], random: Random) -> None:
    value = place[0][place[1]]
    for _ in range(random.choice((1, 1, DEEP))):
        value = random.choice(([value], {"a": value}))
    place[0][place[1]] = value


def _from_elsewhere(place: Place, holder: list[Any], random: Random) -> None:
    inside, key = random.choice(_places(holder))
    place[0][place[1]] = json.loads(json.dumps(inside[key]))  # a copy, or it could come to hold itself


_VALUES: tuple[Callable[[Place, list[Any], Random], None], ...] = (
    _another, _another, _nearly, _nearly, _nearly, _gone, _twice, _deeper, _from_elsewhere,
)  # fmt: skip


# ---- Changes to bytes ----


def _flip(data: bytearray, random: Random) -> None:
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _set(data: bytearray, random: Random) -> None:
    if data:
        data[random.randrange(len(data))] = random.choice((0, 1, 0x7F, 0x80, 0xFE, 0xFF, random.randrange(256)))


def _insert(data: bytearray, random: Random) -> None:
    place = random.randint(0, len(data))
    data[place:place] = random.randbytes(random.choice((1, 1, 2, 4, 16)))


def _cut(data: bytearray, random: Random) -> None:
    place = random.randint(0, len(data))
    del data[place : place + random.choice((1, 1, 4, 64, len(data)))]


def _repeat(data: bytearray, random: Random) -> None:
    place = random.randint(0, len(data))
    piece = bytes(data[place : place + random.choice((1, 4, 32, 256))])
    data[place:place] = piece * random.choice((1, 1, 2, 30))


def _number(data: bytearray, random: Random) -> None:
    place, size = random.randint(0, len(data)), random.choice((1, 2, 4, 8))
    number = random.choice((0, 1, 2 ** (8 * size) - 1, 2 ** (8 * size - 1), random.getrandbits(8 * size)))
    data[place : place + size] = number.to_bytes(size, random.choice(("big", "little")))


def _text(data: bytearray, random: Random) -> None:
    place = random.randint(0, len(data))
    data[place:place] = random.choice(TEXTS).encode("utf-8", "surrogatepass")


_BYTES = (_flip, _flip, _set, _insert, _cut, _repeat, _number, _text)
