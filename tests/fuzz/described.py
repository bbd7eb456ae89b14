"""schemathesis asks the API everything its description allows, and what it does not (tests/api/test_schema.py)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from tests.fuzz.guard import Progress
from tests.fuzz.runs import ROOT, Place, Run

TEST = "tests/api/test_schema.py::test_every_operation_keeps_to_the_description"
OPERATIONS = 91  # about; each gets as many examples
_EXAMPLES = re.compile(r"(\d+) passing, (\d+) failing, and (\d+) invalid test cases")


def run(place: Place) -> Run:
    each = max(2, place.inputs // OPERATIONS)
    began = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--hypothesis-show-statistics", TEST],
        cwd=ROOT,
        env=os.environ | {"API_EXAMPLES": str(each)},
        capture_output=True,
        text=True,
        check=False,
    )
    said = ended.stdout + ended.stderr
    found = [tuple(map(int, counts)) for counts in _EXAMPLES.findall(said)]
    taken, others = sum(each[0] for each in found), sum(each[1] + each[2] for each in found)
    done = Run("described", "the API by its own description", place.inputs, seconds=time.monotonic() - began)
    done.progress = Progress(inputs=taken + others, taken=taken)
    if ended.returncode not in (0, 5):  # 5: nothing to run, as schemathesis needs Python 3.11
        place.findings.mkdir(parents=True, exist_ok=True)
        log = Path(place.findings) / "log.txt"
        log.write_text(said)
        done.fault = f"pytest ended with {ended.returncode}; see {log}"
    return done
