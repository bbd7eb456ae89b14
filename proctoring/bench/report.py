"""The benchmark's result as JSON and as a table for people."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from proctoring.bench.models import ModelsAlone
from proctoring.bench.processes import cpu_model
from proctoring.bench.run import VISION_STAGES
from proctoring.bench.search import MAX_DROPPED, MAX_P95_MS, LevelResult, best

STAGES = (*VISION_STAGES, "between", "transport", "database", "redis", "total")


def as_dict(levels: Sequence[LevelResult], models: ModelsAlone, *, interval: float) -> dict[str, Any]:
    """Ready for JSON. ``ratio``: CPU of the whole pipeline a frame by that of the models alone."""
    chosen = best(levels)
    shown = chosen or min(levels, key=lambda level: level.candidates)
    return {
        "candidates_held": chosen.candidates if chosen else 0,
        "limits": {"p95_ms": MAX_P95_MS, "dropped_share": MAX_DROPPED, "frames_per_second": 1 / interval},
        "machine": machine(),
        "cpu_ms_per_frame": shown.cpu_ms,
        "models_alone_cpu_ms_per_frame": {
            **{stage: round(ms, 3) for stage, ms in models.cpu_ms.items()},
            "models": round(models.models_ms, 3),
        },
        "ratio": round(shown.cpu_ms["total"] / models.models_ms, 3),
        "memory_mib": shown.memory_mib,
        "remote_ms": shown.remote_ms,
        "levels": [asdict(level) | {"held": level.held} for level in levels],
    }


def connected_as_dict(levels: list[dict[str, Any]], *, every: float, database: str) -> dict[str, Any]:
    return {"every_seconds": every, "database": database, "machine": machine(), "levels": levels}


def machine() -> dict[str, Any]:
    return {"cores": os.cpu_count(), "cpu": cpu_model(), "python": platform.python_version()}


def table(report: dict[str, Any]) -> str:
    lines = ["candidates   p50 ms   p95 ms   p99 ms  dropped  cores: web  workers  load   held"]
    lines += [
        f"{level['candidates']:10d} {level['p50_ms']:8.0f} {level['p95_ms']:8.0f} {level['p99_ms']:8.0f}"
        f" {level['dropped_share']:8.2%} {level['cpu_cores']['web']:11.2f} {level['cpu_cores']['workers']:8.2f}"
        f" {level['cpu_cores']['load']:5.2f}   {'yes' if level['held'] else 'no'}"
        for level in report["levels"]
    ]
    cpu, alone = report["cpu_ms_per_frame"], report["models_alone_cpu_ms_per_frame"]
    lines += ["", "CPU ms a frame   in the server   models alone"]
    lines += [
        f"{stage:14s} {cpu[stage]:15.2f}" + (f" {alone[stage]:14.2f}" if stage in alone else "")
        for stage in STAGES
        if stage in cpu
    ]
    memory = report["memory_mib"]
    lines += [
        "",
        f"The whole pipeline costs {report['ratio']:.2f} times its models alone ({alone['models']:.2f} ms a frame).",
        f"Memory: web {memory['web']:.0f} MiB, workers {memory['workers']:.0f} MiB, "
        f"together {memory['proportional']:.0f} MiB with shared pages counted once.",
        *overhead(report["remote_ms"]),
        f"Held at {report['limits']['frames_per_second']:g} frames/s on {report['machine']['cores']} cores, "
        f"load included: {report['candidates_held']} candidates.",
    ]
    return "\n".join(lines)


def overhead(remote: dict[str, float]) -> list[str]:
    """Of workers over Redis: all of a frame's way but the looking. It may wait for a worker at the end of it."""
    if not remote.get("n"):
        return []
    return [
        f"Over Redis a frame takes {remote['p50']:.1f} ms (median; p95 {remote['p95']:.1f}, {remote['n']:.0f} frames) "
        "besides being looked at, waiting at the worker's door included."
    ]
