"""What the browser tells about the page, and which of it counts under an exam's policy.

Three rules follow stretches: the page left, full screen left, a second screen connected. Each stretch scores once, when
it has held longer than the rule's limit, and temporary risk does not fall while one lasts. ``COPY_PASTE`` scores at
once, and again only after its cooldown. What no rule counts is an entry of the technical ledger, or nothing at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from proctoring.risk import sentences
from proctoring.risk.pauses import Pauses
from proctoring.risk.policy import COPY_PASTE, FULLSCREEN_LEFT, SECOND_SCREEN, TAB_SWITCH, Policy, Rule
from proctoring.risk.runs import EPSILON
from proctoring.risk.stretches import Stretch, Stretches

# Of these nothing is written down unless they count: everybody's page says them all the time.
PAGE_KINDS = frozenset({"hidden", "visible", "blur", "focus"})
COPY_KINDS = frozenset({"copy", "cut", "paste", "copy_prevented", "cut_prevented", "paste_prevented"})
REMEMBERED_COPIES = 128


@dataclass(frozen=True, slots=True)
class Due:
    """To be scored. ``time`` is when the limit was passed, whenever the signals arrived."""

    rule: Rule
    time: float
    held: float
    measured: dict[str, Any]
    sentence: str


def known_kinds() -> frozenset[str]:
    """Every kind of signal there is."""
    return PAGE_KINDS | frozenset(sentences.SIGNALS)


class Browser:
    """The state of one session's page. Signals may come late and in any order."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._stretches = {event: Stretches(pairs) for event, pairs in counted_pairs(policy).items()}
        self._copied: list[float] = []

    @classmethod
    def restore(cls, policy: Policy, page: Mapping[str, Any], rest: Mapping[str, Any]) -> Browser:
        browser = cls(policy)
        kept = {TAB_SWITCH: page, **rest.get("stretches", {})}
        for event, stretches in browser._stretches.items():
            if event in kept:
                browser._stretches[event] = Stretches.from_dict(stretches.pairs, kept[event])
        browser._copied = list(rest.get("copied", []))
        return browser

    def page(self) -> dict[str, Any]:
        """The state of the page left and come back to, and in :meth:`rest` that of everything else."""
        return self._stretches.get(TAB_SWITCH, Stretches({})).as_dict()

    def rest(self) -> dict[str, Any]:
        others = {event: one.as_dict() for event, one in self._stretches.items() if event != TAB_SWITCH}
        return {"stretches": others, "copied": list(self._copied)}

    def take(self, time: float, kind: str, *, paused: bool = False) -> tuple[list[Due], bool]:
        """What the signal makes due by itself, and whether the log needs an entry that it came."""
        if kind in COPY_KINDS:
            due = [] if paused else self._copy(time, kind)
            return due, not due
        begins = False
        for stretches in self._stretches.values():
            if stretches.knows(kind):
                stretches.take(time, kind)
                begins = begins or kind in stretches.pairs
        return [], kind not in PAGE_KINDS and not begins

    def due(self, now: float, pauses: Pauses) -> list[Due]:
        """Stretches that have held longer than their limit and were not recorded yet. From here on they are."""
        found = []
        for event, stretches in self._stretches.items():
            rule = self._policy.rules[event]
            uncounted = stretches.uncounted()
            if event == FULLSCREEN_LEFT:  # left on a break: the page asks for it again before it shows the questions
                uncounted = [stretch for stretch in uncounted if not pauses.covers(stretch.start)]
            for stretch in pauses.without(uncounted):
                held = (now if stretch.end is None else stretch.end) - stretch.start
                if held < 0:  # it counts from the end of a pause that has not come yet
                    continue
                if rule.hold_seconds and held <= rule.hold_seconds + EPSILON:
                    continue
                stretches.count(stretch)
                found.append(_of_stretch(rule, stretch, held))
        return found

    def stretches(self) -> list[Stretch]:
        """Everything that counts and holds, or held lately."""
        return [stretch for stretches in self._stretches.values() for stretch in stretches.all()]

    def _copy(self, time: float, kind: str) -> list[Due]:
        rule = self._policy.rule(COPY_PASTE)
        if rule is None or any(abs(time - at) < rule.cooldown_seconds - EPSILON for at in self._copied):
            return []
        self._copied = [*self._copied[1 - REMEMBERED_COPIES :], time]
        return [Due(rule, time, 0.0, {"signal": kind}, sentences.SIGNALS[kind][1])]


def counted_pairs(policy: Policy) -> dict[str, dict[str, str]]:
    """Of each rule that counts and follows stretches: the signals that begin one, each with the one that ends it."""
    page = {"hidden": "visible"} if policy.count_hidden else {}
    page |= {"blur": "focus"} if policy.count_blurred else {}
    pairs = {
        TAB_SWITCH: page,
        FULLSCREEN_LEFT: {"fullscreen_left": "fullscreen_entered"},
        SECOND_SCREEN: {"second_screen": "second_screen_gone"},
    }
    return {event: kinds for event, kinds in pairs.items() if policy.rule(event) is not None}


def _of_stretch(rule: Rule, stretch: Stretch, held: float) -> Due:
    measured = {"signal": stretch.kind, "left_at": stretch.start, "returned_at": stretch.end}
    sentence = sentences.of_stretch(stretch.kind, held=held or None, limit=rule.hold_seconds)
    return Due(rule, stretch.start + rule.hold_seconds, held, measured, sentence)
