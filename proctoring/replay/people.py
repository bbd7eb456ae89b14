"""Whose sitting is replayed: the exam and candidate, their consent, and a session of kind “replay”."""

from __future__ import annotations

from exams.models import Exam, User
from proctoring import services
from proctoring.models import Session

DEMO_EXAM = "Demo exam"
DEMO_CANDIDATE = "candidate1"


class NotFound(Exception):
    """The exam or the candidate named does not exist; the message says what to do."""


def find_exam(number: int | None) -> Exam:
    try:
        if number is None:
            return Exam.objects.get(title=DEMO_EXAM)
        return Exam.objects.get(pk=number)
    except Exam.DoesNotExist:
        if number is None:
            raise NotFound(f"There is no exam “{DEMO_EXAM}”. Make it with: manage.py demo_data") from None
        known = ", ".join(f"{exam.pk} ({exam.title})" for exam in Exam.objects.order_by("pk")[:10])
        raise NotFound(f"There is no exam {number}. The exams are: {known or 'none yet'}.") from None


def find_candidate(username: str | None, exam: Exam) -> User:
    try:
        candidate = User.objects.get(username=username or DEMO_CANDIDATE)
    except User.DoesNotExist:
        raise NotFound(f"There is no user “{username or DEMO_CANDIDATE}”.") from None
    if not exam.enrolments.filter(candidate=candidate).exists():
        raise NotFound(f"{candidate.username} is not enrolled in “{exam}”. Enrol them, or name another --candidate.")
    return candidate


def begin(*, candidate: User, exam: Exam) -> Session:
    """A new session. It needs no consent: nobody sits in front of a camera."""
    return services.begin_session(candidate=candidate, exam=exam, kind=Session.Kind.REPLAY)
