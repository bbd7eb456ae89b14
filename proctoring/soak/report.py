"""What a soak found, as JSON for programs and as lines for people; and whether it was good."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from proctoring.soak.flatness import ALLOWED, Trend, trend
from proctoring.soak.run import Found, Plan, left_over
from proctoring.soak.watch import WEB, Reading

Report = dict[str, Any]
FEWEST = 10  # readings that can be judged
COME_AND_GO = 5
# May rise and fall as candidates come back, but not become more and more.
COUNTED = ("sockets", "database", "files", "all_threads")


def as_dict(found: Found, *, plan: Plan, candidates: int, fps: float, machine: dict[str, Any]) -> Report:
    """Ready for JSON. ``faults``: why it is not good, in sentences; none where it is."""
    memory = trends(found.readings)
    counts = spans(found.readings)
    report: Report = {
        "plan": asdict(plan) | {"candidates": candidates, "frames_per_second": fps},
        "machine": machine,
        "memory_mib": {name: asdict(each) | {"flat": each.flat} for name, each in memory.items()},
        "counts": counts,
        "met": found.met,
        "nobody_there": {
            when: asdict(reading)
            for when in ("before", "after_sitting", "after_connects")
            if (reading := getattr(found, when)) is not None
        },
        "readings": [asdict(each) for each in found.readings],
    }
    report["faults"] = [
        *(f"The memory of {name} grew by {growth_of(each):.1%}." for name, each in memory.items() if not each.flat),
        *growing(counts),
        *remains(found),
        *lost_workers(found),
        *(
            f"{who}: {what} ({number} times)."
            for who, met in found.met.items()
            for what, number in met.items()
            if what.startswith("failed")
        ),
    ]
    if plan.minutes and not memory:
        report["faults"].append("There are too few readings to judge anything by.")
    return report


def growth_of(each: Trend) -> float:
    return max(each.growth, each.line_growth)


def trends(readings: list[Reading]) -> dict[str, Trend]:
    names = {name for reading in readings for name in reading.processes}
    series = {
        name: [(each.at, each.processes[name].memory_mib) for each in readings if name in each.processes]
        for name in sorted(names, key=lambda name: (name != WEB, name))
    }
    return {name: trend(values) for name, values in series.items() if len(values) >= FEWEST}


def spans(readings: list[Reading]) -> dict[str, dict[str, float]]:
    """Of everything counted in the web process: least, most, and the mean of the first and of the last tenth."""
    if len(readings) < FEWEST:
        return {}
    series = {kind: [float(getattr(each.processes[WEB], kind)) for each in readings] for kind in COUNTED}
    series |= {what: [float(each.held[what]) for each in readings] for what in readings[0].held}
    tenth = len(readings) // 10
    return {
        what: {
            "least": min(values),
            "most": max(values),
            "first": round(sum(values[:tenth]) / tenth, 2),
            "last": round(sum(values[-tenth:]) / tenth, 2),
        }
        for what, values in series.items()
    }


def growing(counts: dict[str, dict[str, float]]) -> list[str]:
    """More at the end than at the beginning, by more than 5 % and by more than the few that come and go just then."""
    return [
        f"There were {each['first']:g} {what} of the web process at first and {each['last']:g} at the end."
        for what, each in counts.items()
        if each["last"] > each["first"] * (1 + ALLOWED) + COME_AND_GO
    ]


def remains(found: Found) -> list[str]:
    """What was still there once everybody had gone."""
    said = []
    for when, reading in (("the sitting", found.after_sitting), ("the connections", found.after_connects)):
        if reading is not None and found.before is not None:
            for what, (before, after) in left_over(found.before, reading).items():
                listed = (
                    f" At the end: {', '.join(found.lines)}." if what == f"sockets of {WEB}" and found.lines else ""
                )
                said.append(f"After {when} there were {after} {what}; before, {before}.{listed}")
    return said


def lost_workers(found: Found) -> list[str]:
    last = found.after_connects or found.after_sitting
    lost = 0 if last is None else last.counters.get("workers_lost", 0)
    return [f"{lost} analysis workers were lost."] if lost else []


def lines(report: Report) -> str:
    """For the terminal."""
    plan = report["plan"]
    rows = [
        f"{plan['candidates']} candidates sat for {plan['minutes']:g} min at {plan['frames_per_second']:g} frames/s; "
        f"the first {plan['warm_up']:g} min are not judged. {plan['connects']} more connections came and went."
    ]
    if report["memory_mib"]:
        rows += ["", f"{'memory, MiB':20}{'first':>9}{'last':>9}{'least':>9}{'most':>9}{'growth':>9}{'line':>9}"]
    for name, each in report["memory_mib"].items():
        figures = "".join(f"{each[key]:>9.1f}" for key in ("first", "last", "lowest", "highest"))
        rows.append(f"{name:20}{figures}{each['growth']:>+9.2%}{each['line_growth']:>+9.2%}")
    if report["counts"]:
        rows += ["", f"{'in the web process':20}{'first':>9}{'last':>9}{'least':>9}{'most':>9}"]
    for what, each in report["counts"].items():
        rows.append(f"{what:20}" + "".join(f"{each[key]:>9g}" for key in ("first", "last", "least", "most")))
    rows += ["", *nobody_there(report), ""]
    for who, met in report["met"].items():
        rows.append(f"{who}: " + ", ".join(f"{number} × {what}" for what, number in sorted(met.items())))
    rows += ["", *report["faults"]] if report["faults"] else ["", "Nothing grew, and nothing was left behind."]
    return "\n".join(rows)


def nobody_there(report: Report) -> list[str]:
    rows = []
    for when, reading in report["nobody_there"].items():
        web = reading["processes"][WEB]
        figures = reading["held"] | {kind: web[kind] for kind in COUNTED}
        told = ", ".join(f"{number} {what}" for what, number in figures.items())
        rows.append(f"Nobody there, {when.replace('_', ' ')}: {web['memory_mib']:.1f} MiB; {told}.")
    return rows
