"""Versions of an exam's questions: one draft at a time, and those that were published, which never change."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from exams.errors import NotReady, WrongState
from exams.models import Exam, ExamVersion, Section, User
from exams.services.copying import copy_questions
from exams.services.readiness import question_obstacles
from exams.services.record import record

REVISABLE = frozenset({Exam.State.PUBLISHED, Exam.State.CLOSED})


@transaction.atomic
def draft_of(exam: Exam) -> ExamVersion:
    """The version authors work on. Made where there is none: a copy of the newest version, or one empty section.

    Raises WrongState for an archived exam.
    """
    exam = locked(exam)
    draft = existing_draft(exam)
    if draft is not None:
        return draft
    if exam.state == Exam.State.ARCHIVED:
        raise WrongState("The exam is archived, so its questions stay as they are. Take it out of the archive first.")
    newest = newest_version(exam)
    draft = ExamVersion.objects.create(exam=exam, number=1 if newest is None else newest.number + 1)
    if newest is None:
        Section.objects.create(version=draft)
    else:
        copy_questions(newest, draft)
    return draft


def existing_draft(exam: Exam) -> ExamVersion | None:
    return exam.versions.filter(frozen_at__isnull=True).first()


def newest_version(exam: Exam) -> ExamVersion | None:
    """The draft where there is one, since it has the highest number; else what candidates get."""
    return exam.versions.order_by("-number").first()


@transaction.atomic
def revise(exam: Exam, *, by: User | None) -> ExamVersion:
    """A new draft of a published exam's questions, to be changed and published. An open one is gone on with."""
    exam = locked(exam)
    had = existing_draft(exam)
    draft = draft_of(exam)
    if had is None:
        record(exam, by, f"Began version {draft.number} of the questions.")
    return draft


@transaction.atomic
def publish_changes(exam: Exam, *, by: User | None) -> ExamVersion:
    """Freezes the draft of an exam that is published or closed: attempts begun from now on get it, others keep theirs.

    Raises WrongState, or NotReady with everything that stands in the way.
    """
    exam = locked(exam)
    draft = _open_changes(exam)
    if obstacles := question_obstacles(draft):
        raise NotReady(obstacles)
    freeze(draft)
    record(exam, by, f"Published version {draft.number} of the questions.")
    return draft


@transaction.atomic
def discard_draft(exam: Exam, *, by: User | None) -> None:
    """Throws the changes away that were not published; what candidates get stays as it is."""
    exam = locked(exam)
    draft = _open_changes(exam)
    number = draft.number
    draft.delete()
    record(exam, by, f"Discarded version {number} of the questions, which was not published.")


def freeze(version: ExamVersion) -> ExamVersion:
    """From now on its questions stay as they are; freezing again changes nothing."""
    if version.frozen_at is None:
        version.frozen_at = timezone.now()
        version.save(update_fields=["frozen_at"])
    return version


def locked(exam: Exam) -> Exam:
    """A fresh copy nobody else can change before this transaction ends."""
    return Exam.objects.select_for_update().get(pk=exam.pk)


def _open_changes(exam: Exam) -> ExamVersion:
    if exam.state not in REVISABLE:
        raise WrongState(f"The exam is {exam.get_state_display().lower()}: it has no published questions to change.")
    draft = existing_draft(exam)
    if draft is None:
        raise WrongState("There are no changes to the questions. Somebody may have published or discarded them.")
    return draft
