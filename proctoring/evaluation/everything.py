"""All measurements in one go on one folder of data, written where the product and the repository show them."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from proctoring.evaluation import events, groups, head_pose, phones, phones_in_use, turned
from proctoring.evaluation.labelled import SHIPPED_LABELS
from proctoring.evaluation.looking import Looker
from proctoring.evaluation.page import as_markdown
from proctoring.evaluation.progress import Progress
from proctoring.evaluation.report import NotMeasurable, Report, Table
from proctoring.evaluation.results import RESULTS
from proctoring.observation import ModelRef

HELP = "all that a folder of data allows: faces by group, clips, turned heads, phones, and head poses where labelled"
PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"
WITHOUT_FACES = ("negatives/rooms", "negatives/phone_like", "negatives/general")
# Not those that their README calls unchecked: a few of them show phones.
WITHOUT_PHONES = (
    *WITHOUT_FACES,
    *(
        f"negatives/{name}"
        for name in ("webcam", "webcam_hands", "webcam_reading", "portrait_eyes", "desk_side", "faces")
    ),
)
PHONE_CLIPS = ("clips/phone_at_webcam", "clips/wallet_at_webcam", "clips/phone_in_hand")
_INTRODUCTION = (
    "How often the detectors are right, measured by `make evaluate` on real pictures and clips whose truth is known. "
    "What each detector cannot do is in the [model card](model-card.md)."
)


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("data", type=Path, metavar="DIR", help="the data folder (its README says what lies where)")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="FILE", help="JSON for the accuracy page")
    parser.add_argument("--page", type=Path, default=PAGE, metavar="FILE", help="the same as Markdown")


def evaluate(options: Mapping[str, Any], progress: Progress) -> Report:
    """Each measurement whose data is there; what is not there is said on stderr and in the notes."""
    data: Path = options["data"]
    reports, missing = [], []
    for name, needed, measure in _measurements(data, progress):
        if needed.exists():
            progress.say(f"— {name}")
            reports.append(measure())
        else:
            missing.append(f"{name} was not measured: {needed.relative_to(data)} is not in the data.")
            progress.say(missing[-1])
    if not reports:
        raise NotMeasurable(f"There is nothing to measure in {data}.")
    models = Looker(needed=()).models
    _write(options["results"], json.dumps(_results(reports, models, missing), indent=1, ensure_ascii=False) + "\n")
    _write(options["page"], _page(reports, models, missing))
    return Report(
        "all",
        "Accuracy",
        {report.name: report.figures for report in reports},
        tuple(table for report in reports for table in report.tables),
        tuple(plot for report in reports for plot in report.plots),
        (*(note for report in reports for note in report.notes), *missing),
        tuple(mistake for report in reports for mistake in report.mistakes),
    )


def _measurements(data: Path, progress: Progress) -> list[tuple[str, Path, Callable[[], Report]]]:
    faces, clips, poses = data / "faces_by_group/labels.csv", data / "clips", data / "head_pose/labels.csv"
    empty = [data / name for name in WITHOUT_FACES if (data / name).is_dir()]
    portraits = data / "negatives/faces"
    turning = {"csv": faces, "portraits": portraits if portraits.is_dir() else None}
    by_group = {"csv": faces, "without_faces": empty, "disguise_every": 4}
    return [
        ("Faces by group", faces, lambda: groups.evaluate(by_group, progress)),
        ("Events", clips, lambda: events.evaluate({"folder": clips, "labels": SHIPPED_LABELS}, progress)),
        ("Head pose on labelled pictures", poses, lambda: head_pose.evaluate({"csv": poses}, progress)),
        ("Head pose on turned faces", faces, lambda: turned.evaluate(turning, progress)),
        ("Phones", data / "phones", lambda: _phones(data, ("phones", *WITHOUT_PHONES), progress, held_out=True)),
        ("Phones at webcams", clips, lambda: _phones_at_webcams(data, progress)),
        ("Phones in use", data / "phones", lambda: _phones_in_use(data, progress)),
    ]


def _phones(data: Path, names: Sequence[str], progress: Progress, *, held_out: bool) -> Report:
    """``held_out``: only pictures that training never uses. The clips are in no training at all."""
    return phones.evaluate(_as_shipped(data, names, held_out=held_out), progress)


def _phones_in_use(data: Path, progress: Progress) -> Report:
    return phones_in_use.evaluate(_as_shipped(data, ("phones", *WITHOUT_PHONES), held_out=True), progress)


def _as_shipped(data: Path, names: Sequence[str], *, held_out: bool) -> dict[str, Any]:
    folders = [data / name for name in names if (data / name).is_dir()]
    return {"folders": folders, "weights": None, "size": None, "threshold": None, "held_out": held_out}


def _phones_at_webcams(data: Path, progress: Progress) -> Report:
    report = _phones(data, PHONE_CLIPS, progress, held_out=False)
    return replace(report, name="phones-at-webcams", title="Phones and wallets at webcams never seen in training")


def _results(reports: list[Report], models: Mapping[str, ModelRef], missing: list[str]) -> dict[str, Any]:
    return {
        "models": {name: asdict(model) for name, model in models.items()},
        "missing": missing,
        "reports": [report.as_dict() for report in reports],
    }


def _page(reports: list[Report], models: Mapping[str, ModelRef], missing: list[str]) -> str:
    rows = tuple((name, model.name, model.sha256[:16]) for name, model in models.items())
    files = Table("The files that did the looking", ("detector", "file", "SHA-256 begins"), rows)
    head = as_markdown(Report("models", "Models", {}, (files,), notes=tuple(missing)))
    return "\n".join(["# Accuracy", "", _INTRODUCTION, "", head, *(as_markdown(report) for report in reports)])


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
