"""What can be changed about an exam as a whole, and when it can be deleted: one answer for admin and API."""

from __future__ import annotations

from django.db import transaction

from exams.errors import WrongState
from exams.models import Exam
from exams.services.versions import locked

# They decide what an attempt's paper looks like, which stays as it was begun.
OF_THE_PAPER = frozenset({"shuffle_questions", "shuffle_options"})
BEGUN = "Candidates have begun, and the order of their questions stays as it is."


def fixed_settings(exam: Exam) -> frozenset[str]:
    """Fields of the exam that keep their values from now on."""
    return OF_THE_PAPER if exam.attempts.exists() else frozenset()


def why_kept(exam: Exam) -> str:
    """Why the exam cannot be deleted, in a sentence; empty when it can."""
    if exam.attempts.exists():
        return f"Candidates have begun “{exam}”, and their answers are kept. Archive it instead."
    if exam.state != Exam.State.DRAFT:
        return f"“{exam}” is {exam.get_state_display().lower()}. Only a draft is deleted; archive it instead."
    return ""


@transaction.atomic
def delete_exam(exam: Exam) -> None:
    """With its questions and enrolments. Raises WrongState for what candidates could see or have begun."""
    exam = locked(exam)
    if reason := why_kept(exam):
        raise WrongState(reason)
    exam.delete()
