"""What waits to be marked by people: by question, so that one person compares like with like."""

from __future__ import annotations

from dataclasses import dataclass
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
    """All questions of the user's exams that people mark, by exam; three queries. Archived exams while any wait."""
    by_people = Mark.objects.filter(
        Q(points__isnull=True) | Q(by__isnull=False, question__kind=Question.Kind.ESSAY),
        attempt__state=Attempt.State.SUBMITTED,
        attempt__exam__in=markable_exams(user),
    )
    elsewhere = Q(points__isnull=True, reserved_until__gt=timezone.now()) & ~Q(reserved_by=user.pk)
    rows = list(
        by_people.order_by()
        .values("attempt__exam", "question__uid")
        .annotate(
            waiting=Count("pk", filter=Q(points__isnull=True)),
            held=Count("pk", filter=elsewhere),
            marked=Count("pk", filter=Q(points__isnull=False)),
            newest=Max("question"),
        )
    )
    exams = Exam.objects.in_bulk([row["attempt__exam"] for row in rows])
    questions = Question.objects.in_bulk([row["newest"] for row in rows])
    queues = [
        Queue(exams[row["attempt__exam"]], questions[row["newest"]], row["waiting"], row["held"], row["marked"])
        for row in rows
    ]
    shown = [queue for queue in queues if queue.waiting or queue.exam.state != Exam.State.ARCHIVED]
    return sorted(
        shown, key=lambda queue: (queue.exam.title, queue.exam.pk, queue.question.position, queue.question.pk)
    )


def queue_of(user: User | AnonymousUser, exam: Exam, question: UUID) -> Queue | None:
    """None where nobody has answered such a question in words, whether or not it exists."""
    return next((each for each in queues_of(user) if (each.exam, each.question.uid) == (exam, question)), None)


def marked_by_people(exam: Exam, question: UUID) -> QuerySet[Mark]:
    """Newest first."""
    marks = Mark.objects.filter(attempt__exam=exam, question__uid=question, by__isnull=False, points__isnull=False)
    handed_in = marks.filter(attempt__state=Attempt.State.SUBMITTED)
    return handed_in.select_related("attempt__candidate", "by", "answer").order_by("-at", "-pk")


def answer_name(mark: Mark) -> str:
    """What an answer is called where nobody may know whose it is; another name for each question of an attempt."""
    return f"Answer {paper.rank(mark.attempt.seed, 'answer', mark.question_id)[:4].upper()}"
