"""The exam that is soaked: its candidates with a session each, and a proctor, all of them signed in."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password

from exams import services as exam_services
from exams.models import Exam, Institution, Membership, Role, User
from exams.services import states
from proctoring import consent, services
from proctoring.load.exam import items, seat, sign_in
from proctoring.models import ExamPolicy, Session

HOURS = 24
QUESTIONS = 4


@dataclass(frozen=True, slots=True)
class Seat:
    """A candidate's session, and the ``Cookie`` header of who may connect to it."""

    session_id: UUID
    cookie: str


@dataclass(frozen=True, slots=True)
class Stage:
    exam_id: int
    proctor: str  # their Cookie header, as the administrator's, who may read the figures
    administrator: str
    seats: tuple[Seat, ...]

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Stage:
        seats = (Seat(UUID(str(each["session_id"])), each["cookie"]) for each in data["seats"])
        return cls(**{**data, "seats": tuple(seats)})

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def prepare(candidates: int, *, fps: float, calibration: dict[str, Any]) -> Stage:
    """An exam of an institution of its own, looked at ``fps`` times a second; nobody has started yet."""
    institution = Institution.objects.create(name="University of the long run", slug="soak", time_zone="Europe/Berlin")
    exam = Exam.objects.create(institution=institution, title="Exam of the long run", duration_minutes=HOURS * 60)
    ExamPolicy.objects.create(exam=exam, frames_per_second=fps)
    section = exam_services.draft_of(exam).sections.get()
    for position, item in enumerate(islice(items(), QUESTIONS), 1):
        exam_services.write_item(section, item, position)
    exam = states.publish(exam, by=None)
    places = seat(exam, candidates)
    seats = []
    for place in places:
        candidate = User.objects.get(pk=place.user_id)
        consent.give(candidate, exam)
        session = services.begin_session(candidate=candidate, exam=exam, kind=Session.Kind.EXAM)
        Session.objects.filter(pk=session.pk).update(calibration=calibration)
        seats.append(Seat(session.pk, place.cookie))
    nobody_knows = make_password(None)
    proctor = User.objects.create(username="soak-proctor", password=nobody_knows)
    Membership.objects.create(user=proctor, institution=institution, role=Role.PROCTOR)
    administrator = User.objects.create(username="soak-admin", password=nobody_knows, is_superuser=True)
    staff = [place.cookie for place in sign_in([proctor, administrator])]
    return Stage(exam.pk, proctor=staff[0], administrator=staff[1], seats=tuple(seats))
