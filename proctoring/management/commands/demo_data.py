"""`manage.py demo_data`: an institution, people and two exams to try everything with."""

from __future__ import annotations

import ipaddress
from functools import cached_property
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand
from django.db import transaction

from exams import demo
from exams import services as exam_services
from exams.models import Choice, Enrolment, Exam, Institution, Membership, Question, Role, Section, User
from proctoring import services
from proctoring.models import ExamPolicy

PASSWORD = "demo"  # noqa: S105 (for trying things out, and printed below)
EXAM = "Demo exam"

STAFF = (
    ("admin", "Ada", "Adler", None, "runs the site: everything, in all institutions"),
    ("administrator", "Ines", "Ivens", Role.ADMINISTRATOR, "runs Demo University: its people, exams and sessions"),
    ("proctor", "Paul", "Proctor", Role.PROCTOR, "watches live sessions and may stop them"),
    ("reviewer", "Rita", "Reviewer", Role.REVIEWER, "looks through sessions afterwards"),
    ("author", "Aylin", "Author", Role.AUTHOR, "writes exams, sees no session"),
)
CANDIDATES = (
    ("candidate1", "Chiara", "Conti"),
    ("candidate2", "Chidi", "Okafor"),
    ("candidate3", "Clara", "Lindqvist"),
    ("candidate4", "Cem", "Yılmaz"),
    ("candidate5", "Chloé", "Martin"),
)
# The right choice is marked with a star.
QUESTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "A train leaves Berlin at 09:40 and arrives in Hamburg at 11:25. How long does the journey take?",
        ("1 hour 25 minutes", "*1 hour 45 minutes", "1 hour 65 minutes", "2 hours 15 minutes"),
    ),
    (
        "Which of these statements about the mean and the median of a set of numbers is true?",
        (
            "They are always equal.",
            "The mean is never larger than the median.",
            "*One very large number changes the mean more than the median.",
            "The median is the number that occurs most often.",
        ),
    ),
    (
        "Explain in two or three sentences why the sky looks blue by day and red at sunset.",
        (),
    ),
    (
        "A shop lowers a price by 20 % and later raises the new price by 20 %. "
        "Is the price what it was before? Show how you know.",
        (),
    ),
)


class Command(BaseCommand):
    help = "Makes the demo institution, people, exams and questions; what is there already is left as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            institution, _ = Institution.objects.get_or_create(
                slug="demo-university",
                defaults={
                    "name": "Demo University",
                    "time_zone": "Europe/Berlin",
                    "contact": "the examination office (exams@demo.example)",
                },
            )
            services.ensure_presets(institution)
            self._make_staff(institution)
            exam = self._make_exam(institution)
            kinds, _ = demo.make_exam(institution)
            for username, first, last in CANDIDATES:
                candidate = self._person(username, first, last)
                Membership.objects.get_or_create(user=candidate, institution=institution, role=Role.CANDIDATE)
                for each in (exam, kinds):
                    Enrolment.objects.get_or_create(exam=each, candidate=candidate)
        self._print_logins(exam, kinds)

    @cached_property
    def _known(self) -> str:
        """Hashed once: it is slow on purpose, and nobody's secret here."""
        return make_password(PASSWORD)

    def _make_staff(self, institution: Institution) -> None:
        for username, first, last, role, _ in STAFF:
            person = self._person(username, first, last, is_staff=True, is_superuser=role is None)
            if role is not None:
                Membership.objects.get_or_create(user=person, institution=institution, role=role)

    def _person(self, username: str, first: str, last: str, **fields: bool) -> User:
        person, made = User.objects.get_or_create(
            username=username, defaults={"first_name": first, "last_name": last, **fields}
        )
        if made:
            person.password = self._known
            person.save(update_fields=["password"])
        return person

    def _make_exam(self, institution: Institution) -> Exam:
        exam, made = Exam.objects.get_or_create(
            institution=institution,
            title=EXAM,
            defaults={
                "state": Exam.State.PUBLISHED,
                "duration_minutes": 60,
                "instructions": "Answer all four questions. You may use paper and a pen; books and phones stay closed.",
            },
        )
        if made:
            ExamPolicy.objects.create(exam=exam, preset=institution.policy_presets.get(slug="standard"))
            version = exam_services.draft_of(exam)
            for position, (text, choices) in enumerate(QUESTIONS, start=1):
                self._make_question(version.sections.get(), position, text, choices)
            exam_services.freeze(version)
        return exam

    def _make_question(self, section: Section, position: int, text: str, choices: tuple[str, ...]) -> None:
        kind = Question.Kind.SINGLE_CHOICE if choices else Question.Kind.ESSAY
        question = Question.objects.create(section=section, position=position, kind=kind, text=text)
        Choice.objects.bulk_create(
            Choice(question=question, position=place, text=choice.lstrip("*"), correct=choice.startswith("*"))
            for place, choice in enumerate(choices, start=1)
        )

    def _print_logins(self, *exams: Exam) -> None:
        rows = [(username, what) for username, _, _, _, what in STAFF]
        rows.append(
            (
                f"{CANDIDATES[0][0]} … {CANDIDATES[-1][0]}",
                f"enrolled in {' and '.join(f'“{exam.title}”' for exam in exams)}",
            )
        )
        width = max(len(username) for username, _ in rows)
        self.stdout.write(f"Demo logins, all with the password “{PASSWORD}”:")
        for username, what in rows:
            self.stdout.write(f"  {username:<{width}}  {what}")


def is_open_to_others(host: str) -> bool:
    """Whether other machines reach a site at ``host`` where the demo's superuser still has the password all know."""
    try:
        if ipaddress.ip_address(host).is_loopback:
            return False
    except ValueError:
        if host == "localhost":
            return False
    admin = User.objects.filter(username="admin", is_active=True, is_superuser=True).first()
    return admin is not None and admin.check_password(PASSWORD)
