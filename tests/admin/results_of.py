"""An exam with results, and the addresses of its pages."""

from __future__ import annotations

from typing import Any

from exams.models import Exam, Membership
from tests import factories
from tests.exams import marked
from tests.exams.marked import RIGHT
from tests.factories import People


def person(people: People, name: str, reference: str = "") -> Any:
    first, _, last = name.partition(" ")
    made = factories.user(role="candidate", at=people.institution, first_name=first, last_name=last)
    Membership.objects.filter(user=made).update(reference=reference)
    return made


def exam_of(people: People, *answers: dict[str, Any], **fields: Any) -> Exam:
    """With one attempt for each of ``answers``, by Abel, Beth, Cleo …"""
    exam = marked.exam(people.institution, marked.PRIME, marked.EVEN, marked.PI, **({"passing_percent": 50} | fields))
    names = ("Abel Quimby", "Beth Quimby", "Cleo Quimby", "Dana Quimby", "Ezra Quimby")
    for number, said in enumerate(answers):
        marked.handed_in(exam, said, person(people, names[number], f"M{number}"))
    return exam


ALL_RIGHT = {name: RIGHT[name] for name in ("prime", "even", "pi")}
HALF = {"even": ["2", "4"]}
THREE: tuple[dict[str, Any], ...] = (HALF, ALL_RIGHT, {})


def url_of(exam: Exam, page: str = "", **fields: Any) -> str:
    attempt = exam.attempts.first()
    named = {"attempt": attempt and attempt.pk, "question": marked.question(exam, "prime").pk}
    return f"/admin/exams/exam/{exam.pk}/results/{page.format(**(named | fields))}"


def text(answer: Any) -> str:
    return str(answer.content.decode("utf-8-sig"))
