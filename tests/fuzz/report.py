"""What a run of `make fuzz` says."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fuzz.runs import Run, replay

HEADING = "Inputs nobody meant to send; new ones by {}."
_ROW = "{:<10} {:>9} {:>9} {:>7} {:>8} {:>13} {:>8} {:>9}  {}"


def columns() -> str:
    names = ("target", "inputs", "accepted", "s", "CPU s", "branches", "slowest", "memory MB", "what it is")
    return _ROW.format(*names)


def row(run: Run) -> str:
    done = run.progress
    covered = "" if run.cov is None else f"{run.cov[0]} → {run.cov[1]}"
    line = _ROW.format(
        run.name,
        f"{done.inputs:,}",
        f"{done.taken:,}",
        f"{run.seconds:.0f}",
        f"{done.cpu_seconds:.0f}",
        covered,
        f"{done.slowest_ms:.0f} ms",
        f"{done.memory_before_mb:.0f} → {done.memory_mb:.0f}",
        run.what,
    )
    found = [f"  FOUND {path}\n    replay: {replay(path)}" for path in run.findings]
    return "\n".join([line, *found, *([f"  FAULT {run.name} {run.fault}"] if run.fault else [])])


def summary(runs: Sequence[Run]) -> str:
    inputs, seconds = sum(run.progress.inputs for run in runs), sum(run.seconds for run in runs)
    found, faults = sum(len(run.findings) for run in runs), sum(bool(run.fault) for run in runs)
    if found or faults:
        return f"{inputs:,} inputs in {seconds / 60:.1f} min: {found} findings, {faults} targets ended early."
    return f"{inputs:,} inputs in {seconds / 60:.1f} min without a crash, a hang or a 500."
