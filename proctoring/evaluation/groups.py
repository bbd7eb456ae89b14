"""Whether faces are found, and frontal ones taken for turned away, equally often in every group of people."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proctoring.evaluation.disguised import disguised_report
from proctoring.evaluation.false_faces import false_faces
from proctoring.evaluation.looking import Looker, Skipping, picture_of, pictures_in, read_rows
from proctoring.evaluation.progress import Progress
from proctoring.evaluation.report import Interval, IntervalPlot, Mistake, NotMeasurable, Report, Table
from proctoring.evaluation.statistics import Share, percent
from proctoring.observation import Observation
from proctoring.risk.calibration import Calibration, sample_of, summarise
from proctoring.risk.conditions import read
from proctoring.risk.gaze import Gaze, judge
from proctoring.risk.policy import NO_FACE, Policy
from proctoring.vision.head_pose import from_keypoints

HELP = (
    "faces found and frontal faces judged away, by group of people: a CSV with the columns file, race, gender and age"
)
GROUPINGS = ("race", "gender", "age")
SMALLEST_GROUP = 100  # with fewer, one face more or less is a point: shown, but not compared
FRONTAL_DEGREES = 15.0
WORST = 24


@dataclass(frozen=True, slots=True)
class Person:
    path: Path
    groups: Mapping[str, str]
    seen: Observation

    @property
    def found(self) -> bool:
        return bool(self.seen.faces)

    @property
    def adult(self) -> bool:
        """Age groups are written as FairFace does: "0-2", "20-29", "more than 70"."""
        lowest = self.groups["age"].split("-")[0]
        return not lowest.isdigit() or int(lowest) >= 20


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("csv", type=Path, help="files are relative to the CSV or to a folder images beside it")
    parser.add_argument(
        "--without-faces", type=Path, nargs="+", default=[], metavar="DIR", help="folders of pictures without a face"
    )
    parser.add_argument(
        "--disguise-every", type=int, default=4, metavar="N", help="draw glasses, masks … onto every N-th face; 0: none"
    )


def evaluate(options: Mapping[str, Any], progress: Progress) -> Report:
    path: Path = options["csv"]
    rows = read_rows(path, ("file", *GROUPINGS))
    folders: list[Path] = options["without_faces"]
    for folder in folders:
        if not folder.is_dir():
            raise NotMeasurable(f"{folder} is no folder of pictures.")
    looker = Looker(needed=("faces", "mesh"))
    skipping = Skipping(looker)
    people = []
    for row in progress.over(rows, "Faces by group"):
        picture = picture_of(row, path)
        seen = skipping.look(picture)
        if seen is not None:
            people.append(Person(picture, {name: row[name] for name in GROUPINGS}, seen))
    left_out = skipping.notes()
    parts = [by_group(people)]
    if options["disguise_every"]:
        chosen = people[:: options["disguise_every"]]
        parts.append(disguised_report([(one.path, one.groups["race"]) for one in chosen], looker, progress))
    if folders:
        empty = {
            folder.name: [
                (picture, seen)
                for picture in progress.over(pictures_in(folder), folder.name)
                if (seen := skipping.look(picture)) is not None
            ]
            for folder in folders
        }
        parts.append(false_faces(empty))
        left_out = skipping.notes()
    return Report(
        "groups",
        "Faces, by group of people",
        {name: figure for part in parts for name, figure in part.figures.items()},
        tuple(table for part in parts for table in part.tables),
        tuple(plot for part in parts for plot in part.plots),
        (*(note for part in parts for note in part.notes), *left_out),
        tuple(mistake for part in parts for mistake in part.mistakes),
    )


def by_group(people: Sequence[Person]) -> Report:
    """Found and away by each grouping, of adults; the widest gap between groups of at least 100 pictures."""
    adults = [one for one in people if one.adult]
    children = [one for one in people if not one.adult]
    neutral = common_neutral(adults)
    figures: dict[str, Any] = {"adults": figures_of(adults, neutral), "by": {}, "gaps": {}}
    if children:
        figures["under_20"] = figures_of(children, neutral)
    rows = [_row("all adults", figures["adults"])]
    intervals = []
    for grouping in GROUPINGS:
        groups = {name: [one for one in adults if one.groups[grouping] == name] for name in _names(adults, grouping)}
        measured = {name: figures_of(members, neutral) for name, members in groups.items()}
        figures["by"][grouping] = measured
        figures["gaps"][grouping] = {key: widest_gap(measured, key) for key in ("found", "head_away", "away")}
        rows += [_row(f"{grouping}: {name.replace('_', ' ')}", one) for name, one in measured.items()]
        intervals += [_interval(name, one["found"]) for name, one in measured.items()]
    if children:
        rows.append(_row("under 20", figures["under_20"]))
    gaps = "; ".join(
        f"{grouping} {percent(gap['found'])} found, {percent(gap['head_away'])} head judged away, "
        f"{percent(gap['away'])} head or eyes"
        for grouping, gap in figures["gaps"].items()
    )
    table = Table(
        "Faces found, and frontal faces judged away",
        (
            "group",
            "pictures",
            "found",
            "95 % interval",
            "counted as absent",
            "frontal",
            "head away",
            "head or eyes away",
            "95 % interval",
        ),
        tuple(rows),
        note=f"Widest gaps between groups of at least {SMALLEST_GROUP} pictures: {gaps}.",
    )
    plot = IntervalPlot("Faces found, with 95 % intervals", tuple(intervals))
    return Report("by-group", table.title, figures, (table,), (plot,), _NOTES, _mistakes(adults))


_NOTES = (
    "These are single photographs of people nobody calibrated, looking anywhere. So “away” is judged against one "
    "neutral "
    "for everybody, the median of all adults' frontal faces, and says whether the same limits hit one group more often "
    "than another; how often an honest, calibrated candidate is judged away is what the clips tell.",
    f"Frontal: the detector's own six points, which are another model than the mesh, put the head within "
    f"{FRONTAL_DEGREES:.0f}° of straight ahead. The data set does not say which faces are frontal.",
    "Counted as absent: not found, in a picture that is neither dark nor blurred, so that NO_FACE would be true; the "
    "others not found are “unknown” and never an event.",
)


def figures_of(members: Sequence[Person], neutral: Calibration | None) -> dict[str, Any]:
    """Counts and intervals of one group."""
    absent = sum(
        read(one.seen, neutral=None, policy=Policy(), seconds_since_turned=None).conditions[NO_FACE] is True
        for one in members
    )
    gazes = [] if neutral is None else [_gaze(one, neutral) for one in members if is_frontal(one.seen)]
    heads = sum(gaze.turned for gaze in gazes)
    away = sum(gaze.away is True for gaze in gazes)
    return {
        "found": Share(sum(one.found for one in members), len(members)).as_dict(),
        "absent": Share(absent, len(members)).as_dict(),
        "head_away": Share(heads, len(gazes)).as_dict(),
        "away": Share(away, len(gazes)).as_dict(),
    }


def common_neutral(people: Sequence[Person]) -> Calibration | None:
    """One neutral for everybody: the median of all frontal faces that the mesh holds."""
    samples = [sample for one in people if is_frontal(one.seen) and (sample := sample_of(one.seen)) is not None]
    return summarise(samples) if samples else None


def is_frontal(seen: Observation) -> bool:
    if not seen.faces or seen.pose is None or seen.pose.source != "mesh":
        return False
    pose = from_keypoints(seen.faces[0], width=seen.width, height=seen.height)
    return pose is not None and abs(pose.yaw) <= FRONTAL_DEGREES and abs(pose.pitch) <= FRONTAL_DEGREES


def widest_gap(groups: Mapping[str, Mapping[str, Any]], key: str) -> float:
    """Between the best and the worst of the groups that are large enough to compare, from 0 to 1."""
    shares = [one[key]["share"] for one in groups.values() if one[key]["total"] >= SMALLEST_GROUP]
    return round(max(shares) - min(shares), 5) if shares else 0.0


def _gaze(one: Person, neutral: Calibration) -> Gaze:
    assert one.seen.pose is not None
    return judge(pose=one.seen.pose, eyes=one.seen.eyes, neutral=neutral, policy=Policy())


def _names(people: Sequence[Person], grouping: str) -> list[str]:
    return sorted({one.groups[grouping] for one in people})


def _row(name: str, figures: Mapping[str, Any]) -> tuple[str | int, ...]:
    share: Callable[[str], Share] = lambda key: Share(figures[key]["count"], figures[key]["total"])  # noqa: E731
    found, heads, away = share("found"), share("head_away"), share("away")
    absent = str(share("absent"))
    return (name, found.total, str(found), found.span, absent, heads.total, str(heads), str(away), away.span)


def _interval(name: str, found: Mapping[str, Any]) -> Interval:
    return Interval(name.replace("_", " "), found["count"] / found["total"], found["low"], found["high"])


def _mistakes(people: Sequence[Person]) -> tuple[Mistake, ...]:
    missed = [one for one in people if not one.found]
    return tuple(
        Mistake(f"{one.path.name}: no face found ({', '.join(one.groups.values())})", one.path)
        for one in missed[:WORST]
    )
