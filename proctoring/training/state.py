"""A run in progress: the model, its moving average and the optimisers; one step of it; saved and loaded whole."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

from proctoring.training import model as network
from proctoring.training.optimisers import Optimisers
from proctoring.training.recipe import Recipe
from proctoring.training.supply import Made

AVERAGED_OVER = 16_000  # pictures: the weights kept are a moving average of those after about so many
GRADIENT_LIMIT = 10.0  # as Ultralytics' trainer


@dataclass
class State:
    """Everything a run needs to go on, and how many pictures it has seen."""

    model: Any
    average: Any
    optimisers: Optimisers
    seen: int = 0
    steps: int = 0

    @property
    def device(self) -> torch.device:
        device: torch.device = next(self.model.parameters()).device
        return device

    def save(self, path: Path) -> None:
        content = {
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimisers": self.optimisers.state_dict(),
            "seen": self.seen,
            "steps": self.steps,
        }
        scratch = path.with_suffix(".part")
        torch.save(content, scratch)
        scratch.replace(path)

    def load(self, path: Path) -> None:
        content = torch.load(path, map_location="cpu", weights_only=True)
        self.model.load_state_dict(content["model"])
        self.average.load_state_dict(content["average"])
        self.optimisers.load_state_dict(content["optimisers"])
        self.seen, self.steps = content["seen"], content["steps"]


def computes_in_bfloat16(device: str) -> bool:
    """Whether a device does so in hardware. A CPU that does trains 1.5 to 1.9 times as many pictures a second; one that
    does not would be slower for it."""
    return device != "cpu" or any(torch.cpu.get_capabilities().get(name) for name in ("avx512_bf16", "amx_bf16"))


def fresh(recipe: Recipe, device: str = "cpu", start: Path | None = None) -> State:
    """A run before its first step: from the architecture alone, or from the weights in ``start``."""
    model = network.build(recipe.seed)
    if start is not None:
        network.adopt(model, start)
    model = model.to(device)
    model.criterion = None
    average = copy.deepcopy(model).eval().requires_grad_(False)
    model.criterion = model.init_criterion()
    model.train()
    return State(model, average, Optimisers(model, recipe.optimiser, recipe.rate, recipe.weight_decay))


def step(state: State, pictures: Made, recipe: Recipe, *, ranks: int = 1) -> float:
    """One batch: loss, gradients averaged over all processes, weights moved. Returns this process's loss a picture."""
    device = state.device.type
    batch = network.batch_of(pictures, str(state.device))
    with torch.autocast(device, torch.bfloat16, enabled=computes_in_bfloat16(device)):
        loss = network.loss_of(state.model, batch) / len(pictures)
    loss.backward()  # type: ignore[no-untyped-call]
    if ranks > 1:
        _average_gradients(state.model, ranks)
    torch.nn.utils.clip_grad_norm_(state.model.parameters(), GRADIENT_LIMIT)
    state.optimisers.step(recipe.rate_at(state.seen))
    state.seen += len(pictures) * ranks
    state.steps += 1
    _follow(state, AVERAGED_OVER / recipe.batch)
    return float(loss.detach())


def _average_gradients(model: Any, ranks: int) -> None:
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
    dist.all_reduce(flat)
    flat /= ranks
    start = 0
    for gradient in gradients:
        gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
        start += gradient.numel()


@torch.no_grad()
def _follow(state: State, over: float) -> None:
    """Moves the average towards the model: quickly at first, over about ``over`` steps later."""
    keep = min(1 - 1 / over, state.steps / (state.steps + 10))
    current = state.model.state_dict()
    for name, value in state.average.state_dict().items():
        if value.is_floating_point():
            value.mul_(keep).add_(current[name].detach(), alpha=1 - keep)
        else:
            value.copy_(current[name])
