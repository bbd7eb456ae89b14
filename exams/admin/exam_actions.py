"""What can be done with a whole exam, in words: what follows is said before, and what stands in the way is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from exams.admin.base import exam_url
from exams.glance import glance
from exams.models import Exam, User
from exams.services import discard_draft, publish_changes, states
from exams.services.readiness import Obstacle, question_obstacles
from exams.services.states import Step
from exams.services.versions import REVISABLE, existing_draft, newest_version


@dataclass(frozen=True, slots=True)
class ExamAction:
    name: str
    button: str
    done: str
    follows: Callable[[Exam], Sequence[str]]
    take: Callable[[Exam, User], object]
    obstacles: Callable[[Exam], Sequence[Obstacle]]
    danger: bool = False
    main: bool = False  # the next thing one usually wants


def _step(step: Step, button: str, done: str, follows: Callable[[Exam], Sequence[str]], **more: bool) -> ExamAction:
    return ExamAction(
        step.value,
        button,
        done,
        follows,
        lambda exam, by: states.take(step, exam, by=by),
        lambda exam: states.obstacles(exam, step),
        **more,
    )


def _publishing(exam: Exam) -> list[str]:
    version = newest_version(exam)
    seen = glance(version) if version else None
    worth = f"{_number(seen.asked, 'question')} worth {seen.points} points" if seen else "no question"
    enrolled = exam.enrolments.count()
    return [
        f"{_people(enrolled)} enrolled and can begin {_window(exam)}."
        if enrolled
        else f"Nobody is enrolled yet. Who is, now or later, can begin {_window(exam)}.",
        f"Each gets {worth}, {_number(exam.duration_minutes, 'minute')} and "
        f"{_number(exam.attempts_allowed, 'attempt')}.",
        *_short_window(exam),
        "The questions are frozen: a later change makes a new version, and attempts keep the one they began with.",
        "While nobody has begun, the exam can be taken back to draft.",
    ]


ACTIONS: dict[str, ExamAction] = {
    action.name: action
    for action in [
        _step(Step.PUBLISH, "Publish", "The exam is published.", _publishing, main=True),
        _step(
            Step.CLOSE,
            "Close",
            "The exam is closed.",
            lambda exam: [
                "Nobody can begin any more.",
                _sitting(exam.attempts.filter(state="running", started_at__isnull=False).count()),
                "A closed exam can be opened again.",
            ],
        ),
        _step(
            Step.WITHDRAW,
            "Take back to draft",
            "The exam is a draft again.",
            lambda exam: [
                "Candidates no longer see the exam, and its questions can be changed freely.",
                "This works only while nobody has begun.",
            ],
        ),
        _step(
            Step.REOPEN,
            "Open again",
            "The exam is published again.",
            lambda exam: [f"Candidates who are enrolled and have an attempt left can begin {_window(exam)}."],
        ),
        _step(
            Step.ARCHIVE,
            "Archive",
            "The exam is archived.",
            lambda exam: [
                "Nothing about the exam can be changed any more; results and records stay to be read.",
                "It can be taken out of the archive again.",
            ],
        ),
        _step(
            Step.RESTORE,
            "Take out of the archive",
            "The exam is closed, and no longer in the archive.",
            lambda exam: ["The exam is closed again: it can be changed, and opened for candidates."],
        ),
        ExamAction(
            "publish-changes",
            "Publish the changes",
            "The new version is published.",
            lambda exam: [
                f"Attempts begun from now on get version {_draft_number(exam)}.",
                f"{_number(exam.attempts.count(), 'attempt')} begun before {_keep(exam.attempts.count())} the version "
                "they began with.",
                "The new version is frozen too.",
            ],
            lambda exam, by: publish_changes(exam, by=by),
            lambda exam: question_obstacles(existing_draft(exam)),
            main=True,
        ),
        ExamAction(
            "discard-changes",
            "Discard the changes",
            "The changes are discarded.",
            lambda exam: [
                f"Version {_draft_number(exam)} is deleted with everything changed in it. This cannot be undone.",
                "What candidates get stays as it is.",
            ],
            lambda exam, by: discard_draft(exam, by=by),
            lambda exam: [],
            danger=True,
        ),
    ]
}


def actions_for(exam: Exam) -> list[ExamAction]:
    """Those the exam's state allows, with or without obstacles. Changes of questions come first, where there are."""
    changes = ["publish-changes", "discard-changes"] if exam.state in REVISABLE and existing_draft(exam) else []
    return [ACTIONS[name] for name in (*changes, *(step.value for step in states.steps_from(exam.state)))]


def place_of(obstacle: Obstacle, exam: Exam) -> str:
    """Where it is put right."""
    if obstacle.question is not None:
        return reverse("admin:exams_question_change", args=[obstacle.question])
    if obstacle.pool is not None:
        return reverse("admin:exams_pool_change", args=[obstacle.pool])
    if obstacle.field == "questions":
        return reverse("admin:exams_exam_questions", args=[exam.pk])
    if obstacle.field in {"closes_at", "opens_at"}:
        return f"{exam_url(exam)}#id_{obstacle.field}_0"
    return f"{exam_url(exam)}#id_{obstacle.field}" if obstacle.field == "duration_minutes" else ""


def _short_window(exam: Exam) -> list[str]:
    if exam.closes_at is None:
        return []
    opens_at = max(exam.opens_at or timezone.now(), timezone.now())
    if exam.closes_at - opens_at >= timedelta(minutes=exam.duration_minutes):
        return []
    return ["The exam closes before anybody can have had the whole time. What is granted to single candidates is kept."]


def _draft_number(exam: Exam) -> int:
    draft = existing_draft(exam)
    return 0 if draft is None else draft.number


def _keep(number: int) -> str:
    return "keeps" if number == 1 else "keep"


def _sitting(number: int) -> str:
    if number == 0:
        return "Nobody is sitting it now."
    return f"{_people(number)} sitting it now and {'goes' if number == 1 else 'go'} on until their time is up."


def _people(number: int) -> str:
    return "One candidate is" if number == 1 else f"{number} candidates are"


def _number(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _window(exam: Exam) -> str:
    """In the institution's time, which the admin's pages are given in."""
    begins = "at once" if exam.opens_at is None or exam.opens_at <= timezone.now() else f"from {_time(exam.opens_at)}"
    return begins if exam.closes_at is None else f"{begins}, until {_time(exam.closes_at)}"


def _time(moment: object) -> str:
    return f"{timezone.localtime(moment):%-d %B %Y, %H:%M}"  # type: ignore[arg-type]
