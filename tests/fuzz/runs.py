"""One target's process, watched from outside: how many inputs it took, what they reached, and what they broke."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.guard import Progress
from tests.fuzz.target import NAMES, Target

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(__file__).resolve().parent / "findings"  # of earlier runs: every one of them was a fault once
_COVERED = re.compile(r"^#\d+\s+(?:INITED|NEW|REDUCE|pulse|DONE)\s+cov: (\d+)", re.MULTILINE)
SHARES: dict[str, int] = {  # of a million; what is cheap gets most
    "frames": 250_000,
    "messages": 250_000,
    "redis": 140_000,
    "channel": 50_000,
    "jpeg": 160_000,
    "rosters": 100_000,
    "questions": 15_000,
    "texts": 5_000,
    "answers": 10_000,
    "pictures": 20_000,
    "analyzer": 1_200,
    "api": 6_000,
    "pages": 1_500,
    "described": 500,
    "sockets": 2_000,
}


@dataclass(frozen=True, slots=True)
class Place:
    corpus: Path
    findings: Path
    inputs: int
    seed: int
    minutes: float


@dataclass(slots=True)
class Run:
    """``cov``: branches of our code that were reached, with the examples alone and at the end."""

    name: str
    what: str
    wanted: int
    progress: Progress = field(default_factory=Progress)
    seconds: float = 0.0
    cov: tuple[int, int] | None = None
    findings: list[Path] = field(default_factory=list)
    fault: str = ""  # why it ended early, where that was no finding


def run(name: str, place: Place, engine: str) -> Run:
    before = files(place.findings)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        log, progress = Path(folder) / "log", Path(folder) / "progress.json"
        with log.open("wb") as out:
            ended = subprocess.run(
                _command(name, place, engine, progress), cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, check=False
            )
        said = log.read_text(errors="replace")
        done = Run(name, what_of(name), place.inputs, seconds=time.monotonic() - began)
        with contextlib.suppress(FileNotFoundError):  # it found something before the first input
            done.progress = Progress(**json.loads(progress.read_text()))
    covered = _COVERED.findall(said)
    done.cov = (int(covered[0]), int(covered[-1])) if covered else None
    done.findings = sorted(files(place.findings) - before)
    if ended.returncode != 0 or done.findings:
        (place.findings / "log.txt").write_text(said[-200_000:])
        print(_end_of(said), file=sys.stderr, flush=True)  # noqa: T201
    if ended.returncode != 0 and not done.findings:
        done.fault = f"ended with {ended.returncode}; see {place.findings / 'log.txt'}"
    return done


def replay(path: Path) -> str:
    """The command that does with one kept input what the run did."""
    return f"python -m tests.fuzz --only {path.parent.name} --replay {shlex.quote(str(path))}"


def files(folder: Path) -> set[Path]:
    """Inputs, not the log beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    return {path for path in folder.iterdir() if path.is_file() and path.suffix != ".txt"}


def what_of(name: str) -> str:
    """Read from its source: importing it here would take what it fuzzes along."""
    source = (Path(__file__).parent / "targets" / f"{name}.py").read_text()
    found = re.search(r'TARGET = Target\(\s*"([^"]+)"', source)
    assert found is not None, f"{Target.__name__} of {name} has no words"
    return found[1]


def _command(name: str, place: Place, engine: str, progress: Path) -> list[str]:
    command = [sys.executable, "-m", "tests.fuzz.engine", name, "--engine", engine, "--inputs", str(place.inputs)]
    command += ["--seed", str(place.seed), "--seconds", str(round(place.minutes * 60)), "--progress", str(progress)]
    command += ["--corpus", str(place.corpus.resolve()), "--findings", str(place.findings.resolve())]
    return [*command, "--begin-with", str(KEPT / name)] if (KEPT / name).is_dir() else command


def _end_of(said: str) -> str:
    start = max(said.rfind("=== Uncaught Python exception"), said.rfind("Traceback (most recent call last)"))
    return said[start:][:6_000] if start >= 0 else said[-2_000:]


assert set(NAMES) <= set(SHARES)
