"""Where questions and sections stand, what a paper is worth, and exams made of others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams import authored, selectors
from exams.errors import VersionFrozen, WrongState
from exams.glance import glance
from exams.models import Exam, ExamVersion, Pool, Question, QuestionPicture, Section
from exams.services import authoring
from tests import factories

pytestmark = pytest.mark.django_db


def draft(texts: str = "abc") -> Section:
    """A section with one essay a letter, at places with gaps between them."""
    section = factories.section(factories.exam(state=Exam.State.DRAFT, questions=False))
    for number, text in enumerate(texts):
        Question.objects.create(section=section, position=10 + 2 * number, kind="essay", text=text)
    return section


def order(section: Section) -> str:
    return "".join(section.questions.values_list("text", flat=True))


def of(section: Section, text: str) -> Question:
    return section.questions.get(text=text)


@pytest.mark.parametrize(
    ("text", "down", "after"), [("a", False, "abc"), ("b", False, "bac"), ("b", True, "acb"), ("c", True, "abc")]
)
def test_a_question_moves_one_place(text: str, down: bool, after: str) -> None:
    section = draft()
    authoring.move_question(of(section, text), down=down)
    assert order(section) == after
    assert list(section.questions.values_list("position", flat=True)) == [1, 2, 3]


@pytest.mark.parametrize(
    ("text", "position", "after"), [("c", 1, "cab"), ("a", 3, "bca"), ("a", 99, "bca"), ("b", None, "abc")]
)
def test_a_question_is_put_at_a_place(text: str, position: int | None, after: str) -> None:
    section = draft()
    authoring.place_question(of(section, text), section=section, pool=None, position=position)
    assert order(section) == after


def test_a_new_question_comes_last_unless_told_otherwise() -> None:
    section = draft()
    for text, position in (("d", None), ("e", 1)):
        question = Question(kind="essay", text=text)
        authoring.place_question(question, section=section, pool=None, position=position)
    assert order(section) == "eabcd"


def test_a_section_moves_with_its_questions() -> None:
    first = draft()
    second = Section.objects.create(version=first.version, position=2)
    authoring.move_section(second, down=False)
    assert list(first.version.sections.all()) == [second, first]


def test_several_questions_go_to_another_section_and_into_its_pool() -> None:
    section = draft()
    other = Section.objects.create(version=section.version, position=2)
    Question.objects.create(section=other, position=1, kind="essay", text="x")
    pool = Pool.objects.create(section=other, name="P", draw=1)
    authoring.put_questions([of(section, "a"), of(section, "c")], section=other, pool=pool)
    assert (order(section), order(other)) == ("b", "xac")
    assert pool.questions.count() == 2


def test_into_a_pool_of_their_own_section_questions_keep_their_places() -> None:
    section = draft()
    pool = Pool.objects.create(section=section, name="P", draw=1)
    authoring.put_questions([of(section, "b")], section=section, pool=pool)
    assert order(section) == "abc"
    assert pool.questions.get().text == "b"


def test_questions_never_leave_their_version_nor_get_a_foreign_pool() -> None:
    section, foreign = draft(), draft()
    pool = Pool.objects.create(section=foreign, name="P", draw=1)
    with pytest.raises(WrongState, match="one version"):
        authoring.put_questions([of(section, "a")], section=foreign, pool=None)
    with pytest.raises(WrongState, match="another section"):
        authoring.put_questions([of(section, "a")], section=section, pool=pool)


@pytest.mark.parametrize(
    "change",
    [
        lambda question: authoring.move_question(question, down=True),
        lambda question: authoring.move_section(question.section, down=True),
        lambda question: authoring.put_questions([question], section=question.section, pool=None),
        lambda question: authoring.place_question(question, section=question.section, pool=None, position=2),
    ],
)
def test_nothing_moves_in_published_questions(change: Any) -> None:
    exam = factories.exam()
    before = list(factories.questions(exam).values_list("pk", "position"))
    with pytest.raises(VersionFrozen):
        change(factories.questions(exam)[0])
    assert list(factories.questions(exam).values_list("pk", "position")) == before


# ---- at a glance ----


def test_the_points_of_a_paper_count_what_is_drawn_from_pools() -> None:
    section = draft("ab")
    pool = Pool.objects.create(section=section, name="P", draw=2)
    for points in (3, 1, Decimal("2.5")):
        Question.objects.create(section=section, pool=pool, position=20, kind="essay", text="p", points=points)
    seen = glance(section.version)
    assert (seen.size, seen.asked, seen.points) == (5, 4, "5.5 to 7.5")
    assert seen.sections[0].pools[0].uneven
    pool.draw = 7
    pool.save()
    assert (glance(section.version).asked, glance(section.version).points) == (5, "8.5")


def test_a_glance_takes_as_many_queries_for_thirty_questions_as_for_three() -> None:
    def queries(version: ExamVersion) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert glance(version).points
        return len(captured)

    few, many = draft("abc"), draft("abc" * 10)
    for position in range(2, 12):
        section = Section.objects.create(version=many.version, position=position)
        Pool.objects.create(section=section, name="P", draw=1)
    assert queries(few.version) == queries(many.version)


# ---- copies ----


def test_a_copy_is_a_draft_with_the_same_questions_and_nobody_in_it() -> None:
    exam = factories.exam(candidates=(factories.user(),), passing_percent=50)
    copy = authoring.duplicate(exam, title="Again", by=factories.user())
    assert (str(copy.state), copy.passing_percent, copy.enrolments.count()) == ("draft", Decimal(50), 0)
    assert not copy.versions.get().frozen
    texts = [question.text for question in selectors.questions_of(copy.versions.get())]
    assert texts == [question.text for question in selectors.questions_of(exam.versions.get())]
    uids = set(factories.questions(exam).values_list("uid")) & set(factories.questions(copy).values_list("uid"))
    assert not uids


def test_a_copy_shows_pictures_of_its_own() -> None:
    exam = factories.exam(title="A")
    picture = QuestionPicture.objects.create(
        exam=exam, file="p.png", sha256="0" * 64, content_type="image/png", width=1, height=1
    )
    Question.objects.filter(section__version__exam=exam).update(text=f"![x](picture:{picture.pk}) and picture:none")
    copy = authoring.duplicate(exam, title="Again", by=None)
    own = copy.pictures.get()
    assert own.pk != picture.pk
    assert set(factories.questions(copy).values_list("text", flat=True)) == {f"![x](picture:{own.pk}) and picture:none"}


# ---- whose ----


def test_exams_are_written_by_authors_and_administrators_of_their_institution_alone() -> None:
    people = factories.people()
    exam = factories.exam(people.institution)
    may = {"superuser", "administrator", "author"}
    for name in ("superuser", "administrator", "author", "proctor", "reviewer", "candidate", "foreign_administrator"):
        user = getattr(people, name)
        if name in may:
            assert authored.exam_to_author(user, exam.pk) == exam
        else:
            with pytest.raises(Exam.DoesNotExist):
                authored.exam_to_author(user, exam.pk)
