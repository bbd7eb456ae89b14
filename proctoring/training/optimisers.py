"""What moves the weights: Muon the convolutions, AdamW the rest; or AdamW all of them. Both are PyTorch's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from proctoring.training.recipe import MUON

BETAS = (0.9, 0.99)


class Optimisers:
    """The optimisers of one network, stepped, saved and loaded as one."""

    def __init__(self, model: Any, kind: str, rate: float, weight_decay: float) -> None:
        parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
        muon = kind == MUON
        self._convolutions = [parameter for parameter in parameters if muon and _is_matrix(parameter)]
        self._matrices = [torch.nn.Parameter(_as_matrix(weight.detach())) for weight in self._convolutions]
        theirs = set(map(id, self._convolutions))
        rest = [parameter for parameter in parameters if id(parameter) not in theirs]
        self._all: list[torch.optim.Optimizer] = [_adamw(rest, rate, weight_decay)]
        if self._matrices:
            # Steps as long as AdamW's, so that one rate is right for both (Liu et al. 2025, arXiv:2502.16982).
            self._all.append(
                torch.optim.Muon(self._matrices, rate, weight_decay=weight_decay, adjust_lr_fn="match_rms_adamw")
            )

    def step(self, rate: float) -> None:
        """Moves all weights by their gradients, which are forgotten then."""
        for matrix, weight in zip(self._matrices, self._convolutions, strict=True):
            matrix.grad = None if weight.grad is None else _as_matrix(weight.grad)
        for optimiser in self._all:
            for group in optimiser.param_groups:
                group["lr"] = rate
            optimiser.step()
            optimiser.zero_grad()
        for weight in self._convolutions:
            weight.grad = None

    def state_dict(self) -> list[dict[str, Any]]:
        return [optimiser.state_dict() for optimiser in self._all]

    def load_state_dict(self, stored: Sequence[dict[str, Any]]) -> None:
        """Raises ValueError for those of another kind."""
        if len(stored) != len(self._all):
            raise ValueError("The checkpoint was made with the other optimiser: name that one, or another --out.")
        for optimiser, state in zip(self._all, stored, strict=True):
            optimiser.load_state_dict(state)


def _is_matrix(weight: torch.Tensor) -> bool:
    """Not a bias or norm, and not what works on each channel by itself or on the picture's three colours."""
    return weight.ndim == 4 and weight.shape[0] > 1 and weight.shape[1] > 3


def _as_matrix(weight: torch.Tensor) -> torch.Tensor:
    """A row for each output; of a weight that lies in memory as ``channels_last`` says, a view of it."""
    return weight.permute(0, 2, 3, 1).flatten(1)


def _adamw(parameters: list[torch.nn.Parameter], rate: float, weight_decay: float) -> torch.optim.AdamW:
    """Biases and norms are not decayed."""
    weights = [parameter for parameter in parameters if parameter.ndim > 1]
    rest = [parameter for parameter in parameters if parameter.ndim <= 1]
    groups = [{"params": weights, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, betas=BETAS)
