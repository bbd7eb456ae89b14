"""What a load found, as JSON for programs and as lines for people."""

from __future__ import annotations

import os
import platform
from typing import Any

from proctoring.bench.processes import cpu_model
from proctoring.load.run import Plan
from proctoring.load.tally import Tally, summary

Report = dict[str, Any]
PHASES = ("starting", "steady")


def as_dict(
    tally: Tally,
    *,
    plan: Plan,
    candidates: int,
    servers: int,
    database: str,
    cores: dict[str, dict[str, float]],
    queries: tuple[dict[str, int], dict[str, int]],
    missing: int,
) -> Report:
    before, after = queries
    return {
        "candidates": candidates,
        "started": tally.started,
        "arrival_seconds": plan.arrival,
        "measured_seconds": plan.seconds,
        "save_every_seconds": plan.every,
        "servers": servers,
        "database": database,
        "machine": {"cpu": cpu_model(), "cores": os.cpu_count(), "python": platform.python_version()},
        "saves": {"all": summary(tally.of("save"))}
        | {phase: summary(tally.of("save", phase=phase)) for phase in PHASES},
        "requests": {kind: summary(tally.of(kind)) for kind in tally.kinds()},
        "failures": dict(tally.failures),
        "connections_reopened": tally.reopened,
        "answers": {"acknowledged": len(tally.kept), "missing_in_the_database": missing},
        "cores_used": cores,
        "queries": {kind: {"first": before[kind], "last": after[kind]} for kind in before},
    }


def lines(report: Report) -> str:
    """For the terminal."""
    rows = [
        f"{report['started']} of {report['candidates']} candidates began within {report['arrival_seconds']:g} s; each "
        f"saved every {report['save_every_seconds']:g} s for {report['measured_seconds']:g} s more. "
        f"{report['servers']} server process(es), {report['database']}.",
        "",
        f"{'':24}{'count':>8}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}{'max ms':>10}",
    ]
    named = {f"save, {phase}": figures for phase, figures in report["saves"].items()} | report["requests"]
    rows += [_row(name, figures) for name, figures in named.items() if name != "save"]
    rows.append("")
    for phase, used in report["cores_used"].items():
        rows.append(f"Cores used, {phase}: " + ", ".join(f"{name} {cores:.2f}" for name, cores in used.items()))
    answers, failures = report["answers"], report["failures"]
    rows.append(
        f"{answers['acknowledged']} answers acknowledged, {answers['missing_in_the_database']} of them missing in the "
        f"database; {sum(failures.values())} failed requests."
    )
    rows += [f"  {count} × {what}" for what, count in failures.items()]
    rows.append("Queries: " + ", ".join(f"{kind} {_queries(counts)}" for kind, counts in report["queries"].items()))
    return "\n".join(rows)


def _row(name: str, figures: dict[str, float]) -> str:
    if not figures["count"]:
        return f"{name:24}{0:>8}"
    quantiles = "".join(f"{figures[q]:>10.1f}" for q in ("p50_ms", "p95_ms", "p99_ms", "max_ms"))
    return f"{name:24}{figures['count']:>8}{quantiles}"


def _queries(counts: dict[str, int]) -> str:
    return str(counts["first"]) if counts["first"] == counts["last"] else f"{counts['first']} → {counts['last']}"
