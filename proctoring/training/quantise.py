"""The phone model in whole numbers: its OpenVINO copy with weights and activations of eight bits.

On a processor without instructions for that (AVX2) a look takes a third less, with them less still. NNCF finds the
ranges of the activations on pictures of the training split; it is needed for this alone, never to run.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from proctoring.evaluation.phone_pictures import trained_on
from proctoring.vision import model_files, native

PICTURES = 200
SEED = 2026
NEEDED = "nncf==3.4.0"


class CannotQuantise(Exception):
    """The message says why and what to do."""


def calibration_pictures(folders: Sequence[Path], *, count: int = PICTURES, seed: int = SEED) -> list[Path]:
    """Pictures that training may use and no measurement does, the same ones each time."""
    pictures = [one.path for folder in folders for one in trained_on(folder)]
    random.Random(seed).shuffle(pictures)  # nothing secret, and the same for everybody
    return pictures[:count]


def quantise(weights: Path, pictures: list[Path], *, size: int, models_dir: Path) -> Path:
    """Writes the quantised copy beside ``weights`` and returns its folder.

    Raises :class:`CannotQuantise`, and :class:`~proctoring.vision.model_files.ModelUnavailable` as the export does.
    """
    exported = model_files.phone_model(weights=weights, models_dir=models_dir)
    native.set_up(models_dir)
    try:
        import nncf  # type: ignore[import-not-found,unused-ignore]
    except ImportError as error:
        raise CannotQuantise(f"NNCF is missing. It is needed for this alone: pip install {NEEDED}") from error
    import openvino

    model = native.openvino_core().read_model(str(next(exported.glob("*.xml"))))
    shown = list(_inputs(pictures, size))
    if not shown:
        raise CannotQuantise("None of the pictures can be decoded.")
    quantised: Any = nncf.quantize(
        model, nncf.Dataset(shown), preset=nncf.QuantizationPreset.MIXED, subset_size=len(shown)
    )
    folder = model_files.quantised_folder(weights)
    folder.mkdir(parents=True, exist_ok=True)
    openvino.save_model(quantised, folder / f"{weights.stem}-int8.xml", compress_to_fp16=False)
    return folder


def _inputs(pictures: list[Path], size: int) -> Iterator[Any]:
    """As the network gets them: (1, 3, height, width), 0 to 1."""
    import numpy as np

    from proctoring.vision.frame import BadFrame, decode
    from proctoring.vision.yolo import Letterbox, shape_for

    for path in pictures:
        try:
            picture = decode(path.read_bytes(), max_bytes=16 * 1024 * 1024)
        except BadFrame:
            continue  # no frame of a session either
        letterbox = Letterbox(shape_for(picture.shape, size))
        yield (letterbox.put(picture).transpose(0, 3, 1, 2).astype(np.float32) / 255.0).copy()
