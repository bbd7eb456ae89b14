"""Results to take away, as CSV for a spreadsheet and as JSON for a program."""

from __future__ import annotations

import json
from typing import Any

from exams.models import Exam
from exams.plain_texts import in_one_line
from exams.reporting import COLUMNS, Given, marks_by_attempt, questions_in_order, records_of, rows_of
from exams.results import names_are_hidden
from exams.tables import BYTE_ORDER_MARK, table

LONGEST_HEADING = 60


def results_csv(exam: Exam) -> str:
    """A line for each attempt handed in, with the points of every question; empty where it was not asked or waits."""
    questions = questions_in_order(exam)
    marks = marks_by_attempt(exam)
    titles = [
        f"{place}. {question.name or in_one_line(question.text, longest=LONGEST_HEADING)}"
        for place, question in enumerate(questions, start=1)
    ]
    rows = rows_of(exam)
    lines = []
    for row, record in zip(rows, records_of(exam, rows), strict=True):
        given = marks.get(row.attempt.pk, {})
        points = [_points(given.get(question.uid)) for question in questions]
        lines.append(record | dict(zip(titles, points, strict=True)))
    return BYTE_ORDER_MARK + table([*COLUMNS, *titles], lines)


def results_json(exam: Exam) -> str:
    questions = questions_in_order(exam)
    marks = marks_by_attempt(exam)
    rows = rows_of(exam)
    hidden = names_are_hidden(exam)
    attempts = [
        record
        | {
            "id": None if hidden else str(row.attempt.pk),
            "marks": [
                {"question": str(question.uid)} | _mark(marks[row.attempt.pk][question.uid])
                for question in questions
                if question.uid in marks.get(row.attempt.pk, {})
            ],
        }
        for row, record in zip(rows, records_of(exam, rows), strict=True)
    ]
    content = {
        "exam": {
            "id": exam.pk,
            "title": exam.title,
            "passing_percent": exam.passing_percent,
            "counting": exam.counting,
        },
        "results_published_at": exam.results_published_at,
        "anonymous": hidden,
        "questions": [
            {
                "uid": str(question.uid),
                "kind": question.kind,
                "name": question.name,
                "text": question.text,
                "points": question.points,
            }
            for question in questions
        ],
        "attempts": attempts,
    }
    return json.dumps(content, ensure_ascii=False, default=_plain)


def _points(mark: Given | None) -> Any:
    return None if mark is None else mark.points


def _mark(mark: Given) -> dict[str, Any]:
    return {
        "points": mark.points,
        "maximum": mark.maximum,
        "automatic": mark.automatic,
        "marked_at": mark.at,
        "comment": mark.comment,
    }


def _plain(value: Any) -> Any:
    """Points as text, which keeps their decimals; moments in ISO 8601."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
