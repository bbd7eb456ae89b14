"""What the native libraries are told: workers side by side are not held to one core, nothing is written elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from proctoring.analysis.config import analyzer_config
from proctoring.vision import model_files, native
from proctoring.vision.analyzer import Analyzer
from proctoring.vision.phones import PhoneDetector
from tests.data import clip_frames

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for each thread's cores")
def test_while_the_networks_look_no_thread_is_held_to_one_core(analyzer: Analyzer) -> None:
    jpeg, free, held, done = clip_frames("head_turns")[0].read_bytes(), os.sched_getaffinity(0), set(), False

    def watch() -> None:
        while not done:
            for thread in Path("/proc/self/task").iterdir():
                try:
                    held.add(frozenset(os.sched_getaffinity(int(thread.name))))
                except ProcessLookupError:
                    continue  # it has just ended

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(20):
        analyzer.analyse(jpeg)
    done = True
    watcher.join()
    assert held == {frozenset(free)}


def test_ultralytics_keeps_its_settings_with_the_exported_models_not_beside_the_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder of the weights is part of the program, and may not be writable."""
    monkeypatch.setenv("YOLO_CONFIG_DIR", "unset")
    native.set_up(tmp_path)
    config = analyzer_config()
    assert config.phone_int8
    PhoneDetector(config)
    assert os.environ["YOLO_CONFIG_DIR"] == str(tmp_path)


def test_a_signal_is_handled_after_detectors_are_gone() -> None:
    """In a process of its own, which would end by a fault."""
    code = """
import gc, os, signal
from proctoring.vision.faces import FaceDetector
detector = FaceDetector()
del detector
gc.collect()
signal.signal(signal.SIGTERM, lambda number, frame: print("handled"))
os.kill(os.getpid(), signal.SIGTERM)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "handled\n"), done.stderr


def test_a_look_in_eight_bits_does_without_instructions_for_whole_matrices(tmp_path: Path) -> None:
    """They make it slower. Only a processor that has them can fail this."""
    config = analyzer_config()
    network = next(model_files.quantised_folder(Path(config.phone_weights)).glob("*.xml"))
    code = f"""
import os
from proctoring.vision import model_files, native
core = native.openvino_core()
assert "ONEDNN_MAX_CPU_ISA" not in os.environ
model = core.read_model({str(network)!r})
model.reshape([1, 3, 256, 320])
compiled = core.compile_model(model, "CPU", native.OPENVINO_OPTIONS)
layers = compiled.get_runtime_model().get_ops()
print(" ".join({{layer.get_rt_info()["primitiveType"].astype(str) for layer in layers}}))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "_I8" in done.stdout
    assert "amx" not in done.stdout
