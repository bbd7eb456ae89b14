"""The whole of an analysis process on one picture: decoding, faces, mesh, eyes and phones with the real models."""

from __future__ import annotations

import json
from random import Random

import cv2

from proctoring.analysis.config import analyzer_config
from proctoring.observation import Observation
from proctoring.vision.analyzer import Analyzer
from proctoring.vision.frame import BadFrame
from tests.data import ROOT
from tests.fuzz import jpeg_mutation
from tests.fuzz.pictures import every_make
from tests.fuzz.target import Take, Target

CLIPS = ("head_turns", "two_people", "phone_at_webcam", "walking_in")


def start() -> Take:
    analyzer = Analyzer(analyzer_config())
    assert all(status.ok for status in analyzer.detectors.values()), analyzer.detectors

    def take(data: bytes) -> bool:
        try:
            seen = analyzer.analyse(data)
        except BadFrame:
            return False
        json.dumps(seen.as_dict(), allow_nan=False)
        assert Observation.from_dict(seen.as_dict()) == seen
        for box in [*(face.box for face in seen.faces or ()), *(seen.phones or ())]:
            assert 0 <= box.score <= 1
            assert box.width >= 0 <= box.height
        return True

    return take


def seeds() -> list[bytes]:
    """Real frames where they are, made small; drawn ones everywhere."""
    real = [sorted((ROOT / "clips" / name).glob("*.jpg"))[:40:13] for name in CLIPS]
    return [*(_small(path.read_bytes()) for paths in real for path in paths), *every_make()[18:28]]


def _small(data: bytes) -> bytes:
    import numpy as np

    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    made, encoded = cv2.imencode(".jpg", cv2.resize(picture, (320, 240)), [cv2.IMWRITE_JPEG_QUALITY, 55])
    assert made
    return bytes(encoded)


def mutate(data: bytes, longest: int, random: Random) -> bytes:
    """Mostly within the scan: pictures that are decoded, and show what no camera saw."""
    start = data.find(b"\xff\xda")
    if start < 0 or random.random() < 0.4:
        return jpeg_mutation.mutate(data, longest, random)
    changed = bytearray(data)
    for _ in range(random.choice((1, 3, 10, 60))):
        changed[random.randrange(start + 14, max(start + 15, len(data) - 2)) % len(data)] = random.randrange(0xFF)
    return bytes(changed)


TARGET = Target(
    "the whole analysis of a picture", start, seeds, longest=24_000, seconds=6.0, memory_mb=2_500, mutate=mutate
)
