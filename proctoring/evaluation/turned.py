"""Head pose on real faces turned by known angles: how exact, for whom, and how far drawn pictures can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from typing import Any

from proctoring.evaluation import head_pose
from proctoring.evaluation.groups import GROUPINGS
from proctoring.evaluation.head_pose import UP_TO_DEGREES, Posed, mean_error, neutral_poses
from proctoring.evaluation.looking import Looker, Skipping
from proctoring.evaluation.progress import Progress
from proctoring.evaluation.report import NotMeasurable, Report, Table
from proctoring.evaluation.statistics import Share
from proctoring.evaluation.turned_faces import Sitter, Turner, angles, listed, write
from proctoring.vision.head_pose import mesh_yaw

SEED = 1
OF_EACH_RACE, PORTRAITS = 8, 28
DEPTHS, DEPTH_PEOPLE = (0.8, 1.2), 14  # too flat and too deep by far more than two mean faces differ
COMPARED = (15, 30, 45, 60)
FAR_DEGREES = 75
SMALLEST_GROUP = 8  # people: fewer are shown, but not compared
# What the mesh says of really labelled poses (see proctoring.vision.head_pose).
LABELLED = {15: 15.0, 30: 31.0, 45: 38.0, 60: 47.0}


def evaluate(options: Mapping[str, Any], progress: Progress) -> Report:
    """Of the people in ``csv`` (file, race, gender, age), as many of each race, and of ``portraits``, a folder or None.

    Raises NotMeasurable when nobody sits frontally.
    """
    turner, skipping = Turner(), Skipping(Looker(needed=("faces", "mesh")))
    people = turner.choose(listed(options["csv"]), people=OF_EACH_RACE, seed=SEED, progress=progress)

    def looked_at(sitters: Sequence[Sitter], by: Sequence[tuple[float, float]], depth: float = 1.0) -> list[Posed]:
        with TemporaryDirectory() as folder:
            written = write(sitters, Path(folder), turner, progress, by=by, depth=depth)
            return head_pose.look_at_list(written, skipping, progress)

    posed = looked_at(people, angles())
    sets = {f"{len(people)} people by group": posed}
    if options["portraits"] is not None:
        try:
            others = turner.choose(
                listed(options["portraits"]), people=PORTRAITS, seed=SEED, progress=progress, whole_head=True
            )
            sets[f"{len(others)} portraits with the whole head"] = looked_at(others, angles(pitches=()))
        except NotMeasurable as error:
            progress.say(str(error))
    few = people[:: max(1, len(people) // DEPTH_PEOPLE)]
    for depth in DEPTHS:
        sets[f"{len(few)} of the people, drawn {depth:g} times as deep"] = looked_at(few, angles(COMPARED, ()), depth)
    return _report(posed, sets, skipping.notes())


def _report(posed: Sequence[Posed], sets: Mapping[str, Sequence[Posed]], left_out: tuple[str, ...]) -> Report:
    whole = head_pose.report(posed)
    figures, groups = by_group(posed)
    kinds, trust = by_set(sets)
    return replace(
        whole,
        name="turned-faces",
        title="Head pose, on real faces turned by known angles",
        figures={**whole.figures, "by_group": figures, "sets": kinds},
        tables=(*whole.tables, groups, trust),
        notes=(*_NOTES, *whole.notes, *left_out),
        mistakes=(),  # their pictures lay in a folder that is gone
    )


_NOTES = (
    "No pictures with measured head poses lie in the data. These are frontal photographs whose heads `manage.py "
    "turn_faces` turned as 300W-LP was made of 300W (Zhu et al. 2016): a mean face is laid onto the picture, the "
    "picture is cut into triangles, and those are drawn where they lie after a turn. So the change against the "
    "unturned picture, which is each person's neutral, is known exactly; light and eyes do not follow it, and what the "
    "camera did not see is smeared. Real turns outweigh these figures wherever somebody has them.",
    "Where the landmarks lie in the unturned picture is the mesh's own word, their depth is not (one mean face for "
    "everybody). That mean face and the mesh have the same makers, so an error in depth that both share would not "
    "show; the table of what the mesh says is the check on it.",
    "Errors are those of the pictures in which a pose was measured. Faces turned far are found less often here than "
    "really turned ones were (98 % of the labelled ones at 60° to 75°), more often where the whole head is in the "
    "picture: what is smeared costs faces.",
    "Nothing was fitted on these people.",
)


def by_group(posed: Sequence[Posed]) -> tuple[dict[str, Any], Table]:
    """Error from neutral up to 60°, judged away from 30° on and found at 75°, of each race, gender and age."""
    neutrals = neutral_poses(posed)
    figures: dict[str, Any] = {}
    rows, gaps = [], []
    for grouping in GROUPINGS:
        names = sorted({one.groups[grouping] for one in posed if grouping in one.groups})
        measured = {}
        for name in names:
            members = [one for one in posed if one.groups.get(grouping) == name]
            measured[name] = _group(members, neutrals)
            rows.append(_group_row(f"{grouping}: {name.replace('_', ' ')}", measured[name]))
        figures[grouping] = measured
        compared = [one for one in measured.values() if one["people"] >= SMALLEST_GROUP and one["mae"] is not None]
        if len(compared) > 1:
            errors = [one["mae"] for one in compared]
            gaps.append(f"{grouping} {max(errors) - min(errors):.1f}°")
    table = Table(
        "By group of people",
        ("group", "people", "mean error from neutral, to 60°", "judged away at 30° to 60°", "found at 75°"),
        tuple(rows),
        note=(
            f"Widest gaps of the error between groups of at least {SMALLEST_GROUP} people: {'; '.join(gaps)}. "
            "So few people leave much to chance."
            if gaps
            else f"No two groups have {SMALLEST_GROUP} people: too few to compare."
        ),
    )
    return figures, table


def _group(members: Sequence[Posed], neutrals: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    turned = head_pose.turned_from_neutral(members, neutrals)
    judged = [head_pose.is_away(one, neutrals) for one in turned if abs(one.yaw) >= COMPARED[1]]
    far = [one for one in members if abs(one.yaw) == FAR_DEGREES]
    return {
        "people": len({one.person for one in members}),
        "mae": mean_error(turned, "yaw", neutrals),
        "away": Share(sum(away is True for away in judged), len(judged)).as_dict(),
        "found_far": Share(sum(bool(one.seen.faces) for one in far), len(far)).as_dict(),
    }


def _group_row(name: str, figures: Mapping[str, Any]) -> tuple[str | int, ...]:
    away, far = (f"{figures[key]['count']} of {figures[key]['total']}" for key in ("away", "found_far"))
    error = "–" if figures["mae"] is None else f"{figures['mae']:.1f}°"
    return (name, figures["people"], error, away, far)


def by_set(sets: Mapping[str, Sequence[Posed]]) -> tuple[dict[str, Any], Table]:
    """What the mesh itself says at each true yaw (both sides together) in each set, beside really labelled poses."""
    figures: dict[str, Any] = {}
    rows: list[tuple[str | int, ...]] = [
        ("368 really labelled poses", *(f"{LABELLED[yaw]:.0f}°" for yaw in COMPARED), "–", "–")
    ]
    for name, posed in sets.items():
        neutrals = neutral_poses(posed)
        says = {yaw: _mesh_says([one for one in posed if abs(one.yaw) == yaw], neutrals) for yaw in COMPARED}
        far = [one for one in posed if abs(one.yaw) == FAR_DEGREES]
        error = mean_error(head_pose.turned_from_neutral(posed, neutrals), "yaw", neutrals)
        found = Share(sum(bool(one.seen.faces) for one in far), len(far))
        figures[name] = {"mesh_says": says, "mae": error, "found_far": found.as_dict()}
        rows.append(
            (
                name,
                *("–" if value is None else f"{value:.0f}°" for value in says.values()),
                "–" if error is None else f"{error:.1f}°",
                f"{found.count} of {found.total}" if far else "–",
            )
        )
    columns = ("pictures", *(f"mesh at {yaw}°" for yaw in COMPARED), f"error to {UP_TO_DEGREES:.0f}°", "found at 75°")
    note = (
        "The first columns: mean turn from neutral by the mesh's own coordinates, before the table of "
        "`proctoring/vision/head_pose.py` that puts it right. The nearer the drawn pictures come to the first row, the "
        "more their other figures are worth."
    )
    return figures, Table("What the mesh says, and how it depends on the depth drawn", columns, tuple(rows), note)


def _mesh_says(posed: Sequence[Posed], neutrals: Mapping[str, tuple[float, float]]) -> float | None:
    turns = [
        (mesh_yaw(one.pose.yaw) - mesh_yaw(neutrals[one.person][0])) * (1 if one.yaw > 0 else -1)
        for one in posed
        if one.pose is not None and one.pose.source == "mesh" and one.person in neutrals
    ]
    return round(fmean(turns), 1) if turns else None
