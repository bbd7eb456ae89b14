"""What a candidate agrees to, in words made from the exam's actual policy, and the record that they did.

The text is stored word for word under its SHA-256. When an exam's numbers change the words change, so the consent
given before no longer covers it and is asked for again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from exams.models import Exam, User
from proctoring import services
from proctoring.evidence.retention import KEEP_PRACTICE_DAYS
from proctoring.models import Consent, ConsentText
from proctoring.risk.policy import (
    CALIBRATION_FRAMES_PER_SECOND,
    CHECK_FRAMES_PER_SECOND,
    COPY_PASTE,
    FULLSCREEN_LEFT,
    LOOKING_AWAY,
    MULTIPLE_FACES,
    NO_FACE,
    PHONE_DETECTED,
    SECOND_SCREEN,
    TAB_SWITCH,
    USES_NO_COOLDOWN,
    USES_NO_HOLD,
    Policy,
    Rule,
)

VERSION = "5"  # of the template; the SHA-256 tells texts of one version apart

CONDITIONS = {
    NO_FACE: "No face is in view",
    MULTIPLE_FACES: "More than one face is in view",
    LOOKING_AWAY: "You look away from the screen",
    PHONE_DETECTED: "A phone is in view",
    TAB_SWITCH: "This page is hidden or another window is in front",
    FULLSCREEN_LEFT: "This page is out of full screen after it was in it",
    COPY_PASTE: "Something is copied, cut or pasted on this page",
    SECOND_SCREEN: "A second screen is connected",
}


class ConsentTextChanged(Exception):
    """The words on the candidate's screen are no longer the current ones, so agreeing to them means nothing."""


@dataclass(slots=True)
class Block:
    """A paragraph (one line) or a list (its items)."""

    is_list: bool
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    blocks: list[Block] = field(default_factory=list)


def current_text(exam: Exam | None, candidate: User | None = None) -> ConsentText:
    """The row of the current words for this candidate, not yet saved when nobody has agreed to them so far."""
    words = _words(exam, candidate)
    sha256 = hashlib.sha256(words.encode()).hexdigest()
    stored = ConsentText.objects.filter(sha256=sha256).first()
    return stored or ConsentText(version=VERSION, sha256=sha256, text=words)


def consent_for(candidate: User, exam: Exam | None) -> Consent | None:
    """The candidate's consent to the current text, unless withdrawn."""
    return Consent.objects.filter(
        candidate=candidate, exam=exam, withdrawn_at__isnull=True, text__sha256=current_text(exam, candidate).sha256
    ).first()


def earlier_consent_for(candidate: User, exam: Exam | None) -> Consent | None:
    """A consent that is not withdrawn, whatever its text: there is one when the words have changed since."""
    return Consent.objects.filter(candidate=candidate, exam=exam, withdrawn_at__isnull=True).first()


@transaction.atomic
def give(candidate: User, exam: Exam | None, *, sha256: str | None = None) -> Consent:
    """Record consent to the current text. ``sha256`` names the text that was on the screen."""
    current = current_text(exam, candidate)
    if sha256 is not None and sha256 != current.sha256:
        raise ConsentTextChanged
    if (given := consent_for(candidate, exam)) is not None:
        return given
    text, _ = ConsentText.objects.get_or_create(
        sha256=current.sha256, defaults={"version": current.version, "text": current.text}
    )
    return Consent.objects.create(candidate=candidate, exam=exam, text=text)


def withdraw(candidate: User, exam: Exam | None) -> int:
    """Withdraw every consent of the candidate to this exam; returns how many there were."""
    return Consent.objects.filter(candidate=candidate, exam=exam, withdrawn_at__isnull=True).update(
        withdrawn_at=timezone.now()
    )


def sections(text: str) -> list[Section]:
    """The stored words, taken apart for the page: lines with ## are headings, lines with - list items."""
    found = [Section("")]
    for line in text.splitlines():
        blocks = found[-1].blocks
        if line.startswith("## "):
            found.append(Section(line[3:]))
        elif line.startswith("- ") and blocks and blocks[-1].is_list:
            blocks[-1].lines.append(line[2:])
        elif line.startswith("- "):
            blocks.append(Block(is_list=True, lines=[line[2:]]))
        else:
            blocks.append(Block(is_list=False, lines=[line]))
    return [section for section in found if section.title or section.blocks]


def unwatched_text(exam: Exam, candidate: User) -> str:
    """What holds for an exam that nobody watches: to be read, not to be agreed to."""
    return _rendered("candidate/unwatched.txt", exam, services.policy_for(exam, candidate))


def _words(exam: Exam | None, candidate: User | None) -> str:
    return _rendered("candidate/consent.txt", exam, services.policy_for(exam, candidate))


def _rendered(template: str, exam: Exam | None, policy: Policy) -> str:
    context = {
        "exam": exam,
        "institution": exam.institution if exam else None,
        "contact": exam.institution.whom_to_ask if exam else "",
        "policy": policy,
        "check_fps": CHECK_FRAMES_PER_SECOND,
        "calibration_fps": CALIBRATION_FRAMES_PER_SECOND,
        "rules": [rule_sentence(rule, policy) for rule in policy.counted()],
        "muted": [_condition(event, policy) for event in policy.muted],
        "counts_absence": policy.rule(NO_FACE) is not None,
        "counts_faces": policy.rule(MULTIPLE_FACES) is not None,
        "looks_for_phones": policy.rule(PHONE_DETECTED) is not None,
        "asked": list(_asked(policy)),
        "keep": services.fields_for(exam),
        "practice_days": KEEP_PRACTICE_DAYS,
    }
    lines = [line.strip() for line in render_to_string(template, context).splitlines()]
    return "\n".join(line for line in lines if line) + "\n"


def _asked(policy: Policy) -> Iterator[str]:
    """What the page asks of the candidate, a sentence or two each."""
    recorded = (
        " That is written down, and nothing ends because of it." if policy.watched else " Nothing ends because of it."
    )
    if policy.require_fullscreen:
        yield (
            "The questions are shown in full screen. When you leave it, the page asks you to come back."
            f"{recorded} Where a browser cannot show full screen, as on an iPhone, you go on without."
        )
    if policy.restrict_clipboard:
        yield (
            "Copying, cutting, pasting and the context menu (the right mouse button) are switched off among the"
            " questions. Trying it changes nothing"
            + (", and that it was tried is written down." if policy.watched else ".")
        )


def _condition(event: str, policy: Policy) -> str:
    """In this exam: which signals mean that the page was left, and that copying is prevented."""
    if event == TAB_SWITCH and not policy.count_blurred:
        return "This page is hidden (by another tab, or with its window minimised)"
    if event == TAB_SWITCH and not policy.count_hidden:
        return "Another window is in front"
    if event == COPY_PASTE and policy.restrict_clipboard:
        return "You try to copy, cut or paste something on this page"
    return CONDITIONS[event]


def rule_sentence(rule: Rule, policy: Policy) -> str:
    """One row of the policy: "No face is in view for more than 2 seconds: 5 temporary points, and again …"."""
    held = f" for more than {_seconds(rule.hold_seconds)}" if rule.hold_seconds > 0 else ""
    lasting = "permanent" if rule.permanent else "temporary"
    points = f"{rule.delta} {lasting} {'point' if rule.delta == 1 else 'points'}"
    return f"{_condition(rule.event, policy)}{held}: {points}{_again(rule)}."


def _again(rule: Rule) -> str:
    """What is left counts once until one is back, what happens in an instant after a pause, the rest while it lasts."""
    if rule.event in USES_NO_COOLDOWN:
        return ""
    if rule.event in USES_NO_HOLD:
        return f", at most once in {_seconds(rule.cooldown_seconds)}" if rule.cooldown_seconds else ", each time"
    return f", and again after every further {_seconds(max(rule.hold_seconds, rule.cooldown_seconds))} of it"


def _seconds(number: float) -> str:
    return "1 second" if number == 1 else f"{number:g} seconds"
