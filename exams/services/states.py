"""An exam's way from draft to archive. Every step there is stands in one table; each is recorded with who took it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from django.db import transaction

from exams.errors import NotReady, WrongState
from exams.models import Exam, User
from exams.services.readiness import Obstacle, obstacles_to_publishing, window_obstacles
from exams.services.record import record
from exams.services.versions import existing_draft, freeze, locked, newest_version

State = Exam.State


class Step(str, Enum):
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    REOPEN = "reopen"
    ARCHIVE = "archive"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Transition:
    source: Exam.State
    target: Exam.State
    done: str  # as the history tells it


TRANSITIONS: dict[Step, Transition] = {
    Step.PUBLISH: Transition(State.DRAFT, State.PUBLISHED, "Published the exam."),
    Step.WITHDRAW: Transition(State.PUBLISHED, State.DRAFT, "Took the exam back to draft."),
    Step.CLOSE: Transition(State.PUBLISHED, State.CLOSED, "Closed the exam."),
    Step.REOPEN: Transition(State.CLOSED, State.PUBLISHED, "Opened the exam again."),
    Step.ARCHIVE: Transition(State.CLOSED, State.ARCHIVED, "Archived the exam."),
    Step.RESTORE: Transition(State.ARCHIVED, State.CLOSED, "Took the exam out of the archive."),
}


def steps_from(state: str) -> list[Step]:
    return [step for step, transition in TRANSITIONS.items() if transition.source == state]


def obstacles(exam: Exam, step: Step) -> list[Obstacle]:
    """What must be put right before the step can be taken."""
    return _OBSTACLES[step](exam) if step in _OBSTACLES else []


@transaction.atomic
def take(step: Step, exam: Exam, *, by: User | None) -> Exam:
    """The exam in its new state. Raises WrongState, or NotReady with everything that stands in the way."""
    exam = locked(exam)
    transition = TRANSITIONS[step]
    if exam.state != transition.source:
        raise WrongState(
            f"The exam is {exam.get_state_display().lower()}; only one that is {transition.source.label.lower()} can "
            f"be {_PARTICIPLES[step]}. Somebody may have changed it meanwhile."
        )
    if found := obstacles(exam, step):
        raise NotReady(found)
    if step in _AND_THEN:
        _AND_THEN[step](exam)
    exam.state = transition.target
    exam.save(update_fields=["state"])
    record(exam, by, transition.done)
    return exam


def publish(exam: Exam, *, by: User | None) -> Exam:
    """Freezes the draft's questions and lets candidates in, within the exam's window."""
    return take(Step.PUBLISH, exam, by=by)


def withdraw(exam: Exam, *, by: User | None) -> Exam:
    """Back to draft, with the questions free to be changed: only while nobody has begun an attempt."""
    return take(Step.WITHDRAW, exam, by=by)


def close(exam: Exam, *, by: User | None) -> Exam:
    """Nobody can begin any more; attempts that run go on to their end."""
    return take(Step.CLOSE, exam, by=by)


def reopen(exam: Exam, *, by: User | None) -> Exam:
    return take(Step.REOPEN, exam, by=by)


def archive(exam: Exam, *, by: User | None) -> Exam:
    """Out of the way: nothing about the exam can be changed any more."""
    return take(Step.ARCHIVE, exam, by=by)


def restore(exam: Exam, *, by: User | None) -> Exam:
    return take(Step.RESTORE, exam, by=by)


def _against_publishing(exam: Exam) -> list[Obstacle]:
    return obstacles_to_publishing(exam, newest_version(exam))


def _against_withdrawing(exam: Exam) -> list[Obstacle]:
    found = []
    if exam.attempts.exists():
        found.append(
            Obstacle("Candidates have begun it. Close it, or publish a new version of the questions.", "attempts")
        )
    if existing_draft(exam) is not None:
        found.append(
            Obstacle("Its questions have changes that are not published. Publish or discard them first.", "questions")
        )
    return found


def _against_archiving(exam: Exam) -> list[Obstacle]:
    found = []
    running = exam.attempts.filter(state="running", started_at__isnull=False).count()
    if running:
        people = "One candidate is" if running == 1 else f"{running} candidates are"
        found.append(Obstacle(f"{people} still sitting it. Wait until they have handed in.", "attempts"))
    if existing_draft(exam) is not None:
        found.append(
            Obstacle("Its questions have changes that are not published. Publish or discard them first.", "questions")
        )
    return found


def _freeze_newest(exam: Exam) -> None:
    if (newest := newest_version(exam)) is not None:
        freeze(newest)


def _thaw_newest(exam: Exam) -> None:
    """No attempt was begun, so the questions were promised to nobody."""
    newest = newest_version(exam)
    if newest is not None:
        newest.frozen_at = None
        newest.save(update_fields=["frozen_at"])


_OBSTACLES: dict[Step, Callable[[Exam], list[Obstacle]]] = {
    Step.PUBLISH: _against_publishing,
    Step.WITHDRAW: _against_withdrawing,
    Step.REOPEN: window_obstacles,
    Step.ARCHIVE: _against_archiving,
}
_AND_THEN: dict[Step, Callable[[Exam], None]] = {Step.PUBLISH: _freeze_newest, Step.WITHDRAW: _thaw_newest}
_PARTICIPLES: dict[Step, str] = {
    Step.PUBLISH: "published",
    Step.WITHDRAW: "taken back to draft",
    Step.CLOSE: "closed",
    Step.REOPEN: "opened again",
    Step.ARCHIVE: "archived",
    Step.RESTORE: "taken out of the archive",
}
