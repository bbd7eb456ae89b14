"""The risk stage stands on the standard library alone."""

from __future__ import annotations

import subprocess
import sys

IMPORTS = """
import sys
import proctoring.risk.engine, proctoring.risk.incidents, proctoring.risk.calibration
heavy = {"django", "cv2", "numpy", "mediapipe", "torch", "ultralytics"}
print(sorted(heavy & {name.partition(".")[0] for name in sys.modules}))
"""


def test_a_fresh_interpreter_loads_neither_django_nor_vision() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
