"""An exam's states and the versions of its questions: what may follow what, and what never changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exams import selectors, services
from exams.errors import NotReady, VersionFrozen, WrongState
from exams.models import Choice, Exam, ExamVersion, Pool, Question, QuestionPicture, Section, User
from exams.services import states
from exams.services.states import TRANSITIONS, Step
from tests import factories

pytestmark = pytest.mark.django_db
State = Exam.State
NOW = timezone.now()


def draft(**fields: Any) -> Exam:
    return factories.exam(state=State.DRAFT, **fields)


# ---- states ----


@pytest.mark.parametrize(("step", "state"), list(product(Step, State)))
def test_each_step_is_taken_from_one_state_and_refused_from_all_others(step: Step, state: Exam.State) -> None:
    exam = factories.exam(state=state)
    if TRANSITIONS[step].source == state:
        assert states.take(step, exam, by=None).state == TRANSITIONS[step].target
        return
    with pytest.raises(WrongState, match=f"The exam is {state.label.lower()}"):
        states.take(step, exam, by=None)
    assert Exam.objects.get(pk=exam.pk).state == state


def test_a_step_looks_at_the_state_there_is_now_not_at_that_of_an_old_page() -> None:
    exam = draft()
    states.publish(Exam.objects.get(pk=exam.pk), by=None)
    with pytest.raises(WrongState):
        states.publish(exam, by=None)


def test_who_took_a_step_and_when_is_recorded() -> None:
    author = factories.user()
    exam = draft()
    states.publish(exam, by=author)
    states.close(exam, by=author)
    entries = LogEntry.objects.filter(object_id=str(exam.pk), user=author).order_by("pk")
    assert [entry.change_message for entry in entries] == ["Published the exam.", "Closed the exam."]


def test_publishing_freezes_the_questions_and_lets_candidates_in() -> None:
    candidate = factories.user()
    exam = draft(candidates=(candidate,))
    assert not selectors.exams_open_to(candidate).exists()
    states.publish(exam, by=None)
    assert exam.versions.get().frozen
    assert selectors.exams_open_to(candidate).get() == exam


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"closes_at": timezone.now() - timedelta(hours=1)}, "closes_at"),
        (
            {"opens_at": timezone.now() + timedelta(days=2), "closes_at": timezone.now() + timedelta(days=1)},
            "closes_at",
        ),
        ({"duration_minutes": 0}, "duration_minutes"),
        ({"questions": False}, "questions"),
    ],
    ids=["over already", "closes before it opens", "no time", "no questions"],
)
def test_an_exam_nobody_could_sit_is_not_published(fields: dict[str, Any], named: str) -> None:
    exam = draft(**fields)
    with pytest.raises(NotReady) as refusal:
        states.publish(exam, by=None)
    assert [obstacle.field for obstacle in refusal.value.obstacles] == [named]
    exam.refresh_from_db()
    assert exam.state == State.DRAFT
    assert not exam.versions.get().frozen


def test_everything_that_is_wrong_is_named_at_once_by_question_and_field() -> None:
    exam = draft(questions=False)
    section = factories.section(exam)
    pool = Pool.objects.create(section=section, name="Proofs", draw=3)
    alone = Question.objects.create(section=section, position=1, name="Even", kind="single_choice", text="Which?")
    Choice.objects.create(question=alone, text="2")
    Question.objects.create(section=section, position=2, pool=pool, kind="numeric", text="How many?")
    with pytest.raises(NotReady) as refusal:
        states.publish(exam, by=None)
    assert [str(obstacle) for obstacle in refusal.value.obstacles] == [
        "Question 1 “Even”: A single choice needs two options or more.",
        "Question 1 “Even”: A single choice needs exactly one right option; none is marked right.",
        "Question 2 “How many?”: A numeric question needs the right number.",
        "Pool “Proofs”: It draws 3 but holds 1 question. Add questions to it, or draw fewer.",
    ]
    assert [(o.field, o.question or o.pool) for o in refusal.value.obstacles][1:4:2] == [
        ("choices", alone.pk),
        ("draw", pool.pk),
    ]


def test_a_picture_that_is_not_there_is_named_before_publishing_not_seen_by_candidates() -> None:
    exam = draft()
    section = factories.section(exam)
    picture = QuestionPicture.objects.create(
        exam=factories.exam(), file="p.png", sha256="0" * 64, content_type="image/png", width=1, height=1
    )
    shows = section.questions.get(kind="essay")
    shows.text = f"See ![map](picture:{picture.pk})."
    shows.save()
    with pytest.raises(NotReady, match="It shows a picture that the exam does not have") as refusal:
        states.publish(exam, by=None)
    assert [(o.field, o.question) for o in refusal.value.obstacles] == [("text", shows.pk)]
    QuestionPicture.objects.update(exam=exam)
    states.publish(exam, by=None)


def test_an_exam_somebody_has_begun_does_not_go_back_to_draft() -> None:
    exam = factories.exam()
    factories.attempt(exam, factories.user())
    with pytest.raises(NotReady, match="Candidates have begun it"):
        states.withdraw(exam, by=None)
    assert exam.versions.get().frozen


def test_back_in_draft_the_same_questions_can_be_changed_again() -> None:
    exam = factories.exam()
    states.withdraw(exam, by=None)
    assert services.draft_of(exam) == exam.versions.get()
    assert services.draft_of(exam).sections.get().questions.count() == 2


def test_an_exam_is_not_opened_again_after_its_window() -> None:
    exam = factories.exam(state=State.CLOSED, closes_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(NotReady) as refusal:
        states.reopen(exam, by=None)
    assert refusal.value.field == "closes_at"


def test_an_exam_that_somebody_sits_is_not_archived() -> None:
    exam = factories.exam(state=State.CLOSED)
    sitting = factories.attempt(exam, factories.user(), started_at=timezone.now())
    with pytest.raises(NotReady, match="One candidate is still sitting it"):
        states.archive(exam, by=None)
    services.submit_attempt(attempt=sitting)
    assert states.archive(exam, by=None).state == State.ARCHIVED


@pytest.mark.parametrize("step", [Step.WITHDRAW, Step.ARCHIVE])
def test_changes_that_are_not_published_are_not_left_behind(step: Step) -> None:
    exam = factories.exam(state=TRANSITIONS[step].source)
    services.revise(exam, by=None)
    with pytest.raises(NotReady, match="Publish or discard them first"):
        states.take(step, exam, by=None)


# ---- versions ----


def rich_exam() -> Exam:
    """Two sections, a pool, and everything a question can hold."""
    exam = factories.exam()
    first = factories.section(exam)
    second = Section.objects.create(version=exam.versions.get(), position=2, title="Proofs", text="Show your work.")
    pool = Pool.objects.create(section=second, name="Hard", draw=1)
    for position in (1, 2):
        question = Question.objects.create(
            section=second,
            pool=pool,
            position=position,
            kind="matching",
            name=f"Pair {position}",
            text="Match.",
            points=Decimal("2.5"),
            penalty=Decimal("0.25"),
            number=Decimal("0.5"),
            case_sensitive=True,
            shuffle=False,
            guidance="g",
            feedback="f",
        )
        Choice.objects.create(question=question, position=1, text="a", match="A", credit=Decimal(50), feedback="c")
    assert first.questions.count() == 2
    return exam


def everything(version: ExamVersion) -> list[Any]:
    """All that a version holds, without the rows' numbers."""
    left_out = {"id", "section_id", "pool_id", "question_id", "version_id"}

    def plain(row: Any) -> dict[str, Any]:
        return {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if f.attname not in left_out}

    return [
        (
            plain(section),
            [plain(pool) for pool in section.pools.all()],
            [
                (plain(question), question.pool and question.pool.name, [plain(c) for c in question.choices.all()])
                for question in section.questions.all()
            ],
        )
        for section in version.sections.all()
    ]


def test_a_new_version_begins_as_a_copy_of_the_newest_and_shares_no_row_with_it() -> None:
    exam = rich_exam()
    old = exam.versions.get()
    new = services.revise(exam, by=None)
    assert (new.number, new.frozen) == (2, False)
    assert everything(new) == everything(old)
    assert not set(old.sections.values_list("pk")) & set(new.sections.values_list("pk"))
    assert {pool.section.version for pool in Pool.objects.filter(questions__section__version=new)} == {new}
    assert Choice.objects.filter(question__section__version=new).count() == 5


def test_copying_takes_as_many_queries_for_thirty_questions_as_for_two() -> None:
    def queries(exam: Exam) -> int:
        with CaptureQueriesContext(connection) as captured:
            services.revise(exam, by=None)
        return len(captured)

    few, many = factories.exam(), factories.exam()
    for position in range(3, 31):
        factories.choice_question(many, position=position)
    assert queries(few) == queries(many)


def test_who_has_begun_keeps_their_questions_and_who_begins_later_gets_the_new_ones() -> None:
    early, late = factories.user(), factories.user()
    exam = factories.exam(candidates=(early, late))
    begun = services.start_attempt(attempt=services.open_attempt(candidate=early, exam=exam))
    before = [question.pk for question in selectors.paper_of(begun)]
    new = services.revise(exam, by=None)
    Question.objects.filter(section__version=new, kind="essay").delete()
    assert services.open_attempt(candidate=newcomer(exam), exam=exam).version.number == 1
    services.publish_changes(exam, by=None)
    begun.refresh_from_db()
    assert [question.pk for question in selectors.paper_of(begun)] == before
    begins = services.open_attempt(candidate=late, exam=exam)
    assert begins.version == new
    assert len(selectors.paper_of(begins)) == 1


def newcomer(exam: Exam) -> User:
    candidate = factories.user()
    exam.enrolments.create(candidate=candidate)
    return candidate


def test_changes_with_mistakes_are_not_published() -> None:
    exam = factories.exam()
    new = services.revise(exam, by=None)
    Choice.objects.filter(question__section__version=new).update(correct=False)
    with pytest.raises(NotReady, match="exactly one right option"):
        services.publish_changes(exam, by=None)
    assert exam.current_version is not None
    assert exam.current_version.number == 1


def test_discarded_changes_are_gone_and_the_published_questions_are_not() -> None:
    exam = rich_exam()
    before = everything(exam.versions.get())
    services.revise(exam, by=None)
    services.discard_draft(exam, by=None)
    assert everything(exam.versions.get()) == before


@pytest.mark.parametrize("state", [State.DRAFT, State.ARCHIVED])
@pytest.mark.parametrize("change", [services.publish_changes, services.discard_draft])
def test_only_questions_that_were_published_have_changes_to_publish_or_discard(
    state: Exam.State, change: Callable[..., Any]
) -> None:
    with pytest.raises(WrongState):
        change(factories.exam(state=state), by=None)


@pytest.mark.parametrize("change", [services.publish_changes, services.discard_draft])
def test_without_a_draft_there_are_no_changes(change: Callable[..., Any]) -> None:
    with pytest.raises(WrongState, match="There are no changes"):
        change(factories.exam(), by=None)


def test_an_archived_exam_gets_no_new_version() -> None:
    with pytest.raises(WrongState, match="archived"):
        services.revise(factories.exam(state=State.ARCHIVED), by=None)


def test_changing_twice_goes_on_with_the_same_draft() -> None:
    exam = factories.exam()
    assert services.revise(exam, by=None) == services.revise(exam, by=None)


def test_the_first_draft_of_an_exam_has_an_empty_section() -> None:
    exam = Exam.objects.create(institution=factories.institution(), title="New")
    assert services.draft_of(exam).sections.get().questions.count() == 0


# ---- frozen ----


def frozen_rows() -> dict[str, Any]:
    exam = rich_exam()
    version = exam.versions.get()
    section = version.sections.get(title="Proofs")
    question = section.questions.all()[0]
    return {
        "section": section,
        "pool": section.pools.get(),
        "question": question,
        "choice": question.choices.all()[0],
        "version": version,
    }


@pytest.mark.parametrize("name", ["section", "pool", "question", "choice"])
def test_no_published_row_is_saved(name: str) -> None:
    row = frozen_rows()[name]
    with pytest.raises(VersionFrozen):
        row.save()


@pytest.mark.parametrize("name", ["section", "pool", "question", "choice", "version"])
def test_no_published_row_is_deleted_alone_or_with_others(name: str) -> None:
    row = frozen_rows()[name]
    with pytest.raises(VersionFrozen), transaction.atomic():
        row.delete()
    with pytest.raises(VersionFrozen), transaction.atomic():
        type(row).objects.filter(pk=row.pk).delete()
    assert type(row).objects.filter(pk=row.pk).exists()


def test_rows_of_a_draft_are_changed_and_deleted_freely() -> None:
    version = services.revise(rich_exam(), by=None)
    section = version.sections.get(title="Proofs")
    for row in (section.questions.all()[0].choices.all()[0], section.questions.all()[0], section.pools.get(), section):
        row.save()
        row.delete()
    assert version.sections.count() == 1


def test_an_exam_is_deleted_with_all_its_versions() -> None:
    exam = rich_exam()
    exam.delete()
    assert not ExamVersion.objects.exists()
