"""The form of a question: its addresses, and what the browser posts."""

from __future__ import annotations

from typing import Any

from exams.items import Kind
from exams.models import Exam, Question, Section

LIST = "/admin/exams/question/"
ADD = f"{LIST}add/"


def add_url(exam: Exam, kind: str = "single_choice", **query: Any) -> str:
    return f"{ADD}?" + "&".join(f"{name}={value}" for name, value in {"exam": exam.pk, "kind": kind, **query}.items())


def change_url(question: Question, query: str = "") -> str:
    return f"{LIST}{question.pk}/change/{query}"


def form(section: Section, choices: list[dict[str, Any]] | None = None, **fields: Any) -> dict[str, Any]:
    """What the browser posts: ``choices`` as rows, those with an id being there already."""
    data: dict[str, Any] = {"text": "Which?", "points": "1", "penalty": "0", "place": f"s{section.pk}", "position": ""}
    data |= {"shuffle": "on", "tolerance": "0"} | fields
    if choices is not None:
        there = [choice for choice in choices if "id" in choice]
        data |= {"choices-TOTAL_FORMS": len(choices), "choices-INITIAL_FORMS": len(there)}
        for number, choice in enumerate(choices):
            data |= {f"choices-{number}-{name}": value for name, value in choice.items()}
    return data


OPTIONS = [{"text": "21"}, {"text": "23", "correct": "on"}]
RIGHT: dict[Kind, dict[str, Any]] = {
    Kind.SINGLE_CHOICE: {"choices": OPTIONS},
    Kind.MULTIPLE_CHOICE: {"choices": [{"text": "2", "correct": "on", "credit": "50"}, {"text": "3"}]},
    Kind.NUMERIC: {"number": "3.14", "tolerance": "0.005"},
    Kind.SHORT_TEXT: {"choices": [{"text": "Kyiv"}, {"text": "Kiev", "credit": "50"}], "case_sensitive": "on"},
    Kind.ESSAY: {"guidance": "Look for reasons."},
    Kind.MATCHING: {"choices": [{"text": "a", "match": "A"}, {"text": "b", "match": "B"}, {"match": "Z"}]},
    Kind.ORDERING: {"choices": [{"text": "one"}, {"text": "two"}]},
}
