"""A little training material made of noise."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from proctoring.training.augment import Material
from proctoring.training.objects import draw_phone
from proctoring.training.pictures import Image


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    """Two threads on two busy cores wait for each other most of the time."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def material() -> Material:
    rng = np.random.default_rng(0)

    def noise() -> Image:
        return rng.integers(0, 256, (90, 120, 3), dtype=np.uint8)

    box = np.array([[0.3, 0.2, 0.6, 0.8]], np.float32)
    return Material(
        phones=[(noise(), box) for _ in range(4)], cutouts=[draw_phone(rng)], people=[noise()], others=[noise()]
    )
