"""A run in parts: what named weights and the run's own mistook is listed before each, and kept for those after."""

from __future__ import annotations

from pathlib import Path

import pytest

from proctoring.analysis.config import analyzer_config
from proctoring.training.augment import Material
from proctoring.training.loop import Run
from proctoring.training.recipe import Recipe, stages
from proctoring.training.relisting import Hard, train

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

GIVEN = Path(analyzer_config().phone_weights)
HARD = Hard([GIVEN], every=16, made=2)


def recipe(pictures: int) -> Recipe:
    return Recipe(stages=stages(f"64:{pictures}"), batch=8, rate=2e-3, warm_up=8)


def looked(said: list[str]) -> list[str]:
    """Whose mistakes were looked for, in order."""
    return [line.rsplit(" ", 1)[1] for line in said if "are taken for one by" in line]


def test_mistakes_of_named_weights_and_of_the_run_itself_are_listed_before_each_part(
    material: Material, tmp_path: Path
) -> None:
    said: list[str] = []
    train(recipe(40), material, Run(tmp_path), HARD, said.append)
    assert looked(said) == [GIVEN.name, "last.pt", "last.pt"]
    assert [line.split()[0] for line in said if "pictures seen" in line] == ["16", "32", "40"]


def test_a_run_that_goes_on_in_the_middle_of_a_part_keeps_what_was_listed_when_that_began(
    material: Material, tmp_path: Path
) -> None:
    train(recipe(24), material, Run(tmp_path), HARD, lambda _: None)
    said: list[str] = []
    train(recipe(32), material, Run(tmp_path), HARD, said.append)
    assert looked(said) == []
    assert "were ever taken for a phone" in said[0]


def test_without_hard_ones_asked_for_nothing_is_looked_at(material: Material, tmp_path: Path) -> None:
    said: list[str] = []
    train(recipe(16), material, Run(tmp_path), Hard(), said.append)
    assert [line.split()[0] for line in said if "pictures seen" in line] == ["16"]
    assert not any("taken for a phone" in line or "taken for one" in line for line in said)
