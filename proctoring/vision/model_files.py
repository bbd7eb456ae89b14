"""Model files on disk: their hashes, and the OpenVINO copy of the phone weights, made once and kept."""

from __future__ import annotations

import fcntl
import hashlib
import logging
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from proctoring.observation import ModelRef
from proctoring.vision import native


class ModelUnavailable(RuntimeError):
    """A model cannot be used; the message is one sentence naming the file and what was wrong."""


def reference(*paths: Path) -> ModelRef:
    """The name of the file and the SHA-256 of its bytes; of several that look together, one name after the other and
    the hash of all their bytes. Raises :class:`ModelUnavailable` when one cannot be read."""
    digest = hashlib.sha256()
    for path in paths:
        try:
            digest.update(path.read_bytes())
        except OSError as error:
            raise ModelUnavailable(f"{path}: {error.strerror or error}.") from error
    return ModelRef(" + ".join(path.name for path in paths), digest.hexdigest())


def in_mediapipe(name: str) -> Path:
    """A model inside the mediapipe wheel, found without importing it. Raises :class:`ModelUnavailable`."""
    package = find_spec("mediapipe")
    if package is None or package.origin is None:
        raise ModelUnavailable(f"mediapipe is not installed, and with it {Path(name).name} is missing.")
    return Path(package.origin).parent / "modules" / name


def quantised_folder(weights: Path) -> Path:
    """Where ``manage.py quantise_phones`` puts the copy of ``weights`` in eight bits: beside them and named by their
    hash, so that it never stands for others of that name. Raises :class:`ModelUnavailable` when they are missing."""
    return weights.parent / f"{weights.stem}-{reference(weights).sha256[:16]}-int8"


def phone_model(*, weights: Path, models_dir: Path) -> Path:
    """The folder of the OpenVINO model made from ``weights``, for pictures of any size.

    Exported on first use (seconds), found again afterwards: its name holds the weights' hash and the versions of the
    libraries that made it. Safe to call from several processes at once. Raises
    :class:`ModelUnavailable` when the weights are missing or damaged.

    PyTorch weights are pickles, which run code when they are loaded: configure only files you trust.
    """
    digest = reference(weights).sha256
    versions = f"ultralytics{version('ultralytics')}-openvino{version('openvino')}"
    folder = models_dir / f"{weights.stem}-{digest[:16]}-{versions}_openvino_model"
    if folder.is_dir():
        return folder
    try:
        models_dir.mkdir(parents=True, exist_ok=True)
        with _lock(models_dir / ".lock"):
            if not folder.is_dir():
                _export(weights, folder)
    except OSError as error:
        raise ModelUnavailable(f"{models_dir}: the exported model cannot be written there ({error}).") from error
    return folder


def _export(weights: Path, folder: Path) -> None:
    native.set_up(folder.parent)
    with native.pillow_kept():
        from ultralytics.models import YOLO
        from ultralytics.utils import LOGGER, SETTINGS

    LOGGER.setLevel(logging.CRITICAL)  # it writes to stdout; what matters comes as an exception
    SETTINGS["sync"] = False  # no usage statistics; kept in the settings file beside the exported models
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".export-") as scratch:
        copy = Path(scratch) / "phone.pt"  # the export is written beside the weights, which may be read-only
        shutil.copyfile(weights, copy)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what Ultralytics uses of torch is deprecated; not ours to mend
                model = YOLO(str(copy), task="detect")
                exported = model.export(format="openvino", dynamic=True, nms=keeps_own_boxes(model), verbose=False)
        # Ultralytics and torch raise nearly anything for a file that is no model; the reason travels on.
        except Exception as error:
            raise ModelUnavailable(
                f"{weights}: Ultralytics cannot export it ({type(error).__name__}: {_line(error)})."
            ) from error
        Path(exported).replace(folder)


def keeps_own_boxes(model: object) -> bool | None:
    """Ultralytics' ``nms`` argument: False asks an end-to-end model for its final boxes, None leaves others be."""
    head = getattr(getattr(model, "model", None), "model", [None])[-1]
    return False if getattr(head, "one2one_cv2", None) is not None else None


def _line(error: Exception) -> str:
    return " ".join(str(error).split()).removeprefix("ERROR ❌️ ")[:200]


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # let go when the file is closed, also by a crash
        yield
