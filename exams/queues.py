"""What waits to be marked by people: by question, so that one person compares like with like."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from exams import paper
from exams.models import Attempt, Exam, Mark, Question, User
from exams.results import markable_exams


@dataclass(frozen=True, slots=True)
class Queue:
    exam: Exam
    question: Question  # as it stands in the newest version somebody answered
    waiting: int
    held: int  # of these, by others who are marking now
    marked: int


def queues_of(user: User | AnonymousUser) -> list[Queue]:
    """All questions of the user's exams that people mark, by exam; four queries. Archived exams while any wait."""
    found = _counted(user, Mark.objects.filter(attempt__exam__in=markable_exams(user)))
    shown = [queue for queue in found if queue.waiting or queue.exam.state != Exam.State.ARCHIVED]
    return sorted(shown, key=lambda each: (each.exam.title, each.exam.pk, each.question.position, each.question.pk))


def queue_of(user: User | AnonymousUser, exam: Exam, question: UUID) -> Queue | None:
    """None where nobody has answered such a question in words, whether or not it exists."""
    marks = Mark.objects.filter(attempt__exam=exam, attempt__exam__in=markable_exams(user), question__uid=question)
    return next(iter(_counted(user, marks)), None)


def _counted(user: User | AnonymousUser, marks: QuerySet[Mark]) -> list[Queue]:
    """What waits and what people marked are asked for one after the other: each has its index, both together none."""
    handed_in = marks.filter(attempt__state=Attempt.State.SUBMITTED).order_by()
    elsewhere = Q(reserved_until__gt=timezone.now()) & ~Q(reserved_by=user.pk)
    waiting = _by_question(handed_in.filter(points__isnull=True), held=Count("pk", filter=elsewhere))
    by_people = handed_in.filter(by__isnull=False, points__isnull=False, question__kind=Question.Kind.ESSAY)
    marked = _by_question(by_people)
    newest = {
        place: max(each.get(place, {}).get("newest", 0) for each in (waiting, marked)) for place in waiting | marked
    }
    exams = Exam.objects.in_bulk([exam for exam, _ in newest])
    questions = Question.objects.in_bulk(list(newest.values()))
    return [
        Queue(
            exam=exams[place[0]],
            question=questions[number],
            waiting=waiting.get(place, {}).get("count", 0),
            held=waiting.get(place, {}).get("held", 0),
            marked=marked.get(place, {}).get("count", 0),
        )
        for place, number in newest.items()
    ]


def _by_question(marks: QuerySet[Mark], **more: Count) -> dict[tuple[int, UUID], dict[str, Any]]:
    rows: Iterable[Any] = marks.values("attempt__exam", "question__uid").annotate(
        count=Count("pk"), newest=Max("question"), **more
    )
    return {(row.pop("attempt__exam"), row.pop("question__uid")): row for row in rows}


def marked_by_people(exam: Exam, question: UUID) -> QuerySet[Mark]:
    """Newest first."""
    marks = Mark.objects.filter(attempt__exam=exam, question__uid=question, by__isnull=False, points__isnull=False)
    handed_in = marks.filter(attempt__state=Attempt.State.SUBMITTED)
    return handed_in.select_related("attempt__candidate", "by", "answer").order_by("-at", "-pk")


def answer_name(mark: Mark) -> str:
    """What an answer is called where nobody may know whose it is; another name for each question of an attempt."""
    return f"Answer {paper.rank(mark.attempt.seed, 'answer', mark.question_id)[:4].upper()}"
