"""A JPEG changed segment by segment: whatever only flips bits is refused long before the decoder is any test."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.fuzz.mutation import mutate_bytes
from tests.fuzz.pictures import every_make

Segment = tuple[int, bytes]  # marker and content; the last is a scan with all that follows
SIDES = (0, 1, 7, 8, 31, 32, 33, 48, 64, 120, 160, 255, 1080, 1081, 1920, 1921, 4096, 32_767, 65_500, 65_535)
FRAMES = (*range(0xC0, 0xD0),)
MARKERS = (0x00, 0x01, *range(0xC0, 0x100))
SCAN = 0xDA


def mutate(data: bytes, longest: int, random: Random) -> bytes:
    """Often begins anew with a whole picture: changes upon changes soon leave nothing that a decoder would look at."""
    if random.random() < 0.6:
        data = random.choice(every_make())
    segments = split(data)
    if len(segments) < 3 or random.random() < 0.2:
        return mutate_bytes(data, longest, random)
    for _ in range(random.choice((1, 1, 2, 3))):
        random.choice(_CHANGES)(segments, random)
    return join(segments)[:longest]


def split(data: bytes) -> list[Segment]:
    """As far as it has segments; what follows the first that is none, belongs to the one before."""
    segments: list[Segment] = []
    at = 2
    while data[:2] == b"\xff\xd8" and at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        end = len(data) if marker == SCAN else at + 2 + length
        segments.append((marker, data[at + 4 : end]))
        at = end
    return segments


def join(segments: list[Segment]) -> bytes:
    pieces = [b"\xff\xd8"]
    for marker, content in segments:
        # That of a scan counts its own head alone: the number of components, two bytes each, and three more.
        size = 6 + 2 * (content[0] if content else 0) if marker == SCAN else len(content) + 2
        pieces += [bytes((0xFF, marker)), min(size, 65_535).to_bytes(2, "big"), content]
    return b"".join(pieces)


def _any(segments: list[Segment], random: Random) -> int:
    return random.randrange(len(segments))


def _of(segments: list[Segment], markers: tuple[int, ...], random: Random) -> int:
    return random.choice([place for place, (marker, _) in enumerate(segments) if marker in markers] or [0])


def _sides(segments: list[Segment], random: Random) -> None:
    place = _of(segments, FRAMES, random)
    marker, content = segments[place]
    height, width = random.choice(SIDES), random.choice(SIDES)
    segments[place] = marker, content[:1] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + content[5:]


def _way(segments: list[Segment], random: Random) -> None:
    """Baseline, progressive, lossless, arithmetic …"""
    place = _of(segments, FRAMES, random)
    segments[place] = random.choice(FRAMES), segments[place][1]


def _content(segments: list[Segment], random: Random) -> None:
    place = _any(segments, random)
    segments[place] = segments[place][0], mutate_bytes(segments[place][1], 65_533, random)


def _scan(segments: list[Segment], random: Random) -> None:
    """Only what is coded: most of it can be drawn, whatever it says."""
    marker, content = segments[-1]
    segments[-1] = marker, content[:10] + mutate_bytes(content[10:-2], 65_533, random) + content[-2:]


def _frame_or_tables(segments: list[Segment], random: Random) -> None:
    place = _of(segments, (*FRAMES, 0xDB, 0xDD), random)
    segments[place] = segments[place][0], mutate_bytes(segments[place][1], 65_533, random)


def _marker(segments: list[Segment], random: Random) -> None:
    place = _any(segments, random)
    segments[place] = random.choice(MARKERS), segments[place][1]


def _again(segments: list[Segment], random: Random) -> None:
    segments.insert(_any(segments, random), segments[_any(segments, random)])


def _gone(segments: list[Segment], random: Random) -> None:
    if len(segments) > 1:
        del segments[_any(segments, random)]


def _moved(segments: list[Segment], random: Random) -> None:
    segments.insert(_any(segments, random), segments.pop(_any(segments, random)))


def _added(segments: list[Segment], random: Random) -> None:
    segments.insert(_any(segments, random), (random.choice(MARKERS), random.randbytes(random.choice((0, 1, 4, 60)))))


def _inside(segments: list[Segment], random: Random) -> None:
    """A whole picture as the content of a segment in front."""
    segments.insert(0, (random.choice(MARKERS), join(segments)[:60_000]))


def _scans(segments: list[Segment], random: Random) -> None:
    marker, content = segments[-1]
    again = (
        b"\xff\xda" + (6 + 2 * (content[0] if content else 0)).to_bytes(2, "big") + content.removesuffix(b"\xff\xd9")
    )
    segments[-1] = marker, content.removesuffix(b"\xff\xd9") + again * random.choice((1, 2, 5, 30, 40)) + b"\xff\xd9"


def _behind(segments: list[Segment], random: Random) -> None:
    marker, content = segments[-1]
    follows = random.choice((b"\xff\xd9", b"PK\x03\x04", b"<script>", bytes(50), join(segments), b"\xff\xda"))
    segments[-1] = marker, content + follows


_CHANGES: tuple[Callable[[list[Segment], Random], None], ...] = (
    _sides, _sides, _way, _scan, _scan, _scan, _content, _content, _frame_or_tables, _frame_or_tables, _marker, _again,
    _gone, _moved, _added, _inside, _scans, _behind,
)  # fmt: skip
