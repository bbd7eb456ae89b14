"""How exactly the head's direction is measured, on pictures whose true angles are known."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, median
from typing import Any

from proctoring.evaluation.looking import Looker, Skipping, picture_of, read_rows
from proctoring.evaluation.progress import Progress
from proctoring.evaluation.report import Curve, CurvePlot, Mistake, NotMeasurable, Report, Table
from proctoring.evaluation.statistics import Share
from proctoring.observation import HeadPose, Observation
from proctoring.risk.calibration import Calibration
from proctoring.risk.gaze import judge
from proctoring.risk.policy import Policy

HELP = "head pose against known angles: a CSV with the columns file, yaw and pitch (degrees), and person if known"
FRONTAL_DEGREES = 5.0  # pictures this near to straight ahead give a person's neutral
UP_TO_DEGREES = 60.0  # the goal for yaw is set up to here
WORST = 12


@dataclass(frozen=True, slots=True)
class Posed:
    """One picture: its true angles, in the signs of :class:`~proctoring.observation.HeadPose`, and what was seen."""

    path: Path
    person: str
    yaw: float
    pitch: float
    seen: Observation

    @property
    def pose(self) -> HeadPose | None:
        return self.seen.pose if self.seen.faces else None


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("csv", type=Path, help="files are relative to the CSV")


def evaluate(options: Mapping[str, Any], progress: Progress) -> Report:
    rows = read_rows(options["csv"], ("file", "yaw", "pitch"))
    skipping = Skipping(Looker(needed=("faces", "mesh")))
    posed = []
    for row in progress.over(rows, "Head poses"):
        path = picture_of(row, options["csv"])
        try:
            yaw, pitch = float(row["yaw"]), float(row["pitch"])
        except ValueError as error:
            raise NotMeasurable(f"{options['csv']}: {row['file']} has no angles in degrees.") from error
        seen = skipping.look(path)
        if seen is not None:
            posed.append(Posed(path, row.get("person") or "", yaw, pitch, seen))
    left_out = skipping.notes()
    whole = report(posed)
    return replace(whole, notes=(*whole.notes, *left_out))


def report(posed: Sequence[Posed]) -> Report:
    """The figures of all pictures, by true yaw."""
    neutrals = neutral_poses(posed)
    by_yaw: dict[int, list[Posed]] = defaultdict(list)
    for one in posed:
        by_yaw[15 * round(one.yaw / 15)].append(one)
    lines = {yaw: _line(group, neutrals) for yaw, group in sorted(by_yaw.items())}
    within = [one for one in posed if abs(one.yaw) <= UP_TO_DEGREES]
    figures: dict[str, Any] = {
        "pictures": len(posed),
        "found": Share(sum(bool(one.seen.faces) for one in posed), len(posed)).as_dict(),
        "yaw_mae": mean_error(posed, "yaw"),
        "yaw_mae_to_60": mean_error(within, "yaw"),
        "yaw_mae_from_neutral_to_60": mean_error(within, "yaw", neutrals),
        "pitch_mae": mean_error(posed, "pitch"),
        "by_yaw": {str(yaw): line for yaw, line in lines.items()},
    }
    table = Table(
        "By true yaw, to the nearest 15°",
        ("yaw", "pictures", "face found", "mesh held", "mean measured", "mean error", "judged away"),
        tuple(
            (
                f"{yaw}°",
                line["pictures"],
                f"{line['found']} of {line['pictures']}",
                f"{line['mesh']} of {line['pictures']}",
                _degrees(line["measured"]),
                _degrees(line["mae"]),
                f"{line['away']} of {line['judged']}",
            )
            for yaw, line in lines.items()
        ),
        note=(
            f"Mean absolute error of yaw: {_degrees(figures['yaw_mae_to_60'])} up to {UP_TO_DEGREES:.0f}° "
            f"({_degrees(figures['yaw_mae_from_neutral_to_60'])} against each person's neutral), "
            f"{_degrees(figures['yaw_mae'])} over all; of pitch {_degrees(figures['pitch_mae'])}."
        ),
    )
    curve = tuple((float(yaw), line["measured"]) for yaw, line in lines.items() if line["measured"] is not None)
    truth = tuple((float(yaw), float(yaw)) for yaw in lines)
    plot = CurvePlot(
        "Measured against true yaw", "true yaw, °", "measured", (Curve("measured", curve), Curve("true", truth))
    )
    notes = (
        "Angles are positive to the picture's right and upwards. Away is judged by the default limits, head only, "
        f"against the person's own neutral: the median of their pictures within {FRONTAL_DEGREES:.0f}° of straight "
        "ahead, "
        "or 0° without one.",
    )
    return Report("head-pose", "Head pose", figures, (table,), (plot,), notes, _mistakes(posed))


def neutral_poses(posed: Sequence[Posed]) -> dict[str, tuple[float, float]]:
    """Median yaw and pitch of each person's nearly frontal pictures; absent for people without one."""
    frontal: dict[str, list[HeadPose]] = defaultdict(list)
    for one in posed:
        if one.pose is not None and max(abs(one.yaw), abs(one.pitch)) <= FRONTAL_DEGREES:
            frontal[one.person].append(one.pose)
    return {who: (median(p.yaw for p in poses), median(p.pitch for p in poses)) for who, poses in frontal.items()}


def mean_error(
    posed: Sequence[Posed], angle: str, neutrals: Mapping[str, tuple[float, float]] | None = None
) -> float | None:
    """Mean absolute error in degrees of the pictures whose pose was measured; ``None`` when there is none."""
    index = 0 if angle == "yaw" else 1
    errors = [
        abs(getattr(one.pose, angle) - (neutrals or {}).get(one.person, (0.0, 0.0))[index] - getattr(one, angle))
        for one in posed
        if one.pose is not None
    ]
    return round(fmean(errors), 2) if errors else None


def is_away(one: Posed, neutrals: Mapping[str, tuple[float, float]]) -> bool | None:
    """As the risk engine judges the head alone; ``None`` when there is no pose or it cannot be told."""
    if one.pose is None:
        return None
    yaw, pitch = neutrals.get(one.person, (0.0, 0.0))
    neutral = Calibration(yaw, pitch, 0.5, 0.0, 0.3, 0.0, 0.0, 0.0, 0.0, 0.0, 1)
    gaze = judge(pose=one.pose, eyes=None, neutral=neutral, policy=Policy())
    # Without eyes the engine leaves open what the head alone does not show; here that is "not away".
    return gaze.turned if one.pose.source == "mesh" else gaze.away


def _line(group: Sequence[Posed], neutrals: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    poses = [one.pose for one in group if one.pose is not None]
    judged = [away for away in (is_away(one, neutrals) for one in group) if away is not None]
    return {
        "pictures": len(group),
        "found": sum(bool(one.seen.faces) for one in group),
        "mesh": sum(pose.source == "mesh" for pose in poses),
        "measured": round(fmean(pose.yaw for pose in poses), 1) if poses else None,
        "mae": mean_error(group, "yaw"),
        "away": sum(judged),
        "judged": len(judged),
    }


def _mistakes(posed: Sequence[Posed]) -> tuple[Mistake, ...]:
    def error(one: Posed) -> float:
        return 999.0 if one.pose is None else abs(one.pose.yaw - one.yaw)

    worst = sorted(posed, key=error, reverse=True)[:WORST]
    return tuple(
        Mistake(
            f"{one.path.name}: true yaw {one.yaw:.0f}°, "
            + ("no face found" if one.pose is None else f"measured {one.pose.yaw:.0f}° ({one.pose.source})"),
            one.path,
        )
        for one in worst
    )


def _degrees(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}°"
