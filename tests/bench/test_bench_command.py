"""`manage.py bench --quick`: a server, candidates and figures that fit together. Not how fast: that is for people."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from proctoring.bench.server import ROOT
from tests.data import data_path


def test_quick_bench_yields_figures_that_fit_together(tmp_path: Path) -> None:
    target = tmp_path / "bench.json"
    command = [sys.executable, "manage.py", "bench", "--quick", "--clips", str(data_path("clips"))]
    done = subprocess.run([*command, "--json", str(target)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(target.read_text())
    assert set(report) == {
        "candidates_held",
        "limits",
        "machine",
        "cpu_ms_per_frame",
        "models_alone_cpu_ms_per_frame",
        "ratio",
        "memory_mib",
        "remote_ms",
        "levels",
        "frame_workers",
    }
    for level in report["levels"]:
        assert level["offered"] == level["analysed"] + level["skipped"] + sum(level["not_analysed"].values())
        assert 0 < level["analysed"] <= level["offered"] <= level["candidates"] * (level["seconds"] * 2 + 2)
        assert 0 < level["p50_ms"] <= level["p95_ms"] <= level["p99_ms"]
        assert level["memory_mib"]["web"] > 0
        assert level["memory_mib"]["workers"] > level["memory_mib"]["web"] / 10
    cpu = report["cpu_ms_per_frame"]
    assert {"decode", "quality", "faces", "mesh", "phone", "transport", "database", "total"} <= set(cpu)
    assert cpu["total"] > cpu["decode"] + cpu["faces"] + cpu["mesh"] > 0
    models = sum(report["models_alone_cpu_ms_per_frame"][stage] for stage in ("faces", "mesh", "phone"))
    assert report["ratio"] == pytest.approx(cpu["total"] / models, rel=0.01)
    assert report["remote_ms"] == {}
    assert "candidates" in done.stdout


def test_it_says_where_it_looked_for_clips(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "bench", "--quick", "--clips", str(tmp_path / "none")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"There are no clips at {tmp_path / 'none'}" in done.stderr
