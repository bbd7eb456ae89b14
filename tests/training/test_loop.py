"""A few real steps of the real network: it learns, it goes on where it stopped, its file opens in Ultralytics."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import PIL.Image
import pytest
import torch

from proctoring.training.augment import Material
from proctoring.training.loop import CHECKPOINT, WEIGHTS, Run, train
from proctoring.training.model import build
from proctoring.training.recipe import Recipe, stages
from proctoring.training.state import State, fresh, step
from proctoring.training.supply import batches, made

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(params=["muon", "adamw"])
def optimiser(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def recipe(pictures: int = 32, optimiser: str = "muon") -> Recipe:
    return Recipe(stages=stages(f"64:{pictures}"), batch=8, rate=2e-3, warm_up=8, optimiser=optimiser)


def weights(state: State) -> torch.Tensor:
    return torch.cat([parameter.detach().reshape(-1) for parameter in state.model.parameters()])


def test_pillow_is_left_as_it_was() -> None:
    """Ultralytics would have a package installed wherever a picture cannot be read, in whatever reads pictures here."""
    build(0)
    with pytest.raises(PIL.UnidentifiedImageError):
        PIL.Image.open(BytesIO(b"no picture"))


def test_a_few_steps_on_the_same_pictures_lower_the_loss(material: Material, optimiser: str) -> None:
    chosen = recipe(optimiser=optimiser)
    state, same = fresh(chosen), made(material, chosen, 0)
    losses = [step(state, same, chosen) for _ in range(20)]  # by AdamW it rises at first
    assert losses[-1] < 0.9 * losses[0], losses


def test_a_step_by_muon_turns_a_convolution_as_far_in_every_direction(material: Material) -> None:
    """And one by AdamW in some much farther; both move every weight that is learnt."""
    spreads = []
    for optimiser in ("muon", "adamw"):
        chosen = recipe(optimiser=optimiser)
        state = fresh(chosen)
        before = {name: weight.detach().clone() for name, weight in state.model.named_parameters()}
        step(state, made(material, chosen, 0), chosen)
        moved = {name: weight.detach() - before[name] for name, weight in state.model.named_parameters()}
        assert [
            name for name, by in moved.items() if not by.any() and state.model.get_parameter(name).requires_grad
        ] == []
        directions = torch.linalg.svdvals(moved["model.3.conv.weight"].flatten(1).double())
        spreads.append(float(directions[0] / directions[len(directions) // 2]))
    assert spreads[0] < 1.8 < 2.5 < spreads[1]


def test_a_run_that_stopped_goes_on_as_if_it_had_not(material: Material, tmp_path: Path, optimiser: str) -> None:
    chosen = recipe(optimiser=optimiser)
    unbroken = fresh(chosen)
    for pictures in batches(material, chosen, 0):
        step(unbroken, pictures, chosen)

    first = fresh(chosen)
    for pictures in list(batches(material, chosen, 0))[:2]:
        step(first, pictures, chosen)
    first.save(tmp_path / "ckpt")
    second = fresh(chosen)
    second.load(tmp_path / "ckpt")
    for pictures in batches(material, chosen, second.seen):
        step(second, pictures, chosen)

    assert second.seen == unbroken.seen == 32
    assert torch.equal(weights(second), weights(unbroken))


def test_a_checkpoint_of_the_other_optimiser_is_refused(tmp_path: Path) -> None:
    fresh(recipe()).save(tmp_path / "ckpt")
    with pytest.raises(ValueError, match="the other optimiser"):
        fresh(recipe(optimiser="adamw")).load(tmp_path / "ckpt")


def test_the_same_seed_gives_the_same_network_and_another_seed_another() -> None:
    first, same, other = fresh(recipe()), fresh(recipe()), fresh(Recipe(stages=recipe().stages, seed=1))
    assert torch.equal(weights(first), weights(same))
    assert not torch.equal(weights(first), weights(other))


def test_pictures_made_ahead_are_the_same_pictures(material: Material) -> None:
    here, ahead = list(batches(material, recipe(), 0)), list(batches(material, recipe(), 0, makers=2))
    assert len(here) == len(ahead) == 4
    for one, other in zip(here, ahead, strict=True):
        assert all((a[0] == b[0]).all() for a, b in zip(one, other, strict=True))


def test_processes_share_each_batch_without_overlap(material: Material) -> None:
    whole = made(material, recipe(), 8)
    halves = made(material, recipe(), 8, 0, 2) + made(material, recipe(), 8, 1, 2)
    assert all((a[0] == b[0]).all() for a, b in zip(whole, halves, strict=True))


def test_the_finished_run_leaves_weights_that_ultralytics_opens(material: Material, tmp_path: Path) -> None:
    from ultralytics.models import YOLO

    said: list[str] = []
    train(recipe(16), material, Run(tmp_path / "run"), said.append)
    assert (tmp_path / "run" / CHECKPOINT).exists()
    model = YOLO(str(tmp_path / "run" / WEIGHTS), task="detect")
    assert model.names == {0: "phone"}
    assert "16 pictures seen" in said[-1]


def test_a_batch_that_cannot_be_shared_is_refused(material: Material, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be shared among 3"):
        train(recipe(), material, Run(tmp_path, processes=3), print)
