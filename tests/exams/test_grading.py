"""Marks given by people: within bounds, with their history, and no answer to two people at once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils import timezone

from exams import results
from exams.errors import InvalidMark, MarkTaken
from exams.items import Item, Kind
from exams.models import Attempt, Exam, Mark, MarkChange, Role, User
from exams.services import grading
from tests import factories
from tests.exams import marked
from tests.exams.marked import RIGHT, handed_in

pytestmark = pytest.mark.django_db


def marker(exam: Exam, role: Role = Role.REVIEWER) -> User:
    return factories.user(role=role, at=exam.institution)


def give(mark: Mark, points: str, by: User | None = None, comment: str = "", seen: str | None = None) -> Mark:
    by = by or marker(mark.attempt.exam)
    return grading.give_mark(by=by, mark=mark, points=Decimal(points), comment=comment, seen=seen)


@pytest.mark.parametrize("points", ["0", "3.25", "5"])
def test_an_essay_gets_its_points_and_its_attempt_its_score(points: str) -> None:
    attempt = handed_in(marked.exam(), RIGHT)
    mark = give(marked.mark(attempt, "essay"), points, comment="Well said.")
    attempt.refresh_from_db()
    assert (mark.points, mark.automatic, mark.comment) == (Decimal(points), False, "Well said.")
    assert attempt.score == 13 + Decimal(points)
    assert attempt.marked_at == mark.at


@pytest.mark.parametrize("points", ["-0.25", "5.01", "1.234", "NaN", "Infinity", "1E+400"])
def test_points_beyond_the_questions_are_refused(points: str) -> None:
    mark = marked.mark(handed_in(marked.exam(), RIGHT), "essay")
    with pytest.raises(InvalidMark):
        give(mark, points)
    mark.refresh_from_db()
    assert mark.points is None


def test_a_comment_as_long_as_a_book_is_refused() -> None:
    with pytest.raises(InvalidMark, match="at most 5,000"):
        give(marked.mark(handed_in(marked.exam(), RIGHT), "essay"), "1", comment="x" * 5_001)


def test_every_change_is_kept_with_who_and_when() -> None:
    attempt = handed_in(marked.exam(), RIGHT)
    first, second = marker(attempt.exam), marker(attempt.exam, Role.AUTHOR)
    give(marked.mark(attempt, "essay"), "2", first)
    give(marked.mark(attempt, "essay"), "4.5", second, "On appeal.")
    give(marked.mark(attempt, "prime"), "1", second)
    kept = [(change.before, change.after, change.by, change.comment) for change in MarkChange.objects.order_by("pk")]
    assert kept == [(None, 2, first, ""), (2, Decimal("4.5"), second, "On appeal."), (2, 1, second, "")]


def test_giving_the_same_again_is_no_change() -> None:
    mark = marked.mark(handed_in(marked.exam(), RIGHT), "essay")
    by = marker(mark.attempt.exam)
    give(mark, "2", by)
    give(mark, "2.00", by)
    assert MarkChange.objects.count() == 1


def test_who_looked_at_an_older_mark_overwrites_nothing() -> None:
    mark = marked.mark(handed_in(marked.exam(), RIGHT), "essay")
    seen = grading.state_of(mark)
    given = give(mark, "2", seen=seen)
    with pytest.raises(MarkTaken):
        give(mark, "5", seen=seen)
    assert give(mark, "4", seen=grading.state_of(given)).points == 4


@pytest.mark.parametrize("role", [Role.PROCTOR, Role.CANDIDATE])
def test_those_who_do_not_mark_cannot(role: Role) -> None:
    mark = marked.mark(handed_in(marked.exam(), RIGHT), "essay")
    with pytest.raises(Mark.DoesNotExist):
        give(mark, "1", marker(mark.attempt.exam, role))


def test_marks_of_another_institution_do_not_exist() -> None:
    mark = marked.mark(handed_in(marked.exam(), RIGHT), "essay")
    with pytest.raises(Mark.DoesNotExist):
        give(mark, "1", factories.user(role=Role.ADMINISTRATOR))


def test_an_attempt_that_was_opened_again_is_not_marked_meanwhile() -> None:
    mark = marked.mark(handed_in(marked.exam(), RIGHT), "essay")
    by = marker(mark.attempt.exam)
    Attempt.objects.update(state=Attempt.State.RUNNING)
    with pytest.raises(Mark.DoesNotExist):
        give(mark, "1", by)
    assert not results.waiting(mark.attempt.exam).exists()


# ---- the queue ----


def queue(exam: Exam, by: User, after: Mark | None = None) -> Mark | None:
    return grading.reserve_next(by=by, exam=exam, question=marked.question(exam, "essay").uid, after=after)


def with_essays(count: int) -> Exam:
    exam = marked.exam(None, marked.PRIME, marked.ESSAY)
    for _ in range(count):
        handed_in(exam, {"essay": "Because."})
    return exam


def test_two_markers_get_two_answers_and_a_third_none_of_theirs() -> None:
    exam = with_essays(2)
    given = [queue(exam, marker(exam)) for _ in range(3)]
    assert given[0] is not None and given[1] is not None
    assert given[0] != given[1]
    assert given[2] is None


def test_who_comes_back_gets_the_same_answer() -> None:
    exam = with_essays(3)
    by = marker(exam)
    assert queue(exam, by) == queue(exam, by)


def test_an_answer_left_lying_is_given_to_somebody_else() -> None:
    exam = with_essays(1)
    first = queue(exam, marker(exam))
    Mark.objects.filter(reserved_by__isnull=False).update(reserved_until=timezone.now() - timedelta(seconds=1))
    assert first is not None
    assert queue(exam, marker(exam)) == first


def test_skipping_goes_once_round_all_answers() -> None:
    exam = with_essays(4)
    by, seen = marker(exam), []
    mark = queue(exam, by)
    for _ in range(4):
        assert mark is not None
        seen.append(mark.pk)
        mark = queue(exam, by, after=mark)
    assert len(set(seen)) == 4
    assert mark is not None and mark.pk == seen[0]
    assert Mark.objects.filter(reserved_by=by).count() == 1


def test_the_order_is_the_same_for_all_and_another_for_each_question() -> None:
    exam = marked.exam(None, marked.ESSAY, Item(Kind.ESSAY, "And 0?", name="zero"))
    for _ in range(6):
        handed_in(exam, {"essay": "Because.", "zero": "No."})

    def order(name: str) -> list[UUID]:
        by, uid = marker(exam), marked.question(exam, name).uid
        marks: list[UUID] = []
        mark = grading.reserve_next(by=by, exam=exam, question=uid)
        while mark is not None and mark.attempt_id not in marks:
            marks.append(mark.attempt_id)
            mark = grading.reserve_next(by=by, exam=exam, question=uid, after=mark)
        assert mark is not None
        grading.release(by=by, mark=mark)
        return marks

    first, again, other = order("essay"), order("essay"), order("zero")
    assert first == again
    assert sorted(map(str, first)) == sorted(map(str, other))


def test_marked_answers_leave_the_queue() -> None:
    exam = with_essays(2)
    by = marker(exam)
    for _ in range(2):
        mark = queue(exam, by)
        assert mark is not None
        give(mark, "1", by)
    assert queue(exam, by) is None
