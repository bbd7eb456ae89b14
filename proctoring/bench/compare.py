"""Runs of the benchmark side by side: what another worker brings, and what the way over Redis costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Run = dict[str, Any]
OWN = "one of the server's own"


def compared(runs: Sequence[Run]) -> dict[str, Any]:
    """``held``: candidates by number of workers. ``gain``: of the most Celery workers over the fewest. ``overhead``: of
    one Celery worker over one of the server's own, at the most candidates that both held; a frame in milliseconds."""
    by_workers = {run["frame_workers"]: run for run in runs}
    result: dict[str, Any] = {"held": {str(workers): run["candidates_held"] for workers, run in by_workers.items()}}
    celery = sorted(workers for workers in by_workers if workers)
    if len(celery) > 1:
        fewest, most = by_workers[celery[0]], by_workers[celery[-1]]
        held = fewest["candidates_held"]
        result["gain"] = round(most["candidates_held"] / held, 3) if held else None
    if 0 in by_workers and 1 in by_workers:
        result["overhead"] = overhead(by_workers[0], by_workers[1])
    return result


def overhead(local: Run, celery: Run) -> dict[str, Any] | None:
    """None where they held no number of candidates both."""
    found = [{level["candidates"]: level for level in run["levels"] if level["held"]} for run in (local, celery)]
    both = found[0].keys() & found[1].keys()
    if not both:
        return None
    one, other = (levels[max(both)] for levels in found)
    stages = sorted(one["cpu_ms"].keys() | other["cpu_ms"].keys())
    return {
        "candidates": max(both),
        "cpu_ms": {
            stage: round(other["cpu_ms"].get(stage, 0.0) - one["cpu_ms"].get(stage, 0.0), 3) for stage in stages
        },
        "p50_ms": round(other["p50_ms"] - one["p50_ms"], 1),
        "p95_ms": round(other["p95_ms"] - one["p95_ms"], 1),
        "remote_ms": other["remote_ms"],
    }


def lines(found: dict[str, Any]) -> str:
    held = ", ".join(
        f"{candidates} by {OWN if workers == '0' else workers + ' over Redis'}"
        for workers, candidates in found["held"].items()
    )
    rows = ["", f"Candidates held by worker processes on a core each: {held}."]
    if found.get("gain") is not None:
        rows.append(f"The most workers held {found['gain']:.2f} times what the fewest did.")
    if (more := found.get("overhead")) is not None:
        cpu = more["cpu_ms"]
        rows.append(
            f"At {more['candidates']} candidates a frame costs {cpu['total']:.2f} ms of CPU more over Redis than in "
            f"the server's own worker ({cpu['transport']:.2f} the web process, {cpu['between']:.2f} the worker, "
            f"{cpu.get('redis', 0.0):.2f} Redis), and its verdict takes {more['p50_ms']:.1f} ms longer (median)."
        )
    return "\n".join(rows)
