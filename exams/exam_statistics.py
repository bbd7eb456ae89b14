"""An exam's statistics from its marks: each question across all versions, its options, and the scores.

Of each candidate's attempts handed in the one counts that the exam says; of it what is marked so far.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import CharField, FloatField
from django.db.models.functions import Cast

from exams import statistics
from exams.counting import not_counting
from exams.items import Kind
from exams.models import Attempt, Choice, Exam, Mark, Question
from exams.reporting import questions_in_order
from exams.services.correcting import CORRECTABLE
from exams.statistics import Bin, Marks, OptionFigures, Point, QuestionFigures, Summary

FEW = 10  # attempts: below, what stands out is chance more often than not
NOT_ANSWERED = "(no answer)"
CHOOSING = (Question.Kind.SINGLE_CHOICE, Question.Kind.MULTIPLE_CHOICE)
_ATTEMPT = Cast("attempt_id", CharField())
_FIGURES = ("points", "maximum")
NO_OPTION = OptionFigures(0, 0.0, None)


@dataclass(frozen=True, slots=True)
class OptionRow:
    text: str
    right: bool
    figures: OptionFigures


@dataclass(frozen=True, slots=True)
class QuestionRow:
    number: int
    question: Question
    figures: QuestionFigures
    options: list[OptionRow]

    @property
    def title(self) -> str:
        return self.question.name or self.question.text[:80]

    @property
    def remark(self) -> str:
        """What an author should look at, in words; empty where nothing stands out, or attempts are too few to say."""
        if self.figures.count < FEW:
            return ""
        difficulty, discrimination = self.figures.difficulty, self.figures.discrimination
        if discrimination is not None and discrimination < 0:
            look = "see how it was marked" if self.question.kind == Question.Kind.ESSAY else "check the key"
            return f"Better candidates did worse here: {look}."
        if discrimination is not None and discrimination < 0.1:
            return "Hardly tells good candidates from others."
        if difficulty is not None and difficulty < 0.2:
            return "Very hard."
        if difficulty is not None and difficulty > 0.95:
            return "Nearly everyone has it right."
        return ""

    @property
    def has_key(self) -> bool:
        """Whether there is one to put right; else all that helps is giving everyone full points."""
        return Kind(self.question.kind) in CORRECTABLE


class ExamStatistics:
    """Seven queries, whatever is asked of it."""

    def __init__(self, exam: Exam) -> None:
        self.exam = exam
        self._left_out = not_counting(exam)
        handed_in = Mark.objects.filter(attempt__exam=exam, attempt__state=Attempt.State.SUBMITTED)
        if self._left_out:
            handed_in = handed_in.exclude(attempt__in=self._left_out)
        self._given = handed_in.filter(points__isnull=False).order_by()
        self._in_order = questions_in_order(exam)
        # Of each question in any version, the number of the one that stands for it. Numbers and texts are compared and
        # made ten times faster than UUIDs, of which there would be hundreds of thousands.
        newest = {question.uid: question.pk for question in self._in_order}
        versions = Question.objects.filter(section__version__exam=exam, uid__in=list(newest)).order_by()
        self._newest = {key: newest[uid] for key, uid in versions.values_list("pk", "uid")}
        points = self._given.values_list(_ATTEMPT, "question_id", *(Cast(name, FloatField()) for name in _FIGURES))
        self.marks: Marks[str, int] = Marks(
            Point(attempt, self._newest[question], earned, of)
            for attempt, question, earned, of in points.iterator(5000)
        )

    @cached_property
    def percents(self) -> list[float]:
        """Of attempts whose marks are complete."""
        done = self.exam.attempts.filter(state=Attempt.State.SUBMITTED, marked_at__isnull=False, max_score__gt=0)
        if self._left_out:
            done = done.exclude(pk__in=self._left_out)
        scores = done.values_list(Cast("score", FloatField()), Cast("max_score", FloatField()))
        return [100 * score / of for score, of in scores]

    @cached_property
    def summary(self) -> Summary | None:
        return statistics.summary(self.percents)

    @cached_property
    def distribution(self) -> list[Bin]:
        return statistics.distribution(self.percents)

    @cached_property
    def alpha(self) -> float | None:
        return self.marks.alpha()

    @property
    def error_of_measurement(self) -> float | None:
        """In percent of the points."""
        return statistics.error_of_measurement(self.summary.deviation if self.summary else None, self.alpha)

    @cached_property
    def questions(self) -> list[QuestionRow]:
        figures = self.marks.figures()
        chosen = self._chosen()
        return [
            QuestionRow(number, question, found, self._options(question, chosen.get(question.pk, {})))
            for number, question in enumerate(self._in_order, start=1)
            if (found := figures.get(question.pk)) is not None
        ]

    def _chosen(self) -> dict[int, dict[str, list[str]]]:
        """The texts of chosen options, by question and attempt: those of all versions that read the same are one."""
        choosing = self._given.filter(question__kind__in=CHOOSING, attempt__answers_deleted_at__isnull=True)
        options = Choice.objects.filter(question__in=list(self._newest), question__kind__in=CHOOSING).order_by()
        texts = dict(options.values_list("pk", "text"))
        found: dict[int, dict[str, list[str]]] = {}
        for attempt, question, value in choosing.values_list(_ATTEMPT, "question_id", "answer__value").iterator(5000):
            named = [texts[key] for key in _named(value) if key in texts]
            found.setdefault(self._newest[question], {})[attempt] = named or [NOT_ANSWERED]
        return found

    def _options(self, question: Question, chosen: dict[str, list[str]]) -> list[OptionRow]:
        if question.kind not in CHOOSING:
            return []
        figures = self.marks.options(question.pk, chosen)
        rows = [
            OptionRow(choice.text, _right(choice), figures.pop(choice.text, NO_OPTION))
            for choice in question.choices.all()
        ]
        silent = figures.pop(NOT_ANSWERED, None)
        rows += [OptionRow(f"{text} (in another version)", False, left) for text, left in figures.items()]
        return rows if silent is None else [*rows, OptionRow("No answer", False, silent)]


def _named(value: Any) -> list[int]:
    if not isinstance(value, dict):
        return []
    return value.get("choices") or [value.get("choice")]


def _right(choice: Choice) -> bool:
    return choice.correct if choice.credit is None else choice.credit > 0
