"""How still a patch is: noise is told from movement, and neither light nor the box's trembling counts."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from math import sin
from random import Random

import pytest

from proctoring.observation import Box, Face, Patch
from proctoring.risk.stillness import Stillness, likeness, measured
from tests.risk.patches import LEFT, SIDE, TOP, patch_of

Shows = Callable[[int], float]


def nothing(_: int) -> float:
    return 0.0


def still(
    *,
    noise: float = 2.0,
    seed: int = 1,
    light: Shows = lambda _: 1.0,
    shift: Shows = nothing,
    lids: Shows = nothing,
) -> Stillness:
    """Of 40 looks, each of which shows what these say of its number."""
    chance = Random(seed)
    looks = [patch_of(chance, noise=noise, light=light(n), shift=shift(n), lids=lids(n)) for n in range(40)]
    found = measured(looks)
    assert found is not None
    return found


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("noise", [1.0, 4.0])
def test_noise_alone_is_rough(seed: int, noise: float) -> None:
    found = still(noise=noise, seed=seed)
    assert 1.85 < found.roughness < 2.15
    assert found.apart < 0.05


def test_light_that_changes_is_no_movement() -> None:
    assert still(light=lambda step: 1 - 0.3 * abs(sin(step / 10))).roughness > 1.85


def test_who_sways_is_smooth_and_who_jumps_lies_apart() -> None:
    assert still(shift=lambda step: 0.5 * sin(step / 4)).roughness < 0.6
    jumps = Random(5)
    assert still(shift=lambda step: jumps.uniform(-4, 4)).apart > 0.1


def test_a_blink_is_no_noise() -> None:
    assert still(lids=lambda step: float(step % 20 in (10, 11))).roughness < 1.85


def test_a_box_that_trembles_shows_the_same_place() -> None:
    chance = Random(2)
    looks = [patch_of(chance, cut=(chance.randint(0, 1), chance.randint(0, 1))) for _ in range(30)]
    found = measured(looks)
    assert found is not None
    assert found.roughness > 1.85


def test_what_wanders_out_of_its_place_is_not_measured() -> None:
    chance = Random(2)
    away = [replace(patch_of(chance), column=LEFT + step) for step in range(30)]
    assert measured(away) is None


@pytest.mark.parametrize("looks", [[], [Patch(3, 4, 4, base64.b64encode(bytes(16)).decode())] * 20])
def test_nothing_or_too_little_is_not_measured(looks: list[Patch]) -> None:
    assert measured(looks) is None


def test_one_grey_is_not_measured() -> None:
    flat = Patch(LEFT, TOP, SIDE, base64.b64encode(bytes([90]) * SIDE**2).decode())
    assert measured([flat] * 20) is None


def test_one_picture_over_and_over_is_as_still_as_can_be() -> None:
    found = measured([patch_of(Random(1))] * 20)
    assert found is not None
    assert found.apart == pytest.approx(0, abs=1e-9)


def test_the_mean_is_coarse_and_like_what_it_is_of() -> None:
    mean = still().mean
    assert (mean.side, mean.columns) == (2, 9)
    assert len(base64.b64decode(mean.grey)) == 81
    like = likeness(mean, patch_of(Random(7), light=0.7))
    assert like is not None
    assert like > 0.98
    other = likeness(mean, patch_of(Random(7), shift=5.0))
    assert other is not None
    assert other < 0.9


def test_what_does_not_reach_its_place_is_not_compared() -> None:
    assert likeness(still().mean, replace(patch_of(Random(7)), column=LEFT + 6)) is None


def test_a_face_keeps_it_on_the_wire_and_one_of_an_older_version_has_none() -> None:
    face = Face(Box(0.1, 0.1, 0.1, 0.1), (), False, still().mean)
    data = json.loads(json.dumps(asdict(face)))
    assert Face.from_dict(data).patch == face.patch
    del data["patch"]
    assert Face.from_dict(data).patch is None
