"""What the figures of `make evaluate` say, in sentences for people: of a hundred how many, and for whom it is worse.

Every number comes from the results; what they do not hold is left out. Standard library only, for the site reads this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Results = Mapping[str, Any]

BY_KIND = "Events by kind, as shipped and calibrated"
SHOWN = {
    "NO_FACE": "Nobody in view",
    "LOOKING_AWAY": "Somebody looks away from the screen",
    "MULTIPLE_FACES": "Several people in view",
    "PHONE_DETECTED": "A phone held up",
}
NOT_THERE = {
    "NO_FACE": "Nobody in view, though somebody was",
    "LOOKING_AWAY": "Looking away, though nobody did",
    "MULTIPLE_FACES": "Several people, though one was there",
    "PHONE_DETECTED": "A phone, though there was none",
}
GROUPS = {"race": "By race", "gender": "By gender", "age": "By age"}
ENOUGH = 100  # pictures of a group: with fewer, chance decides which is worst
DISGUISES = {"mask": "a mask", "sunglasses": "sunglasses", "cap": "a cap"}
CANNOT = (
    "It does not know who somebody is, what they feel, or whether a rule was broken. A person looks and decides.",
    "It cannot see what the camera does not: a phone on the lap, notes beside the screen, somebody out of the picture.",
    "Looking down never counts as looking away, so it does not notice who reads from the desk.",
    "A photograph or a poster of a face may count as a person; a dark wallet, a case or a remote control as a phone.",
    "In the dark, against strong light and behind a mask it overlooks more, and phones that are small in the picture.",
    "It judges people who cannot hold their head or eyes still by the same limits, unless their rules are changed.",
)


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    sentences: tuple[str, ...]


def plainly(results: Results) -> tuple[Part, ...]:
    """The parts that have something to say."""
    figures = {report["name"]: report["figures"] for report in results["reports"]}
    tables = {table["title"]: table for report in results["reports"] for table in report["tables"]}
    parts = (
        Part("Of a hundred, how many are found?", (*_found(figures), *_became_events(tables.get(BY_KIND)))),
        Part("How often is something recorded that did not happen?", tuple(_false(figures))),
        Part("For whom is it worse?", tuple(_worse(figures.get("groups", {})))),
        Part("What can it not do?", CANNOT),
    )
    return tuple(part for part in parts if part.sentences)


def of_hundred(share: float) -> str:
    """“62 of 100”; with a decimal where a whole number would read as none or as all."""
    number = share * 100
    if number in {0.0, 100.0} or 1 <= number <= 99:
        return f"{number:.0f} of 100"
    return f"{number:.1f} of 100" if 0.05 <= number < 99.95 else f"{number:.2f} of 100"


def _share(figure: Any, what: str = "") -> str:
    """``what`` happened to them, and the number of tries; empty where there were none."""
    if not isinstance(figure, Mapping) or not figure.get("total"):
        return ""
    return f"{of_hundred(figure['count'] / figure['total'])}{what} (measured on {figure['total']:,})"


def _found(figures: Results) -> Iterator[str]:
    groups, phones = figures.get("groups", {}), figures.get("phones", {})
    if said := _share(groups.get("adults", {}).get("found"), " are found"):
        yield f"Faces of adults, in photographs: {said}."
    if said := _share(phones.get("all", {}).get("boxes_found"), " are found"):
        yield f"Phones, in photographs: {said}."


def _became_events(table: Any) -> Iterator[str]:
    """Counts as they are: of ten tries, a share of a hundred would promise too much."""
    for kind, count, *_ in table["rows"] if table else ():
        if kind in SHOWN:
            yield f"{SHOWN[kind]}, in films and for long enough to count: {count} times it was recorded."


def _false(figures: Results) -> Iterator[str]:
    for kind, figure in figures.get("events", {}).get("false_events", {}).items():
        if kind in NOT_THERE and figure["honest_seconds"]:
            yield (
                f"{NOT_THERE[kind]}: {figure['per_hour']:.0f} an hour of honest film. There were only "
                f"{figure['honest_seconds'] / 60:.1f} minutes of it to measure on, so it may be as many as "
                f"{figure['per_hour_at_most']:.0f} an hour."
            )
    if said := _share(figures.get("groups", {}).get("false_faces", {}).get("together")):
        yield f"Pictures of rooms and things: a face is seen in {said}."
    if said := _share(figures.get("phones", {}).get("all", {}).get("false_alarms")):
        yield f"Pictures without a phone: one is seen in {said}."


def _worse(groups: Results) -> Iterator[str]:
    for name, people in groups.get("by", {}).items():
        if said := _extremes(people, "found", "faces are found least often among “{}”, {}; most often among “{}”, {}"):
            yield f"{GROUPS.get(name, name)}, {said}."
        if said := _extremes(people, "away", "among “{2}”, {3}, and least often among “{0}”, {1}"):
            yield f"{GROUPS.get(name, name)}, who looks straight ahead is taken for looking away most often {said}."
    if groups.get("by"):
        yield (
            "In an exam everybody is compared with their own calibration. Here all were compared with one position, so "
            "these figures tell groups apart, and not how often it happens. The groups are those of the pictures’ "
            "makers, who judged strangers by sight."
        )
    for name, worn in DISGUISES.items():
        if said := _share(groups.get("disguises", {}).get(name, {}).get("found"), " are still found"):
            yield f"Faces behind {worn}, drawn onto the picture: {said}."


def _extremes(people: Results, figure: str, words: str) -> str:
    """The lowest and the highest share among groups of enough pictures."""
    shares = {
        name.replace("_", " "): given[figure]["count"] / given[figure]["total"]
        for name, given in people.items()
        if given.get(figure, {}).get("total", 0) >= ENOUGH
    }
    if len(shares) < 2:
        return ""
    low, high = min(shares, key=lambda name: shares[name]), max(shares, key=lambda name: shares[name])
    return words.format(low, of_hundred(shares[low]), high, of_hundred(shares[high]))
