"""Which pictures are never trained on: whole groups of near duplicates, chosen by a hash and so the same everywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from proctoring.training.pictures import Picture

HELD_OUT_SHARE = 0.12
SPLIT_SEED = 2026


def is_held_out(group: str, *, share: float = HELD_OUT_SHARE, seed: int = SPLIT_SEED) -> bool:
    """Whether a group is kept for measuring. Depends on nothing but the group's name and the seed."""
    digest = hashlib.sha256(f"{seed}:{group}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def split(pictures: Iterable[Picture]) -> tuple[list[Picture], list[Picture]]:
    """(for training, held out), each in the given order."""
    training: list[Picture] = []
    held_out: list[Picture] = []
    for picture in pictures:
        (held_out if is_held_out(picture.group) else training).append(picture)
    return training, held_out
