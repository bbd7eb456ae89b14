"""How exactly the head's direction is measured, on pictures whose true angles are known."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean, median
from typing import Any

from proctoring.evaluation.groups import GROUPINGS
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
    groups: Mapping[str, str] = field(default_factory=dict)

    @property
    def pose(self) -> HeadPose | None:
        return self.seen.pose if self.seen.faces else None


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("csv", type=Path, help="files are relative to the CSV")


def evaluate(options: Mapping[str, Any], progress: Progress) -> Report:
    skipping = Skipping(Looker(needed=("faces", "mesh")))
    posed = look_at_list(options["csv"], skipping, progress)
    left_out = skipping.notes()
    whole = report(posed)
    return replace(whole, notes=(*whole.notes, *left_out))


def look_at_list(path: Path, skipping: Skipping, progress: Progress) -> list[Posed]:
    """Every picture that a CSV lists and that can be looked at. Raises NotMeasurable for a list without angles."""
    posed = []
    for row in progress.over(read_rows(path, ("file", "yaw", "pitch")), "Head poses"):
        picture = picture_of(row, path)
        try:
            yaw, pitch = float(row["yaw"]), float(row["pitch"])
        except ValueError as error:
            raise NotMeasurable(f"{path}: {row['file']} has no angles in degrees.") from error
        seen = skipping.look(picture)
        if seen is not None:
            groups = {name: row[name] for name in GROUPINGS if row.get(name)}
            posed.append(Posed(picture, row.get("person") or "", yaw, pitch, seen, groups))
    return posed


def report(posed: Sequence[Posed]) -> Report:
    """The figures of all pictures, by true yaw."""
    neutrals = neutral_poses(posed)
    aside = [one for one in posed if abs(one.pitch) <= max(abs(one.yaw), FRONTAL_DEGREES)]
    nodding = [one for one in posed if abs(one.pitch) > max(abs(one.yaw), FRONTAL_DEGREES)]
    lines = {yaw: _line(group, neutrals) for yaw, group in _by_angle(aside, "yaw").items()}
    within = [one for one in posed if abs(one.yaw) <= UP_TO_DEGREES]
    turned = turned_from_neutral(posed, neutrals)
    figures: dict[str, Any] = {
        "pictures": len(posed),
        "found": Share(sum(bool(one.seen.faces) for one in posed), len(posed)).as_dict(),
        "yaw_mae": mean_error(posed, "yaw"),
        "yaw_mae_to_60": mean_error(within, "yaw"),
        "yaw_mae_from_neutral_to_60": mean_error(turned, "yaw", neutrals),
        "pitch_mae": mean_error(posed, "pitch"),
        "by_yaw": {str(yaw): line for yaw, line in lines.items()},
    }
    note = (
        f"Mean absolute error of yaw: {_degrees(figures['yaw_mae_to_60'])} up to {UP_TO_DEGREES:.0f}° "
        f"({_degrees(figures['yaw_mae_from_neutral_to_60'])} against each person's neutral, of the heads turned), "
        f"{_degrees(figures['yaw_mae'])} over all; of pitch {_degrees(figures['pitch_mae'])}."
    )
    tables = [_yaw_table(lines, note)]
    if nodding:
        figures["by_pitch"], nods = _by_pitch(nodding, neutrals)
        tables.append(nods)
    curve = tuple((float(yaw), line["measured"]) for yaw, line in lines.items() if line["measured"] is not None)
    truth = tuple((float(yaw), float(yaw)) for yaw in lines)
    plot = CurvePlot(
        "Measured against true yaw", "true yaw, °", "measured", (Curve("measured", curve), Curve("true", truth))
    )
    notes = (
        "Angles are positive to the picture's right and upwards. Away is judged by the default limits, head only, "
        f"against the person's own neutral: the median of their pictures within {FRONTAL_DEGREES:.0f}° of straight "
        "ahead, or 0° without one.",
    )
    return Report("head-pose", "Head pose", figures, tuple(tables), (plot,), notes, _mistakes(posed))


def _yaw_table(lines: Mapping[int, Mapping[str, Any]], note: str) -> Table:
    columns = (
        "yaw",
        "pictures",
        "face found",
        "pose measured",
        "mesh held",
        "mean measured",
        "mean error",
        "mean from neutral",
        "mean error from neutral",
        "judged away",
    )
    rows = tuple(
        (
            f"{yaw}°",
            line["pictures"],
            f"{line['found']} of {line['pictures']}",
            f"{line['posed']} of {line['pictures']}",
            f"{line['mesh']} of {line['pictures']}",
            _degrees(line["measured"]),
            _degrees(line["mae"]),
            _degrees(line["from_neutral"]),
            _degrees(line["mae_from_neutral"]),
            f"{line['away']} of {line['judged']}",
        )
        for yaw, line in lines.items()
    )
    return Table("By true yaw, to the nearest 15°", columns, rows, note=note)


def turned_from_neutral(posed: Sequence[Posed], neutrals: Mapping[str, tuple[float, float]]) -> list[Posed]:
    """Those whose heads are turned, by at most 60°, of people with a neutral: what the goal for yaw is about."""
    return [one for one in posed if FRONTAL_DEGREES < abs(one.yaw) <= UP_TO_DEGREES and one.person in neutrals]


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
        "posed": len(poses),
        "mesh": sum(pose.source == "mesh" for pose in poses),
        "measured": round(fmean(pose.yaw for pose in poses), 1) if poses else None,
        "mae": mean_error(group, "yaw"),
        "from_neutral": _mean_from_neutral(group, "yaw", neutrals),
        "mae_from_neutral": mean_error([one for one in group if one.person in neutrals], "yaw", neutrals),
        "away": sum(judged),
        "judged": len(judged),
    }


def _by_angle(posed: Sequence[Posed], angle: str) -> dict[int, list[Posed]]:
    groups: dict[int, list[Posed]] = defaultdict(list)
    for one in posed:
        groups[15 * round(getattr(one, angle) / 15)].append(one)
    return dict(sorted(groups.items()))


def _mean_from_neutral(group: Sequence[Posed], angle: str, neutrals: Mapping[str, tuple[float, float]]) -> float | None:
    index = 0 if angle == "yaw" else 1
    changes = [
        getattr(one.pose, angle) - neutrals[one.person][index]
        for one in group
        if one.pose is not None and one.person in neutrals
    ]
    return round(fmean(changes), 1) if changes else None


def _by_pitch(
    nodding: Sequence[Posed], neutrals: Mapping[str, tuple[float, float]]
) -> tuple[dict[str, dict[str, Any]], Table]:
    lines: dict[str, dict[str, Any]] = {}
    for pitch, group in _by_angle(nodding, "pitch").items():
        known = [one for one in group if one.person in neutrals]
        lines[str(pitch)] = {
            "pictures": len(group),
            "found": sum(bool(one.seen.faces) for one in group),
            "from_neutral": _mean_from_neutral(group, "pitch", neutrals),
            "mae_from_neutral": mean_error(known, "pitch", neutrals),
        }
    rows = tuple(
        (
            f"{pitch}°",
            line["pictures"],
            f"{line['found']} of {line['pictures']}",
            _degrees(line["from_neutral"]),
            _degrees(line["mae_from_neutral"]),
        )
        for pitch, line in lines.items()
    )
    columns = ("pitch", "pictures", "face found", "mean from neutral", "mean error from neutral")
    return lines, Table("By true pitch, heads more up or down than aside", columns, rows)


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
