"""The one door to exams and attempts: who may see which."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from exams import paper
from exams.models import Answer, Attempt, Exam, ExamVersion, Question, Role, User
from exams.results import marks_of as marks_of


def exams_open_to(user: User) -> QuerySet[Exam]:
    """Exams the user is enrolled in and could sit now, whether or not they have handed theirs in."""
    return Exam.objects.open_at(timezone.now()).filter(enrolments__candidate=user).select_related("institution")


def exams_coming_up_for(user: User) -> QuerySet[Exam]:
    """Published exams the user is enrolled in that have yet to open, soonest first."""
    return (
        Exam.objects.filter(enrolments__candidate=user, state=Exam.State.PUBLISHED, opens_at__gt=timezone.now())
        .select_related("institution")
        .order_by("opens_at", "title")
    )


def enrolled_exam_for(user: User, exam_id: int) -> Exam:
    """Raises Exam.DoesNotExist when there is no such exam, it is a draft, or the user is not enrolled in it."""
    return (
        Exam.objects.select_related("institution")
        .exclude(state=Exam.State.DRAFT)
        .get(pk=exam_id, enrolments__candidate=user)
    )


def own_attempt_for(user: User | AnonymousUser, attempt_id: UUID) -> Attempt:
    """Raises Attempt.DoesNotExist for anybody else's attempt, as if there were none."""
    if not user.is_authenticated:
        raise Attempt.DoesNotExist
    return Attempt.objects.select_related("exam", "version").get(pk=attempt_id, candidate=user)


def own_attempts_by_exam(user: User, exams: Iterable[Exam]) -> dict[int, Attempt]:
    """The newest of each."""
    attempts = Attempt.objects.filter(candidate=user, exam__in=list(exams)).order_by("number")
    return {attempt.exam_id: attempt for attempt in attempts}


def attempts_used_up(user: User, exam: Exam) -> bool:
    """All attempts the exam allows are handed in."""
    handed_in = Attempt.objects.filter(exam=exam, candidate=user, state=Attempt.State.SUBMITTED)
    return handed_in.count() >= exam.attempts_allowed


def questions_of(version: ExamVersion) -> list[Question]:
    """In order, with their choices: two queries, however many there are."""
    questions = Question.objects.filter(section__version=version).select_related("section", "pool")
    return list(questions.order_by("section__position", "section", "position", "pk").prefetch_related("choices"))


def paper_of(attempt: Attempt) -> list[Question]:
    """The questions this attempt is asked, in its order, with their choices."""
    return paper.draw(attempt.seed, questions_of(attempt.version), shuffle=attempt.exam.shuffle_questions)


def current_answers(attempt: Attempt) -> dict[int, Answer]:
    """The newest revision of every answer, by question. Older ones, a text's many, stay in the database."""
    newest = attempt.answers.filter(question=OuterRef("question")).order_by("-revision").values("pk")[:1]
    return {answer.question_id: answer for answer in attempt.answers.filter(pk=Subquery(newest))}


def sits_exams(user: User) -> bool:
    """Whether the start page has anything for this user: candidates, and whoever was enrolled by hand."""
    return user.memberships.filter(role=Role.CANDIDATE).exists() or user.enrolments.exists()
