"""Exams with one candidate each, so that no scenario meets another's attempt; made in the site's own database."""

from __future__ import annotations

from dataclasses import dataclass

from tests.server import Site

PASSWORD = "demo"
MAKE = """
from django.contrib.auth.hashers import make_password
from exams import services
from exams.models import Choice, Enrolment, Exam, Institution, Membership, Question, User
place = Institution.objects.get(name="Demo University")
known, answer = make_password({password!r}), []
for number in range({count}):
    exam = Exam.objects.create(institution=place, title=f"Browser exam {{number}}", state="published")
    version = services.draft_of(exam)
    section = version.sections.get()
    first = Question.objects.create(section=section, position=1, text="Which of these is a prime number?")
    Choice.objects.bulk_create(Choice(question=first, position=n, text=str(n), correct=n == 23) for n in (21, 23, 25))
    Question.objects.create(section=section, position=2, kind="essay", text="Why is 1 not called a prime number?")
    services.freeze(version)
    user = User.objects.create(
        username=f"sitter{{number}}", first_name="Sam", last_name=f"Sitter {{number}}", password=known
    )
    Membership.objects.create(user=user, institution=place, role="candidate")
    Enrolment.objects.create(exam=exam, candidate=user)
    answer.append([exam.pk, user.username])
"""


@dataclass(frozen=True, slots=True)
class Sitting:
    exam_id: int
    username: str


def make_sittings(site: Site, count: int) -> list[Sitting]:
    return [Sitting(*pair) for pair in site.ask(MAKE.format(count=count, password=PASSWORD))]
