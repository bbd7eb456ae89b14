"""The short form of `make kills`: each part once, under two candidates. How soon they are watched is for people."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from proctoring.bench.postgres import NoPostgres, binaries
from proctoring.bench.server import ROOT
from tests.data import data_path
from tests.kills.parts import KINDS
from tests.redis import running_redis


@pytest.fixture
def _servers_are_installed() -> None:
    with running_redis():
        pass
    try:
        binaries()
    except NoPostgres as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))


@pytest.mark.usefixtures("_servers_are_installed")
def test_nothing_that_was_acknowledged_is_lost_when_each_part_is_killed(tmp_path: Path) -> None:
    data_path("clips")
    figures, logs = tmp_path / "figures.json", tmp_path / "logs"
    command = [sys.executable, "-m", "tests.kills", "--kills", str(len(KINDS)), "--candidates", "2", "--webs", "1"]
    command += ["--lookers", "1", "--limit", "60", "--between", "1", "--json", str(figures), "--logs", str(logs)]
    command += [
        "--seed",
        "0",
    ]  # which kills a process that looks at pictures, rather than its machine: that takes longer
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(figures.read_text())
    assert report["lost"] == []
    assert {kind: part["kills"] for kind, part in report["parts"].items()} == dict.fromkeys(KINDS, 1)
    assert min(report["counted"][each] for each in ("answers", "signals", "events", "frames looked at")) > 0
