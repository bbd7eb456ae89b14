"""What becomes an event: each picture is shown for some seconds as a webcam films it, and the exam's own rule judges.

`evaluate phones` asks what one look finds. An event takes a phone that is seen for longer than the rule's limit, in
looks half a second apart, so it is missed where looks are unsure by turns, and a mistake of one look makes none.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proctoring.evaluation import phones
from proctoring.evaluation.looking import MAX_BYTES
from proctoring.evaluation.phone_pictures import Labelled
from proctoring.evaluation.progress import Progress
from proctoring.evaluation.report import Mistake, NotMeasurable, Report, Table
from proctoring.evaluation.statistics import Share
from proctoring.evaluation.trembling import filmed
from proctoring.observation import Box, Observation, Quality
from proctoring.risk.engine import Engine
from proctoring.risk.policy import PHONE_DETECTED, Policy
from proctoring.vision.frame import BadFrame, decode

HELP = "the same pictures, each shown for eight seconds to a camera that trembles: which become events"
SHOWN_SECONDS = 8.0  # longer than the rule's limit of five, as whoever uses a phone holds it
SEED = 7
WORST = 12
_FINE = Quality(brightness=128.0, contrast=50.0, sharpness=500.0)
_START = 1_000.0

Look = tuple[tuple[Box, ...], tuple[Box, ...]]  # phones, and what is too faint to be one by itself


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture that was shown, and whether that became an event: as shipped, and with nothing followed."""

    picture: Labelled
    event: bool
    unfollowed: bool


def add_arguments(parser: ArgumentParser) -> None:
    phones.add_arguments(parser)


def evaluate(options: Mapping[str, Any], progress: Progress) -> Report:
    """Raises NotMeasurable."""
    from proctoring.vision.model_files import ModelUnavailable
    from proctoring.vision.phones import PhoneDetector

    config, labelled = phones.config_of(options), phones.chosen(options, progress)
    try:
        detector = PhoneDetector(config)
    except ModelUnavailable as error:
        raise NotMeasurable(str(error)) from error
    policy = Policy(phone_every=1)
    shown, unreadable = [], []
    for number, one in enumerate(progress.over(labelled, "Phones in use")):
        looks = _looks(detector, one.path, number, policy)
        if looks is None:
            unreadable.append(one.path)
        else:
            shown.append(Shown(one, recorded(looks, policy), recorded([(sure, ()) for sure, _ in looks], policy)))
    if not shown:
        raise NotMeasurable(f"None of the {len(labelled)} pictures can be looked at, {labelled[0].path} first.")
    name = f"{detector.model.name}, {config.phone_size} px, threshold {config.phone_threshold:g}"
    return _report(shown, name, unreadable)


def recorded(looks: Sequence[Look], policy: Policy) -> bool:
    """Whether looks in a row become an event."""
    engine = Engine(policy)
    for number, (sure, faint) in enumerate(looks):
        seen = Observation(width=640, height=480, quality=_FINE, phones=sure, faint_phones=faint)
        step = engine.observe(_START + number * policy.interval(), seen)
        if any(event.name == PHONE_DETECTED for event in step.events):
            return True
    return False


def _looks(detector: Any, path: Path, number: int, policy: Policy) -> list[Look] | None:
    try:
        picture = decode(path.read_bytes(), max_bytes=MAX_BYTES)
    except (BadFrame, OSError):
        return None
    count = round(SHOWN_SECONDS / policy.interval()) + 1
    return [detector.look(one) for one in filmed(picture, count, (SEED, number))]


def _report(shown: Sequence[Shown], name: str, unreadable: Sequence[Path]) -> Report:
    parts = {"all": shown} | {source: _of(shown, source) for source in sorted({one.picture.source for one in shown})}
    figures = {part: _figures(pictures) for part, pictures in parts.items()}
    rows = tuple(
        (
            part,
            f"{held['recorded']['count']} of {held['recorded']['total']}",
            f"{held['unfollowed']['count']} of {held['unfollowed']['total']}",
            f"{held['false']['count']} of {held['false']['total']}",
            f"{held['false_unfollowed']['count']} of {held['false_unfollowed']['total']}",
        )
        for part, held in figures.items()
    )
    columns = ("", "phones recorded", "with nothing followed", "others recorded", "with nothing followed")
    notes: tuple[str, ...] = (
        f"Each picture is filmed for {SHOWN_SECONDS:g} seconds, two looks a second: turned, moved, lit, blurred and "
        "encoded a little differently each time. Recorded: an event by the default rule, which takes more than five "
        "seconds. Phones recorded: of the pictures with a phone; with nothing followed: where a phone that has been "
        "seen has to be seen as surely in every look. Others recorded: of the pictures without a phone.",
    )
    if unreadable:
        notes = (*notes, f"{len(unreadable)} pictures could not be looked at, {unreadable[0].name} first.")
    false = [one.picture for one in shown if one.event and not one.picture.truth]
    mistakes = tuple(
        Mistake(f"{one.source}, {one.path.name}: no phone, recorded as one", one.path) for one in false[:WORST]
    )
    tables = (Table("Events from pictures shown for eight seconds", columns, rows),)
    return Report("phones-in-use", f"Phones in use: {name}", {"by_source": figures}, tables, (), notes, mistakes)


def _of(shown: Sequence[Shown], source: str) -> list[Shown]:
    return [one for one in shown if one.picture.source == source]


def _figures(shown: Sequence[Shown]) -> dict[str, Any]:
    there = [one for one in shown if one.picture.truth]
    others = [one for one in shown if not one.picture.truth]
    return {
        "recorded": Share(sum(one.event for one in there), len(there)).as_dict(),
        "unfollowed": Share(sum(one.unfollowed for one in there), len(there)).as_dict(),
        "false": Share(sum(one.event for one in others), len(others)).as_dict(),
        "false_unfollowed": Share(sum(one.unfollowed for one in others), len(others)).as_dict(),
    }
