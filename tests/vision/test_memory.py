"""Pictures of the same size get the memory of those that were freed. In a process of its own: it is for good."""

from __future__ import annotations

import subprocess
import sys

import pytest

MANY = 200
SCRIPT = f"""
import resource
import numpy as np
from proctoring.vision.memory import keep_freed
kept = keep_freed()
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
np.ones((480, 640, 3), np.uint8)
before = faults()
for _ in range({MANY}):
    np.ones((480, 640, 3), np.uint8), np.ones((1280, 1280, 3), np.uint8)
print(kept, faults() - before)
"""


def test_a_picture_gets_the_memory_of_the_last_one() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    kept, faults = done.stdout.split()
    if kept == "False":
        pytest.skip("This machine's C library is not glibc.")
    assert int(faults) < 20 * MANY  # fresh memory for the larger one alone is 1,200 pages
