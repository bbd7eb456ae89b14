"""What keeps an exam from being published, each with the question and the field to put right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from exams import items, selectors
from exams.commonmark import pictures_in
from exams.item_of import item_of
from exams.models import Exam, ExamVersion, Pool, Question


@dataclass(frozen=True, slots=True)
class Obstacle:
    """``where`` in words; ``field`` of the exam, or of the question or pool whose number is given."""

    message: str
    field: str
    where: str = ""
    question: int | None = None
    pool: int | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


def obstacles_to_publishing(exam: Exam, version: ExamVersion | None) -> list[Obstacle]:
    return [*window_obstacles(exam), *question_obstacles(version)]


def window_obstacles(exam: Exam) -> list[Obstacle]:
    found = []
    if exam.opens_at and exam.closes_at and exam.opens_at >= exam.closes_at:
        found.append(Obstacle("The exam must close after it opens.", "closes_at"))
    if exam.closes_at and exam.closes_at <= timezone.now():
        found.append(Obstacle("The closing time has passed, so nobody could begin. Give a later one.", "closes_at"))
    if exam.duration_minutes < 1:
        found.append(Obstacle("Give at least one minute.", "duration_minutes"))
    return found


def question_obstacles(version: ExamVersion | None) -> list[Obstacle]:
    questions = [] if version is None else selectors.questions_of(version)
    if version is None or not questions:
        return [Obstacle("There is no question yet. Add at least one.", "questions")]
    found = []
    pictures = set(version.exam.pictures.values_list("pk", flat=True))
    for number, question in enumerate(questions, start=1):
        item = item_of(question)
        for problem in [*items.check(item), *_missing_pictures(item, pictures)]:
            found.append(Obstacle(problem.message, problem.field, named(number, question), question=question.pk))
    sizes: dict[int | None, int] = {}
    for question in questions:
        sizes[question.pool_id] = sizes.get(question.pool_id, 0) + 1
    for pool in Pool.objects.filter(section__version=version).select_related("section"):
        if pool.draw > (size := sizes.get(pool.pk, 0)):
            holds = f"{size} question{'s' * (size != 1)}" if size else "no question"
            found.append(Obstacle(_pool_sentence(pool.draw, holds), "draw", f"Pool “{pool.name}”", pool=pool.pk))
    return found


def _missing_pictures(item: items.Item, there: set[UUID]) -> Iterator[items.Problem]:
    sentence = "It shows a picture that the exam does not have. Upload it, or take it out of the text."
    for field, text in (("text", item.text), ("feedback", item.feedback)):
        if pictures_in(text) - there:
            yield items.Problem(field, sentence)
    for place, choice in enumerate(item.choices):
        if pictures_in(f"{choice.text} {choice.match} {choice.feedback}") - there:
            yield items.Problem(f"choices.{place}", sentence)


def named(number: int, question: Question) -> str:
    """How authors find the question: its number in the whole exam, and its name or how its text begins."""
    begin = question.name or " ".join(question.text.split())
    return f"Question {number} “{begin if len(begin) <= 50 else begin[:49] + '…'}”"


def _pool_sentence(draw: int, holds: str) -> str:
    return f"It draws {draw} but holds {holds}. Add questions to it, or draw fewer."
