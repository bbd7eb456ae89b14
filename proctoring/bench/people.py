"""The simulated candidates: users, consents and sessions in the demo exam, calibrated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from django.contrib.auth.hashers import make_password

from exams.models import Enrolment, Exam, Membership, Role, User
from proctoring import consent, services
from proctoring.bench.load import Seat
from proctoring.bench.material import Show
from proctoring.models import Session
from proctoring.replay.signin import signed_in


@contextmanager
def seated(count: int, *, exam: Exam, shows: Sequence[Show], calibration: dict[str, Any]) -> Iterator[list[Seat]]:
    """``count`` signed-in candidates with a session each, the clips dealt out in turn."""
    with ExitStack() as stack:
        seats = []
        for number in range(count):
            candidate = make_candidate(number, exam)
            consent.give(candidate, exam)
            session = services.begin_session(candidate=candidate, exam=exam, kind=Session.Kind.EXAM)
            Session.objects.filter(pk=session.pk).update(calibration=calibration)
            cookie = stack.enter_context(signed_in(candidate))
            seats.append(Seat(session.pk, cookie, shows[number % len(shows)]))
        yield seats


def make_candidate(number: int, exam: Exam) -> User:
    candidate, _ = User.objects.get_or_create(username=f"bench{number:03}", defaults={"password": make_password(None)})
    Membership.objects.get_or_create(user=candidate, institution=exam.institution, role=Role.CANDIDATE)
    Enrolment.objects.get_or_create(exam=exam, candidate=candidate)
    return candidate
