"""`manage.py load` as a whole, small: a server, candidates of all kinds of questions and figures that fit together."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from proctoring.bench.server import ROOT
from tests.server import models_dir

COMMAND = [sys.executable, "manage.py", "load", "--sqlite", "--candidates", "4", "--arrival", "1", "--seconds", "4"]


def test_everybody_begins_saves_and_finds_their_answers_kept(tmp_path: Path) -> None:
    (tmp_path / "models").symlink_to(models_dir())
    target = tmp_path / "load.json"
    done = subprocess.run(
        [*COMMAND, "--every", "0.5", "--json", str(target)],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PROCTOR_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(target.read_text())
    assert (report["candidates"], report["started"], report["failures"]) == (4, 4, {})
    saves = report["saves"]
    assert saves["all"]["count"] == saves["starting"]["count"] + saves["steady"]["count"]
    assert saves["all"]["count"] == report["answers"]["acknowledged"] >= 4 * 4
    assert report["answers"]["missing_in_the_database"] == 0
    assert 0 < saves["all"]["p50_ms"] <= saves["all"]["p95_ms"] <= saves["all"]["p99_ms"] <= saves["all"]["max_ms"]
    assert {"home page", "exam page", "begin", "room", "read attempt"} <= set(report["requests"])
    assert report["cores_used"]["steady"]["servers"] > 0
    saves_asked = [counts for name, counts in report["queries"].items() if name.startswith("save")]
    assert len(saves_asked) == 7
    assert len({count for counts in saves_asked for count in counts.values()}) == 1
    assert "answers acknowledged" in done.stdout
