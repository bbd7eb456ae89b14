"""How many phones are found, and what else is taken for one: by source, by size, at every threshold."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from proctoring.analysis.config import analyzer_config
from proctoring.evaluation.matching import (
    Judged,
    at_threshold,
    average_precision,
    of_size,
    precision_recall,
    thresholds,
)
from proctoring.evaluation.near_duplicates import without_near_duplicates
from proctoring.evaluation.phone_pictures import PHONE_CLASS, Labelled, read_folder, trained_on
from proctoring.evaluation.progress import Progress
from proctoring.evaluation.report import Cell, Curve, CurvePlot, Mistake, NotMeasurable, Report, Table
from proctoring.evaluation.statistics import Share
from proctoring.vision.config import AnalyzerConfig

HELP = "phones: folders of pictures with YOLO boxes, clips with labels.csv, or pictures without a phone"
LOWEST = 0.005  # scores below this change AP50 by nothing that shows
WORST = 24
# Longer side of a box as a share of the picture's, at which the tables are cut: a phone on the desk, at arm's length,
# held up, held to the camera.
SIZES = ((0.0, 0.15), (0.15, 0.3), (0.3, 0.6), (0.6, 1.01))


def add_arguments(parser: ArgumentParser) -> None:
    config = analyzer_config()
    parser.add_argument("folders", type=Path, nargs="+", metavar="DIR", help="see docs/phones.md for the layouts")
    parser.add_argument("--weights", type=Path, help=f"Ultralytics weights ({Path(config.phone_weights).name})")
    parser.add_argument("--size", type=int, help=f"longer side in pixels the model sees ({config.phone_size})")
    parser.add_argument("--threshold", type=float, help=f"operating threshold ({config.phone_threshold})")
    parser.add_argument("--full-precision", action="store_true", help="not the weights' copy in eight bits")
    parser.add_argument(
        "--class", type=int, default=PHONE_CLASS, metavar="N", help=f"of the boxes that are phones ({PHONE_CLASS})"
    )
    parser.add_argument("--held-out", action="store_true", help="only pictures that `train_phones` keeps for measuring")


def evaluate(options: Mapping[str, Any], progress: Progress) -> Report:
    """Looks at every picture with the product's own detector. Raises NotMeasurable."""
    from proctoring.vision.model_files import ModelUnavailable
    from proctoring.vision.phones import PhoneDetector

    config = config_of(options)
    labelled = chosen(options, progress)
    try:
        detector = PhoneDetector(replace(config, phone_threshold=LOWEST))
    except ModelUnavailable as error:
        raise NotMeasurable(str(error)) from error
    judged, unreadable = [], []
    for one in progress.over(labelled, "Phones"):
        found = _look(detector, one.path)
        if found is None:
            unreadable.append(one.path)
        else:
            judged.append(Judged(one.path, one.source, one.truth, found))
    if not judged:
        raise NotMeasurable(f"None of the {len(labelled)} pictures can be looked at, {labelled[0].path} first.")
    name = f"{detector.model.name}, {config.phone_size} px, threshold {config.phone_threshold:g}"
    return report_on(judged, config.phone_threshold, name=name, unreadable=unreadable)


def report_on(
    judged: Sequence[Judged], threshold: float, *, name: str = "phones", unreadable: Sequence[Path] = ()
) -> Report:
    """Tables, curves and the worst mistakes for pictures already looked at."""
    everything = {"all": list(judged)}
    by_source = {source: [one for one in judged if one.source == source] for source in _sources(judged)}
    by_size = {_size_name(size): _of_size(judged, size) for size in SIZES}
    levels = thresholds(judged)
    figures = {
        "threshold": threshold,
        "all": figures_of(judged, threshold),
        "by_source": {source: figures_of(pictures, threshold) for source, pictures in by_source.items()},
        "by_size": {size: figures_of(pictures, threshold) for size, pictures in by_size.items()},
        "at_thresholds": {f"{level:g}": asdict(counts) for level, counts in levels},
    }
    return Report(
        "phones",
        f"Phones: {name}",
        figures,
        (
            _table("Found and false, by source", everything | by_source, threshold),
            _table("Found, by the longer side of the box", by_size, threshold),
            _threshold_table(levels),
        ),
        _plots(judged, levels),
        _notes(unreadable),
        _mistakes(judged, threshold),
    )


def figures_of(pictures: Sequence[Judged], threshold: float) -> dict[str, Any]:
    """AP50 (None without any phone) and counts at the threshold, each with its share and interval."""
    counts = at_threshold(pictures, threshold)
    precision = average_precision(pictures)
    return {
        "ap50": None if precision is None else round(precision, 4),
        "boxes_found": Share(counts.boxes_found, counts.boxes).as_dict(),
        "pictures_called": Share(counts.with_phone_called, counts.with_phone).as_dict(),
        "false_alarms": Share(counts.without_phone_called, counts.without_phone).as_dict(),
        "extra_boxes": counts.extra_boxes,
    }


def chosen(options: Mapping[str, Any], progress: Progress) -> list[Labelled]:
    folders, number, held_out = options["folders"], options.get("class", PHONE_CLASS), options["held_out"]
    chosen = [one for folder in folders for one in read_folder(folder, number=number, held_out=held_out)]
    if not held_out:
        return chosen
    kept = without_near_duplicates(chosen, [one for folder in folders for one in trained_on(folder)], progress)
    if not kept:
        raise NotMeasurable(f"All that is held out in {folders[0]} looks like what is trained on.")
    return kept


def config_of(options: Mapping[str, Any]) -> AnalyzerConfig:
    config = analyzer_config()
    return replace(
        config,
        phone_weights=str(options["weights"] or config.phone_weights),
        phone_size=options["size"] or config.phone_size,
        phone_int8=not options.get("full_precision", False),
        phone_threshold=config.phone_threshold if options["threshold"] is None else options["threshold"],
    )


def _look(detector: Any, path: Path) -> tuple[Any, ...] | None:
    from proctoring.evaluation.looking import MAX_BYTES
    from proctoring.vision.frame import BadFrame, decode

    try:
        return tuple(detector.detect(decode(path.read_bytes(), max_bytes=MAX_BYTES)))
    except (BadFrame, OSError):
        return None


def _sources(judged: Sequence[Judged]) -> list[str]:
    return sorted({one.source for one in judged})


def _size_name(size: tuple[float, float]) -> str:
    low, high = size
    return f"under {high:g}" if not low else f"{low:g} and more" if high > 1 else f"{low:g} to {high:g}"


def _of_size(judged: Sequence[Judged], size: tuple[float, float]) -> list[Judged]:
    """Of the pictures that hold a phone of this size, what concerns that size."""
    sized = (of_size(one, *size) for one in judged)
    return [one for one in sized if one.truth]


def _table(title: str, parts: Mapping[str, Sequence[Judged]], threshold: float) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name, pictures in parts.items():
        counts, precision = at_threshold(pictures, threshold), average_precision(pictures)
        alarms = Share(counts.without_phone_called, counts.without_phone)
        rows.append(
            (
                name,
                "–" if precision is None else f"{precision:.3f}",
                f"{counts.boxes_found} of {counts.boxes}",
                f"{counts.with_phone_called} of {counts.with_phone}",
                f"{alarms.count} of {alarms.total}",
                str(alarms),
                alarms.span,
            )
        )
    columns = ("", "AP50", "phones found", "pictures called", "false alarms", "share", "95 % interval")
    return Table(title, columns, tuple(rows))


def _threshold_table(levels: Sequence[tuple[float, Any]]) -> Table:
    rows = tuple(
        (
            f"{level:g}",
            f"{counts.boxes_found} of {counts.boxes}",
            f"{counts.with_phone_called} of {counts.with_phone}",
            f"{counts.without_phone_called} of {counts.without_phone}",
        )
        for level, counts in levels
    )
    return Table("At each threshold", ("threshold", "phones found", "pictures called", "false alarms"), rows)


def _plots(judged: Sequence[Judged], levels: Sequence[tuple[float, Any]]) -> tuple[CurvePlot, ...]:
    plots = []
    if curve := precision_recall(judged):
        points = tuple(curve[:: max(1, len(curve) // 300)])
        plots.append(CurvePlot("Precision and recall", "recall", "precision", (Curve("", points),)))
    called = tuple(
        (level, Share(one.with_phone_called, one.with_phone).value) for level, one in levels if one.with_phone
    )
    false = tuple(
        (level, Share(one.without_phone_called, one.without_phone).value) for level, one in levels if one.without_phone
    )
    curves = tuple(Curve(label, points) for label, points in (("with a phone", called), ("without", false)) if points)
    return (*plots, CurvePlot("Pictures called a phone, by threshold", "threshold", "share of pictures", curves))


def _notes(unreadable: Sequence[Path]) -> tuple[str, ...]:
    notes = (
        "Found: a box that overlaps a true one by at least half (intersection over union) and scores at least the "
        "threshold. Called: anything in the picture does, wherever it is; in use a phone needs more than one look.",
    )
    if not unreadable:
        return notes
    return (
        *notes,
        f"{len(unreadable)} pictures could not be looked at and are not counted, {unreadable[0].name} first.",
    )


def _mistakes(judged: Sequence[Judged], threshold: float) -> tuple[Mistake, ...]:
    """The surest false alarms, then phones nothing hints at."""
    false = sorted((one for one in judged if not one.truth and one.best >= threshold), key=lambda one: -one.best)
    missed = sorted((one for one in judged if one.truth and one.best < threshold), key=lambda one: one.best)
    return (
        *(
            Mistake(f"{one.source}, {one.path.name}: no phone, called one at {one.best:.2f}", one.path)
            for one in false[:WORST]
        ),
        *(Mistake(f"{one.source}, {one.path.name}: phone missed ({one.best:.2f})", one.path) for one in missed[:WORST]),
    )
