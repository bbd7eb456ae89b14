"""Shared people and things for tests: plain functions, each making rows with sensible defaults.

``people()`` gives the cast most tests need: those of one institution and a proctor of another.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import count
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet
from django.utils import timezone
from PIL import Image

from exams.lost import Patience
from exams.models import (
    Accommodation,
    Attempt,
    Choice,
    Enrolment,
    Exam,
    ExamVersion,
    Institution,
    Membership,
    Question,
    Role,
    RosterImport,
    Section,
    User,
)
from proctoring.models import Consent, ConsentText, ExamPolicy, Export, Session
from proctoring.observation import Box, Face, HeadPose, Observation, Quality
from proctoring.risk.policy import Policy

PASSWORD = "demo"
_numbers = count(1)


@cache
def _password_hash() -> str:
    """Made once: a slow hash for every person would be most of the tests' time."""
    return make_password(PASSWORD)


def institution(name: str = "", *, time_zone: str = "Europe/Berlin") -> Institution:
    number = next(_numbers)
    return Institution.objects.create(
        name=name or f"Institution {number}",
        slug=f"institution-{number}",
        time_zone=time_zone,
        contact="exams@example.org",
    )


def user(username: str = "", *, role: Role | str | None = None, at: Institution | None = None, **fields: Any) -> User:
    """Someone who signs in with the password "demo", with one role when given."""
    person = User(username=username or f"user{next(_numbers)}", **fields)
    person.password = _password_hash()
    person.save()
    if role is not None:
        Membership.objects.create(user=person, institution=at or institution(), role=role)
    return person


@dataclass(frozen=True, slots=True)
class People:
    """``foreign_*`` belong to ``other_institution``; everyone else to ``institution``."""

    institution: Institution
    other_institution: Institution
    superuser: User
    administrator: User
    proctor: User
    colleague: User
    reviewer: User
    author: User
    candidate: User
    other_candidate: User
    foreign_administrator: User
    foreign_proctor: User
    foreign_reviewer: User
    foreign_candidate: User


def people() -> People:
    here, there = institution(), institution()

    def member(name: str, role: Role, place: Institution, **fields: Any) -> User:
        staff = role != Role.CANDIDATE
        return user(f"{name}{next(_numbers)}", role=role, at=place, is_staff=staff, first_name=name.title(), **fields)

    return People(
        institution=here,
        other_institution=there,
        superuser=user(f"superuser{next(_numbers)}", is_staff=True, is_superuser=True),
        administrator=member("administrator", Role.ADMINISTRATOR, here),
        proctor=member("proctor", Role.PROCTOR, here),
        colleague=member("colleague", Role.PROCTOR, here),
        reviewer=member("reviewer", Role.REVIEWER, here),
        author=member("author", Role.AUTHOR, here),
        candidate=member("candidate", Role.CANDIDATE, here),
        other_candidate=member("other", Role.CANDIDATE, here),
        foreign_administrator=member("stranger", Role.ADMINISTRATOR, there),
        foreign_proctor=member("stranger", Role.PROCTOR, there),
        foreign_reviewer=member("stranger", Role.REVIEWER, there),
        foreign_candidate=member("stranger", Role.CANDIDATE, there),
    )


def exam(
    at: Institution | None = None, *, candidates: tuple[User, ...] = (), questions: bool = True, **fields: Any
) -> Exam:
    """A published exam without opening hours; with one single-choice and one text question unless told otherwise."""
    defaults: dict[str, Any] = {
        "title": f"Exam {next(_numbers)}",
        "state": Exam.State.PUBLISHED,
        "duration_minutes": 60,
    }
    made = Exam.objects.create(institution=at or institution(), **(defaults | fields))
    for candidate in candidates:
        Enrolment.objects.create(exam=made, candidate=candidate)
    frozen_at = None if made.state == Exam.State.DRAFT else timezone.now()
    Section.objects.create(version=ExamVersion.objects.create(exam=made, number=1, frozen_at=frozen_at))
    if questions:
        choice_question(made)
        text_question(made)
    return made


def section(of: Exam) -> Section:
    """The first of its newest version."""
    return Section.objects.filter(version__exam=of).order_by("-version__number", "position")[0]


def questions(of: Exam) -> QuerySet[Question]:
    """Of all its versions."""
    return Question.objects.filter(section__version__exam=of)


def choice_question(of: Exam, *, position: int = 1) -> Question:
    question = Question.objects.create(
        section=section(of),
        position=position,
        kind=Question.Kind.SINGLE_CHOICE,
        text="Which of these is a prime number?",
    )
    for place, (text, correct) in enumerate([("21", False), ("23", True), ("25", False)], start=1):
        Choice.objects.create(question=question, position=place, text=text, correct=correct)
    return question


def text_question(of: Exam, *, position: int = 2) -> Question:
    return Question.objects.create(
        section=section(of), position=position, kind=Question.Kind.ESSAY, text="Why is 1 not called a prime number?"
    )


# By kind: its choices, right ones first in the mind of a hurried author.
CHOICES: dict[str, list[dict[str, Any]]] = {
    Question.Kind.SINGLE_CHOICE: [{"text": "23", "correct": True}, {"text": "21"}, {"text": "25"}],
    Question.Kind.MULTIPLE_CHOICE: [{"text": "2", "correct": True}, {"text": "3", "correct": True}, {"text": "4"}],
    Question.Kind.SHORT_TEXT: [{"text": "Ada Lovelace"}, {"text": "Lovelace", "credit": Decimal(50)}],
    Question.Kind.MATCHING: [
        {"text": "France", "match": "Paris"},
        {"text": "Japan", "match": "Tokyo"},
        {"text": "", "match": "Oslo"},
    ],
    Question.Kind.ORDERING: [{"text": "one"}, {"text": "two"}, {"text": "three"}, {"text": "four"}],
}


def question(of: Exam, kind: str, *, position: int = 1, **fields: Any) -> Question:
    """Of any kind, with the choices such a question has, in the newest version's first section."""
    if kind == Question.Kind.NUMERIC:
        fields = {"number": Decimal("3.14"), "tolerance": Decimal("0.01")} | fields
    defaults = {"section": section(of), "position": position, "kind": kind, "text": f"A question: {kind}"}
    made = Question.objects.create(**(defaults | fields))
    for place, choice in enumerate(CHOICES.get(kind, []), start=1):
        Choice.objects.create(question=made, position=place, **choice)
    return made


def policy(of: Exam, **fields: Any) -> ExamPolicy:
    return ExamPolicy.objects.create(exam=of, **fields)


def accommodation(of: Exam, candidate: User, *, everywhere: bool = False, **fields: Any) -> Accommodation:
    """Granted for this exam, or for all of its institution's."""
    defaults = {"exam": None if everywhere else of, "reason": "A doctor's letter.", "granted_by": user()}
    return Accommodation.objects.create(institution=of.institution, candidate=candidate, **(defaults | fields))


def consent(candidate: User, of: Exam | None = None) -> Consent:
    """Consent to a text made for tests; use ``proctoring.consent.give`` where the current text matters."""
    words = "You agree to be watched."
    text, _ = ConsentText.objects.get_or_create(
        sha256=hashlib.sha256(words.encode()).hexdigest(), defaults={"version": "test", "text": words}
    )
    return Consent.objects.create(candidate=candidate, exam=of, text=text)


def attempt(of: Exam, candidate: User, **fields: Any) -> Attempt:
    return Attempt.objects.create(exam=of, candidate=candidate, **({"version": of.versions.all()[0]} | fields))


def session(of: Exam | None = None, candidate: User | None = None, **fields: Any) -> Session:
    """A session that is live, with an attempt when it is an exam's. Practice when there is no exam."""
    candidate = candidate or user()
    defaults: dict[str, Any] = {
        "kind": Session.Kind.EXAM if of else Session.Kind.PRACTICE,
        "state": Session.State.LIVE,
        "started_at": timezone.now(),
        "policy": Policy().as_dict(),
    }
    if of is not None and "attempt" not in fields:
        defaults["attempt"] = attempt(of, candidate, started_at=timezone.now())
    return Session.objects.create(exam=of, candidate=candidate, **(defaults | fields))


def ended_session(of: Exam, candidate: User | None = None, *, at: datetime, **fields: Any) -> Session:
    """One that ended at ``at``, its attempt submitted then."""
    candidate = candidate or user()
    sitting = attempt(of, candidate, started_at=at, submitted_at=at, state=Attempt.State.SUBMITTED)
    ending = {"state": Session.State.ENDED, "ended_at": at, "ended_by": Session.EndedBy.CANDIDATE, "created_at": at}
    return session(of, candidate, attempt=sitting, **(ending | fields))


Worked = TypeVar("Worked", bound=Export | RosterImport)


def silent(row: Worked, patience: Patience, state: str, seconds: int) -> Worked:
    """In ``state``, and not heard of for so much longer than is waited for: its process or its task is gone."""
    long_ago = timezone.now() - patience[state] - timedelta(seconds=seconds)
    type(row)._default_manager.filter(pk=row.pk).update(state=state, touched_at=long_ago)
    row.refresh_from_db()
    return row


def jpeg(*, width: int = 64, height: int = 48, shade: int = 128) -> bytes:
    """A small, valid picture of one colour; another ``shade`` gives other bytes."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (shade, shade, shade)).save(buffer, "JPEG", quality=70)
    return buffer.getvalue()


def observation(*, faces: int | None = 1, yaw: float = 0.0, phones: int | None = 0, **fields: Any) -> Observation:
    """What the detectors would have seen: ``faces`` faces, the first turned by ``yaw`` degrees."""
    quality = Quality(brightness=120.0, contrast=40.0, sharpness=200.0)
    box = Box(0.4, 0.3, 0.2, 0.3, 0.9)
    defaults: dict[str, Any] = {
        "width": 640,
        "height": 480,
        "quality": quality,
        "faces": None if faces is None else tuple(Face(box) for _ in range(faces)),
        "pose": HeadPose(yaw, 0.0, 0.0) if faces else None,
        "phones": None if phones is None else tuple(Box(0.1, 0.5, 0.1, 0.2, 0.8) for _ in range(phones)),
    }
    return Observation(**(defaults | fields))
