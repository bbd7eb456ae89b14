"""Many of everything, made in a few statements: for lists that ask the database no more for 300 rows than for 3."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from axes.models import AccessAttempt, AccessFailureLog
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from exams.models import (
    Accommodation,
    Answer,
    ApiToken,
    Attempt,
    Break,
    Choice,
    Enrolment,
    Exam,
    ExamVersion,
    Institution,
    Invitation,
    Mark,
    MarkingRun,
    Membership,
    Outage,
    Pool,
    Question,
    QuestionImport,
    Role,
    RosterImport,
    Section,
    TimeChange,
    User,
    WebhookDelivery,
    WebhookEndpoint,
)
from proctoring.models import (
    Event,
    EventVerdict,
    ExamPolicy,
    Export,
    PolicyPreset,
    ProctorAction,
    PurgeRecord,
    Session,
    SessionReview,
    Statement,
)
from tests import factories


@dataclass(slots=True)
class Crowd:
    """``grow()`` adds rows; all of them are ``staff``'s, who has every role at the one institution."""

    institution: Institution
    exam: Exam
    version: ExamVersion
    section: Section
    essay: Question
    staff: User
    attempt: Attempt
    session: Session
    size: int = 0

    def grow(self, to: int) -> None:
        numbers = range(self.size, to)
        self.size = to

        def make(model: type[Model], fields: Callable[[int], dict[str, Any]]) -> list[Any]:
            return model._default_manager.bulk_create(model(**fields(number)) for number in numbers)

        self._institution(make)
        self._questions(make)
        people = make(User, lambda n: {"username": f"crowd{n}", "first_name": "Crowd", "last_name": str(n)})
        self._sittings(make, dict(zip(numbers, people, strict=True)))
        if connection.vendor == "postgresql":
            # As its own housekeeping does a minute after so many rows came; before, it plans joins as for empty tables.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")

    def _institution(self, make: Any) -> None:
        now, here = timezone.now(), self.institution
        others = make(Institution, lambda n: {"name": f"Other {n}", "slug": f"other-{n}"})
        by_number = dict(zip(range(self.size - len(others), self.size), others, strict=True))
        make(PolicyPreset, lambda n: {"institution": by_number[n], "slug": "standard", "name": f"Standard {n}"})
        make(Group, lambda n: {"name": f"Group {n}"})
        make(Invitation, lambda n: {"institution": here, "email": f"{n}@a.b", "role": "candidate", "expires_at": now})
        make(ApiToken, lambda n: {"user": self.staff, "name": f"Key {n}", "digest": uuid4().hex * 2})
        hooks = make(WebhookEndpoint, lambda n: {"institution": here, "url": f"https://a.b/{n}", "events": []})
        make(WebhookDelivery, lambda n: {"endpoint": hooks[0], "event": "test", "payload": {}})
        make(
            RosterImport,
            lambda n: {"institution": here, "exam": self.exam, "by": self.staff, "file_name": f"{n}", "content": b""},
        )
        make(Outage, lambda n: {"began_at": now, "ended_at": now})
        make(AccessAttempt, lambda n: {"username": f"guess{n}", "failures_since_start": 1})
        make(AccessFailureLog, lambda n: {"username": f"guess{n}"})
        exams = make(Exam, lambda n: {"institution": here, "title": f"Exam {n}"})
        own = dict(zip(by_number, exams, strict=True))
        make(ExamVersion, lambda n: {"exam": own[n], "number": 1})
        make(ExamPolicy, lambda n: {"exam": own[n]})
        make(PurgeRecord, lambda n: {"exam": self.exam, "session_id_text": f"{n}", "what": "events", "count": 1})
        make(QuestionImport, lambda n: {"exam": self.exam, "by": self.staff, "file_name": f"{n}", "format": "gift"})
        make(MarkingRun, lambda n: {"exam": self.exam, "by": self.staff, "state": "done"})
        make(Export, lambda n: {"exam": self.exam, "requested_by": self.staff, "format": "csv"})

    def _questions(self, make: Any) -> None:
        make(Section, lambda n: {"version": self.version, "position": n + 2, "title": f"Section {n}"})
        make(Pool, lambda n: {"section": self.section, "name": f"Pool {n}", "draw": 1})
        questions = make(
            Question, lambda n: {"section": self.section, "kind": "single_choice", "text": f"Q{n}", "position": n + 2}
        )
        by_number = dict(zip(range(self.size - len(questions), self.size), questions, strict=True))
        choices = [make(Choice, lambda n: {"question": by_number[n], "text": "A", "correct": True}) for _ in "ab"]
        right = dict(zip(by_number, choices[0], strict=True))
        make(
            Answer,
            lambda n: {
                "attempt": self.attempt,
                "question": by_number[n],
                "revision": 1,
                "client_id": uuid4(),
                "value": {"choice": right[n].pk},
                "saved_at": timezone.now(),
            },
        )

    def _sittings(self, make: Any, people: dict[int, User]) -> None:
        now, exam = timezone.now(), self.exam
        make(Membership, lambda n: {"user": people[n], "institution": self.institution, "role": Role.CANDIDATE})
        make(Enrolment, lambda n: {"exam": exam, "candidate": people[n]})
        make(
            Accommodation,
            lambda n: {
                "institution": self.institution,
                "candidate": people[n],
                "exam": exam,
                "reason": "A letter.",
                "granted_by": self.staff,
                "break_minutes": 10,
            },
        )
        attempts = make(
            Attempt,
            lambda n: {
                "exam": exam,
                "candidate": people[n],
                "version": self.version,
                "state": "submitted",
                "started_at": now,
                "deadline": now + timedelta(hours=1),
                "submitted_at": now,
                "score": Decimal(n % 7),
                "max_score": Decimal(7),
            },
        )
        of = dict(zip(people, attempts, strict=True))
        make(Mark, lambda n: {"attempt": of[n], "question": self.essay, "maximum": 1, "automatic": False})
        make(Break, lambda n: {"attempt": of[n], "began_at": now, "ends_by": now, "ended_at": now})
        make(TimeChange, lambda n: {"attempt": of[n], "kind": "added", "seconds": 60, "reason": "other"})
        sessions = make(
            Session,
            lambda n: {
                "exam": exam,
                "candidate": people[n],
                "attempt": of[n],
                "state": "ended",
                "started_at": now,
                "ended_at": now,
                "risk_total": n,
            },
        )
        sat = dict(zip(people, sessions, strict=True))
        make(
            ProctorAction, lambda n: {"session": sat[n], "user": self.staff, "action": "end_attempt", "reason": "other"}
        )
        make(Statement, lambda n: {"session": sat[n], "text": "It was a poster.", "client_id": uuid4()})
        make(SessionReview, lambda n: {"session": sat[n], "outcome": "nothing", "by": self.staff})
        self._events(make, dict.fromkeys(people, self.session))
        self._events(make, sat)

    def _events(self, make: Any, of: dict[int, Session]) -> None:
        events = make(
            Event,
            lambda n: {
                "session": of[n],
                "sequence": n + 1,
                "name": "NO_FACE",
                "unix_ms": n,
                "sentence": "No face was in view.",
                "risk_delta": 5,
                "hash": "a" * 64,
            },
        )
        by_number = dict(zip(of, events, strict=True))
        make(EventVerdict, lambda n: {"event": by_number[n], "verdict": "confirmed", "by": self.staff})


def crowd() -> Crowd:
    """Nobody in it yet but the staff, and one who sits the exam under watch."""
    here = factories.institution()
    staff = factories.user(is_staff=True)
    Membership.objects.bulk_create(Membership(user=staff, institution=here, role=role) for role in Role)
    candidate = factories.user(role=Role.CANDIDATE, at=here)
    exam = factories.exam(here, candidates=(candidate,), questions=False)
    essay = factories.text_question(exam, position=1)
    attempt = factories.attempt(
        exam, candidate, started_at=timezone.now(), deadline=timezone.now() + timedelta(hours=1)
    )
    session = factories.session(exam, candidate, attempt=attempt)
    section = factories.section(exam)
    return Crowd(here, exam, section.version, section, essay, staff, attempt, session)
