"""Manners for the native libraries: one thread each, no chatter, never on line.

Import this module before cv2, mediapipe, torch, openvino or ultralytics: several of them read the environment once,
when they are imported. One worker process a core is faster than libraries that share their threads over all cores.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

# OpenVINO, for one inference at a time on one thread. Left to itself it computes in bfloat16 where a processor can
# (other scores, corners on a grid of half pixels), and holds the thread to one core meanwhile: every process to the
# same, so that two workers on two cores shared one.
OPENVINO_OPTIONS = {
    "PERFORMANCE_HINT": "LATENCY",
    "INFERENCE_NUM_THREADS": 1,
    "INFERENCE_PRECISION_HINT": "f32",
    "ENABLE_CPU_PINNING": False,
}
# The newest instructions OpenVINO may use. With those for matrices (AMX) a look for phones in eight bits took 9.4 ms on
# an Intel Xeon that has them, without 6.0: they are made for more than one picture at a time.
_NEWEST_INSTRUCTIONS = ("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_BF16")
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "GLOG_minloglevel": "3",
    "YOLO_AUTOINSTALL": "false",  # Ultralytics installs missing packages with pip unless told not to
    "YOLO_OFFLINE": "true",  # and looks for updates, fonts and an analytics server
    "YOLO_VERBOSE": "false",
}


def set_up(models_dir: Path | None = None) -> None:
    """Set the environment for this process; ``models_dir``, where it is given, holds Ultralytics' own settings file."""
    os.environ.update(_ENVIRONMENT)
    if models_dir is not None:
        os.environ["YOLO_CONFIG_DIR"] = str(models_dir)
    import cv2

    cv2.setNumThreads(1)


@cache
def openvino_core() -> Any:
    """OpenVINO's ``Core``, one for the process and kept to its end.

    Each one sets aside memory to handle signals on and, when it goes, puts back what was there before, which may be
    that of one gone already: the next signal, Ctrl+C or SIGTERM, would then crash the process.
    """
    import openvino

    core = openvino.Core()
    name, newest = _NEWEST_INSTRUCTIONS
    if name not in os.environ:
        # Read once, when the first network is compiled, hence this one of a single number. Taken back for PyTorch,
        # which reads it too and trains faster with what is left out here.
        os.environ[name] = newest
        try:
            core.compile_model(_least_network(), "CPU", OPENVINO_OPTIONS)
        finally:
            del os.environ[name]
    return core


def _least_network() -> Any:
    import numpy as np
    import openvino
    from openvino import opset13

    number = opset13.parameter([1, 1], np.float32)
    return openvino.Model([opset13.matmul(number, opset13.constant([[1.0]], np.float32), False, False)], [number])


@contextmanager
def pillow_kept() -> Iterator[None]:
    """For importing Ultralytics, which puts a function of its own in place of Pillow's ``Image.open``: where a picture
    cannot be read, it asks for a package that is not there, and whoever expects Pillow's own error never sees it."""
    from PIL import Image

    opening = Image.open
    try:
        yield
    finally:
        Image.open = opening


@contextmanager
def quiet() -> Iterator[None]:
    """Native libraries greet on stderr whatever they are told; their errors arrive as exceptions all the same."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the libraries deprecate in each other is not ours to mend
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
