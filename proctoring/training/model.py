"""The network, its loss, and the file that Ultralytics opens; all from Ultralytics, nothing pretrained.

YOLO26 comes with two heads: one that gives a thing one box, and the usual one that gives it many, of which the best is
kept. The first needs nobody to look for doubles, but costs 0.045 of AP50 (docs/phones.md), so it is left out.
"""

from __future__ import annotations

import copy
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from proctoring.training.pictures import Boxes, Image
from proctoring.vision import native

ARCHITECTURE = "yolo26n.yaml"


def build(seed: int) -> Any:
    """A fresh one-class YOLO26n with Ultralytics' own loss, its weights drawn from ``seed``."""
    with native.pillow_kept():
        from ultralytics.cfg import get_cfg
        from ultralytics.nn.tasks import DetectionModel, yaml_model_load

    torch.manual_seed(seed)
    architecture = yaml_model_load(ARCHITECTURE) | {"end2end": False}  # type: ignore[no-untyped-call]
    model: Any = DetectionModel(architecture, ch=3, nc=1, verbose=False)  # type: ignore[no-untyped-call]
    model.args = get_cfg()
    model.names = {0: "phone"}
    model.criterion = model.init_criterion()
    return model.to(memory_format=torch.channels_last)


def adopt(model: Any, weights: Path) -> None:
    """Sets a built model's weights to a one-class YOLO26n ``.pt`` file's, whose head for single boxes, if it has one,
    stays behind. Pickles run code: only trusted files."""
    content = torch.load(weights, map_location="cpu", weights_only=False)
    stored = content["model"].float().state_dict()
    model.load_state_dict({name: value for name, value in stored.items() if ".one2one_" not in name})


def batch_of(pictures: list[tuple[Image, Boxes]], device: str) -> dict[str, torch.Tensor]:
    """BGR pictures of one size and their corner boxes as the batch Ultralytics' loss takes (RGB, 0 to 1)."""
    import numpy as np

    stacked = torch.from_numpy(np.stack([image[..., ::-1] for image, _ in pictures])).to(device)
    corners = torch.from_numpy(np.concatenate([boxes for _, boxes in pictures]).astype(np.float32))
    owners = torch.cat([torch.full((len(boxes),), float(i)) for i, (_, boxes) in enumerate(pictures)])
    middles = torch.cat([(corners[:, :2] + corners[:, 2:]) / 2, corners[:, 2:] - corners[:, :2]], 1)
    return {
        "img": stacked.permute(0, 3, 1, 2).float().div_(255),
        "cls": torch.zeros(len(corners), 1, device=device),
        "bboxes": middles.to(device),
        "batch_idx": owners.to(device),
    }


def loss_of(model: Any, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """The summed loss for one batch."""
    total, _ = model.loss(batch)
    result: torch.Tensor = total.sum()
    return result


def write_weights(model: Any, path: Path, details: dict[str, Any]) -> None:
    """A ``.pt`` file that ``ultralytics.YOLO`` opens, in half precision, without anything needed only to train."""
    finished = copy.deepcopy(model).to("cpu", memory_format=torch.contiguous_format).half().eval()
    finished.criterion = None
    finished.args = {"task": "detect", "imgsz": details["size"], "single_cls": True}
    content = {
        "model": finished,
        "train_args": {"model": ARCHITECTURE, "task": "detect", **details},
        "date": datetime.now(timezone.utc).isoformat(),
        "version": version("ultralytics"),
        "license": "AGPL-3.0 (https://ultralytics.com/license)",
    }
    scratch = path.with_suffix(".part")
    torch.save(content, scratch)
    scratch.replace(path)
