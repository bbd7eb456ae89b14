"""Reading marks and results: who may see whose, and what of them. Part of ``exams.selectors``, the one door."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef, QuerySet, Subquery

from exams.models import Answer, Attempt, Exam, ExamVersion, KeyCorrection, Mark, Membership, Role, User

MARKERS: frozenset[str] = frozenset({Role.ADMINISTRATOR, Role.AUTHOR, Role.REVIEWER})
RELEASERS: frozenset[str] = frozenset({Role.ADMINISTRATOR, Role.AUTHOR})


def exams_with_role(user: User | AnonymousUser, roles: Iterable[str]) -> QuerySet[Exam]:
    """Exams of the institutions in which the user holds one of ``roles``; all of them for a superuser."""
    if not isinstance(user, User) or not user.is_active:
        return Exam.objects.none()
    if user.is_superuser:
        return Exam.objects.all()
    held = Membership.objects.filter(user=user, role__in=list(roles))
    return Exam.objects.filter(institution__in=held.values("institution"))


def markable_exams(user: User | AnonymousUser) -> QuerySet[Exam]:
    """Exams whose answers the user may mark and whose results they may see. Proctors watch people; they do neither."""
    return exams_with_role(user, MARKERS)


def markable_exam(user: User | AnonymousUser, exam_id: int) -> Exam:
    """Raises Exam.DoesNotExist."""
    return markable_exams(user).select_related("institution").get(pk=exam_id)


def may_release(user: User | AnonymousUser, exam: Exam) -> bool:
    """Whether the user may publish the exam's results and correct its keys: administrators and authors."""
    return exams_with_role(user, RELEASERS).filter(pk=exam.pk).exists()


def mark_for(user: User | AnonymousUser, mark_id: int) -> Mark:
    """Raises Mark.DoesNotExist."""
    marks = Mark.objects.select_related("attempt__exam__institution", "question", "answer", "by")
    return marks.get(pk=mark_id, attempt__exam__in=markable_exams(user), attempt__state=Attempt.State.SUBMITTED)


def marks_of(attempt: Attempt) -> dict[int, Mark]:
    """By question; one query."""
    return {mark.question_id: mark for mark in attempt.marks.select_related("by")}


def answers_that_count(
    attempts: Sequence[Attempt], only: Iterable[int] | None = None
) -> dict[tuple[object, int], Answer]:
    """The newest revision of every answer that was in time (``only`` to these questions), by attempt and question; one
    query."""
    in_time = Answer.objects.filter(late=False, **({} if only is None else {"question__in": list(only)}))
    same = in_time.filter(attempt=OuterRef("attempt"), question=OuterRef("question"))
    newest = in_time.filter(attempt__in=attempts, pk=Subquery(same.order_by("-revision").values("pk")[:1]))
    return {(answer.attempt_id, answer.question_id): answer for answer in newest}


def everyone_has_full_points(version: ExamVersion | int) -> frozenset[int]:
    """Questions of the version whose newest correction says so, by number."""
    corrections = KeyCorrection.objects.filter(question__section__version=version).order_by("at", "pk")
    newest = dict(corrections.values_list("question", "everyone"))
    return frozenset(question for question, everyone in newest.items() if everyone)


def names_are_hidden(exam: Exam) -> bool:
    """Under anonymous marking nobody learns whose answers and scores are whose before the last answer is marked and
    the results are published."""
    return exam.anonymous_marking and (exam.results_published_at is None or waiting(exam).exists())


def waiting(exam: Exam) -> QuerySet[Mark]:
    """Answers of attempts handed in that a person has yet to mark."""
    return Mark.objects.filter(attempt__exam=exam, attempt__state=Attempt.State.SUBMITTED, points__isnull=True)


def passed(attempt: Attempt, exam: Exam) -> bool | None:
    """None while marks are missing, and where nobody passes or fails."""
    percent = percent_of(attempt)
    if exam.passing_percent is None or percent is None:
        return None
    assert attempt.score is not None and attempt.max_score is not None
    return attempt.score * 100 >= exam.passing_percent * attempt.max_score


def percent_of(attempt: Attempt) -> float | None:
    """The score's share of the points; None while marks are missing, or where no points were to be had."""
    if attempt.marked_at is None or attempt.score is None or not attempt.max_score:
        return None
    return float(attempt.score / attempt.max_score * 100)
