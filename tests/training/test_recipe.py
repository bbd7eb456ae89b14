"""Sizes, rates and loss weights along a run."""

from __future__ import annotations

import pytest

from proctoring.training.recipe import Recipe, Stage, stages


def test_stages_are_read() -> None:
    assert stages("128:600,192:40") == (Stage(128, 600), Stage(192, 40))


@pytest.mark.parametrize("text", ["", "128", "128:x", "100:5", "128:0", "128:1:2"])
def test_nonsense_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="stage"):
        stages(text)


def test_small_pictures_come_first() -> None:
    recipe = Recipe(stages=stages("128:100,256:50"))
    assert [recipe.size_at(seen) for seen in (0, 99, 100, 149, 150)] == [128, 128, 256, 256, 256]


def test_the_rate_warms_stays_and_falls() -> None:
    recipe = Recipe(stages=stages("128:1000"), rate=1.0, warm_up=100, cooling=0.4)
    assert recipe.rate_at(50) == pytest.approx(0.5)
    assert recipe.rate_at(500) == 1.0
    assert recipe.rate_at(800) == pytest.approx(0.5)
    assert recipe.rate_at(1000) == pytest.approx(0.01)
