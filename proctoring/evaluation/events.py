"""Whole sessions on labelled clips: segments found, how late events come, and how many are false."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any

from proctoring.analysis.config import analyzer_config
from proctoring.evaluation.labelled import SHIPPED_LABELS, LabelledClip, open_clips
from proctoring.evaluation.looking import FullPrecision, Looker
from proctoring.evaluation.phones import LOWEST
from proctoring.evaluation.playing import PHASES, Outcome, Setting, judge, play
from proctoring.evaluation.progress import Progress
from proctoring.evaluation.report import Interval, IntervalPlot, Mistake, Plot, Report, Table
from proctoring.evaluation.segments import EVENTS, FALSE_ALARMS, found_at, segments
from proctoring.evaluation.statistics import Share, at_most_per_hour
from proctoring.observation import Box, Observation
from proctoring.risk.policy import DEFAULT_RULES, NO_FACE, Policy
from proctoring.vision.phones import told_apart

HELP = "events on labelled clips: a folder of clips, each a folder of pictures with a labels.json (or a shipped label)"
WORST = 24
USUAL = Policy()
SCORED = (NO_FACE, *EVENTS)

PACE, PHONE_EVERY = 1 / USUAL.frames_per_second, USUAL.phone_every

NO_SPEED_UP = {"glances": False, "int8": False, "far_at_times": False}
SETTINGS = (
    Setting("as shipped, calibrated", "calibrated", PACE, PHONE_EVERY),
    Setting("as shipped, neutral learned in 20 s", "learned", PACE, PHONE_EVERY),
    Setting("as shipped, no neutral at first", "cold", PACE, PHONE_EVERY),
    Setting("head and eyes measured in every picture", "calibrated", PACE, PHONE_EVERY, glances=False),
    Setting("phone looked for in every picture", "calibrated", PACE, 1),
    Setting("phone model in full precision", "calibrated", PACE, PHONE_EVERY, int8=False),
    Setting("people far away looked for in every picture", "calibrated", PACE, PHONE_EVERY, far_at_times=False),
    Setting("without any speed-up", "calibrated", PACE, 1, **NO_SPEED_UP),
    Setting("every picture of the clip, without any speed-up", "calibrated", None, 1, **NO_SPEED_UP),
)

Watched = Sequence[tuple[LabelledClip, Sequence[Observation]]]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="a folder of clips")
    parser.add_argument("--labels", type=Path, default=SHIPPED_LABELS, metavar="DIR", help="labels of other clips")


def evaluate(options: Mapping[str, Any], progress: Progress) -> Report:
    clips = open_clips(options["folder"], options["labels"])
    looker = Looker(needed=("faces", "mesh", "phone"), phone_threshold=LOWEST)
    wanted = [picture for clip in clips for picture in clip.pictures]
    seen = {picture: looker.look(picture, phone=True) for picture in progress.over(wanted, "Pictures of clips")}
    exactly = FullPrecision()
    phones = {picture: exactly.phones(picture) for picture in progress.over(wanted, "Phones in full precision")}
    doubted = [(clip, [seen[picture] for picture in clip.pictures]) for clip in clips]
    least = analyzer_config().phone_threshold
    watched = [(clip, [_told(one, least) for one in pictures]) for clip, pictures in doubted]
    exact = [(clip, [_with(seen[picture], *phones[picture]) for picture in clip.pictures]) for clip in clips]
    return report(watched, exact, doubted)


def _told(seen: Observation, least: float) -> Observation:
    """With what a session is told of: phones, which score ``least`` or more, and what is too faint to be one alone."""
    return _with(seen, *told_apart(seen.phones or (), least))


def _with(seen: Observation, phones: tuple[Box, ...], faint: tuple[Box, ...]) -> Observation:
    return replace(seen, phones=phones, faint_phones=faint)


def report(watched: Watched, exact: Watched | None = None, doubted: Watched | None = None) -> Report:
    """``exact``: the same with phones as the model in full precision sees them, ``doubted``: with those too that it is
    not sure of; where that was asked as well."""
    segment_figures, segment_table = _segments(doubted or watched)
    outcomes = {
        setting: [
            [judge(clip, play(clip, seen, setting, phase=phase)) for clip, seen in _seen_with(setting, watched, exact)]
            for phase in phases(setting)
        ]
        for setting in SETTINGS
    }
    honest = {event: sum(clip.honest_seconds([event]) for clip, _ in watched) for event in SCORED}
    event_figures = {setting.name: event_figures_of(sessions) for setting, sessions in outcomes.items()}
    usual = outcomes[SETTINGS[0]]
    false_figures = {event: _false_of(event, event_figures, honest[event]) for event in SCORED}
    tables = (segment_table, _by_setting(event_figures), _by_event(usual), _per_hour(false_figures))
    figures = {"segments": segment_figures, "settings": event_figures, "false_events": false_figures}
    notes = (
        f"A clip is played {PHASES} times, each time sampled a little later, because two pictures a second "
        "show other pictures of it each time. Intervals no longer than the rule's own limit cannot be events and do "
        "not count.",
        "The clips are few and short, and the detectors' limits were chosen with some of them at hand "
        "(tests/clips holds their events). They show that nothing broke, not what to expect of a thousand people.",
    )
    plots = _plots(usual)
    return Report("events", "Events on labelled clips", figures, tables, plots, notes, _mistakes(usual))


def _seen_with(setting: Setting, watched: Watched, exact: Watched | None) -> Watched:
    return watched if setting.int8 or exact is None else exact


def phases(setting: Setting) -> range:
    return range(PHASES if setting.every is not None else 1)


def event_figures_of(sessions: Sequence[Sequence[Outcome]]) -> dict[str, Any]:
    """Over all times that the clips were played: intervals found, delays, and false events a play."""
    delays = [(span, delay) for outcomes in sessions for one in outcomes for span, delay in one.delays]
    late = [delay for _, delay in delays if delay is not None]
    beyond = [delay - DEFAULT_RULES[span.event].hold_seconds for span, delay in delays if delay is not None]
    false = [seen.event for outcomes in sessions for one in outcomes for seen in one.false]
    return {
        "found": Share(len(late), len(delays)).as_dict(),
        "onset_delay": round(median(late), 2) if late else None,
        "beyond_limit": round(median(beyond), 2) if beyond else None,
        "false_events": round(len(false) / len(sessions), 2),
        "false_by_event": {event: round(false.count(event) / len(sessions), 2) for event in SCORED},
    }


def _false_of(event: str, settings: Mapping[str, Mapping[str, Any]], honest_seconds: float) -> dict[str, Any]:
    """Per hour in which this event is neither labelled nor unsure."""
    counts = {name: one["false_by_event"][event] for name, one in settings.items()}
    usual, hours = counts[SETTINGS[0].name], honest_seconds / 3600
    return {
        "honest_seconds": round(honest_seconds, 1),
        "per_hour": round(usual / hours, 2) if hours else None,
        # Sampling a clip anew is no new evidence, so the bound counts the clips once.
        "per_hour_at_most": round(at_most_per_hour(ceil(usual), hours), 1) if hours else None,
        "by_setting": counts,
    }


def _segments(watched: Watched) -> tuple[dict[str, Any], Table]:
    figures: dict[str, Any] = {}
    rows: list[tuple[str | int, ...]] = []
    for event in EVENTS:
        found = [one for clip, seen in watched for one in segments(clip, seen, event)]
        negatives = sum(not one.positive for one in found)
        if negatives in (0, len(found)):
            continue
        at = {rate: found_at(found, rate) for rate in FALSE_ALARMS}
        figures[event] = {
            f"{rate:g}": {"found": hits, "positives": positives, "false_alarms": false, "negatives": negatives}
            for rate, (hits, positives, false) in at.items()
        }
        cells = (f"{hits} of {positives} ({Share(hits, positives)})" for hits, positives, _ in at.values())
        rows.append((event, negatives, *cells))
    note = (
        "A segment is found when at least half of its pictures still read true with the product's limits moved so far "
        "that at most that share of the honest segments does. With fewer than 100 honest segments, 1 % means none. "
        "Segments "
        "overlap (one begins every half second); a still is one segment."
    )
    columns = ("event", "honest segments", *(f"found at {rate:.0%} false alarms" for rate in FALSE_ALARMS))
    return figures, Table("Segments of 2 s", columns, tuple(rows), note)


def _by_setting(figures: Mapping[str, Mapping[str, Any]]) -> Table:
    rows = [
        (
            name,
            f"{one['found']['count']} of {one['found']['total']}",
            _seconds(one["onset_delay"]),
            _seconds(one["beyond_limit"]),
        )
        for name, one in figures.items()
    ]
    columns = ("session", "labelled intervals found", "median onset delay", "of it beyond the rule's limit")
    return Table("Events, with and without calibration and speed-ups", columns, tuple(rows))


def _by_event(sessions: Sequence[Sequence[Outcome]]) -> Table:
    rows: list[tuple[str | int, ...]] = []
    for event in SCORED:
        every = [
            delay for outcomes in sessions for one in outcomes for span, delay in one.delays if span.event == event
        ]
        late = [delay for delay in every if delay is not None]
        if every:
            share = Share(len(late), len(every))
            rows.append(
                (event, f"{share.count} of {share.total}", str(share), _seconds(median(late) if late else None))
            )
    columns = ("event", "labelled intervals found", "share", "median onset delay")
    return Table("Events by kind, as shipped and calibrated", columns, tuple(rows))


def _per_hour(figures: Mapping[str, Mapping[str, Any]]) -> Table:
    rows: list[tuple[str | int, ...]] = []
    for event, one in figures.items():
        if one["per_hour"] is not None:
            counts = [f"{count:g}" for count in one["by_setting"].values()]
            minutes = f"{one['honest_seconds'] / 60:.1f} min"
            rows.append((event, minutes, f"{one['per_hour']:.1f}", f"{one['per_hour_at_most']:.0f}", *counts))
    note = (
        "Per hour as shipped and calibrated, with the 95 % bound (one-sided Poisson): with minutes of material, even "
        "no false event shows only that there are fewer than the bound. The last columns are false events each time "
        "that "
        "all clips are played once."
    )
    names = [setting.name for setting in SETTINGS]
    columns = ("event", "honest material", "false an hour", "at most", *names)
    return Table("False events", columns, tuple(rows), note)


def _plots(sessions: Sequence[Sequence[Outcome]]) -> tuple[Plot, ...]:
    intervals = []
    for event in SCORED:
        every = [
            delay is not None
            for outcomes in sessions
            for one in outcomes
            for span, delay in one.delays
            if span.event == event
        ]
        if every:
            # The bounds are those of one play: playing a clip again is no new evidence.
            share = Share(round(sum(every) / len(sessions)), round(len(every) / len(sessions)))
            intervals.append(Interval(event, sum(every) / len(every), share.low, share.high))
    return (IntervalPlot("Labelled intervals found, with 95 % intervals", tuple(intervals)),) if intervals else ()


def _mistakes(sessions: Sequence[Sequence[Outcome]]) -> tuple[Mistake, ...]:
    mistakes: dict[str, Mistake] = {}
    for one in (one for outcomes in sessions for one in outcomes):
        for seen in one.false:
            mistakes.setdefault(f"{one.clip.name} {seen.event}", _mistake(one.clip, seen.at, f"false {seen.event}"))
        for span, delay in one.delays:
            if delay is None:
                middle = (span.start + span.end) / 2
                mistakes.setdefault(f"{one.clip.name} {span}", _mistake(one.clip, middle, f"missed {span.event}"))
    return tuple(mistakes.values())[:WORST]


def _mistake(clip: LabelledClip, time: float, what: str) -> Mistake:
    index = min(int(time * clip.fps), len(clip.pictures) - 1)
    return Mistake(f"{clip.name}, {time:.1f} s: {what}", clip.pictures[index])


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} s"
