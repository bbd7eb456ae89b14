"""What the database is asked for while an exam is sat, through the pages and the API."""

from __future__ import annotations

from proctoring.load.exam import QUESTIONS, make_exam, seat
from proctoring.load.queries import per_request


def test_a_save_asks_the_database_the_same_whatever_the_question_and_whoever_saves(db: None) -> None:
    exam = make_exam()
    first, second = (per_request(place, exam_id=exam.pk) for place in seat(exam, 2))
    kinds = [name for name in first if name.startswith("save ")]
    assert len(kinds) == 7 <= QUESTIONS
    # The session, who it is, the attempt, what is there already, and the new row; between two marks of a transaction.
    assert {name: first[name] for name in kinds} == dict.fromkeys(kinds, 7)
    assert {name: second[name] for name in first if name != "read attempt"} == {
        name: count for name, count in first.items() if name != "read attempt"
    }
    assert second["read attempt"] == first["read attempt"] - 2  # the questions are read once
