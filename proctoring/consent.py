"""What a candidate agrees to, in words made from the exam's actual policy, and the record that they did.

The text is stored word for word under its SHA-256. When an exam's numbers change the words change, so the consent
given before no longer covers it and is asked for again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from exams.models import Exam, User
from proctoring import services
from proctoring.evidence.retention import KEEP_PRACTICE_DAYS
from proctoring.models import Consent, ConsentText, ExamPolicy
from proctoring.risk.policy import (
    COPY_PASTE,
    FULLSCREEN_LEFT,
    LOOKING_AWAY,
    MULTIPLE_FACES,
    NO_FACE,
    PHONE_DETECTED,
    SECOND_SCREEN,
    TAB_SWITCH,
    Rule,
)

VERSION = "1"  # of the template; the SHA-256 tells texts of one version apart

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


def current_text(exam: Exam | None) -> ConsentText:
    """The row of the current words, not yet saved when nobody has agreed to them so far."""
    words = _words(exam)
    sha256 = hashlib.sha256(words.encode()).hexdigest()
    stored = ConsentText.objects.filter(sha256=sha256).first()
    return stored or ConsentText(version=VERSION, sha256=sha256, text=words)


def consent_for(candidate: User, exam: Exam | None) -> Consent | None:
    """The candidate's consent to the current text, unless withdrawn."""
    return Consent.objects.filter(
        candidate=candidate, exam=exam, withdrawn_at__isnull=True, text__sha256=current_text(exam).sha256
    ).first()


def earlier_consent_for(candidate: User, exam: Exam | None) -> Consent | None:
    """A consent that is not withdrawn, whatever its text: there is one when the words have changed since."""
    return Consent.objects.filter(candidate=candidate, exam=exam, withdrawn_at__isnull=True).first()


@transaction.atomic
def give(candidate: User, exam: Exam | None, *, sha256: str | None = None) -> Consent:
    """Record consent to the current text. ``sha256`` names the text that was on the screen."""
    current = current_text(exam)
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


def _words(exam: Exam | None) -> str:
    policy = services.policy_for(exam)
    context = {
        "exam": exam,
        "institution": exam.institution if exam else None,
        "contact": (exam.institution.contact or exam.institution.name) if exam else "",
        "policy": policy,
        "rules": [rule_sentence(rule) for rule in policy.rules.values() if rule.enabled],
        "keep": (ExamPolicy.objects.filter(exam=exam).first() if exam else None) or ExamPolicy(),
        "practice_days": KEEP_PRACTICE_DAYS,
    }
    lines = [line.strip() for line in render_to_string("candidate/consent.txt", context).splitlines()]
    return "\n".join(line for line in lines if line) + "\n"


def rule_sentence(rule: Rule) -> str:
    """One row of the policy: "No face is in view for more than 2 seconds: 5 temporary points, and again …"."""
    held = f" for more than {_seconds(rule.hold_seconds)}" if rule.hold_seconds > 0 else ""
    lasting = "permanent" if rule.permanent else "temporary"
    points = f"{rule.delta} {lasting} {'point' if rule.delta == 1 else 'points'}"
    # Leaving the page counts once until one is back; everything else goes on counting while it lasts.
    pause = max(rule.hold_seconds, rule.cooldown_seconds)
    again = "" if rule.event == TAB_SWITCH else f", and again after every further {_seconds(pause)} of it"
    return f"{CONDITIONS[rule.event]}{held}: {points}{again}."


def _seconds(number: float) -> str:
    return "1 second" if number == 1 else f"{number:g} seconds"
