"""What can go wrong with an exam: each with a stable code, a sentence for the person, and the field it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exams.services.readiness import Obstacle


class ExamError(Exception):
    """``code`` is for programs and never changes its meaning; ``message`` is for people."""

    code = "exam_error"
    message = "This did not work. Please reload the page and try again."

    def __init__(self, message: str = "", *, field: str = "", code: str = "") -> None:
        self.message = message or self.message
        self.code = code or self.code
        self.field = field
        super().__init__(self.message)


class ExamNotOpen(ExamError):
    code = "exam_not_open"
    message = "This exam is not open at the moment. The times are on your start page."


class NotEnrolled(ExamError):
    code = "not_enrolled"
    message = "You are not enrolled in this exam. Please ask your institution."


class AttemptNotStarted(ExamError):
    code = "not_started"
    message = "The exam has not been started yet."


class AttemptFinished(ExamError):
    code = "attempt_finished"
    message = "This exam has been handed in, so its answers can no longer be changed."


class OnBreak(ExamError):
    code = "on_break"
    message = "You are on a break. Your answers can be changed and saved again as soon as it ends."


class NoBreak(ExamError):
    code = "no_break"
    message = "No break can be taken now."


class TimeLeft(ExamError):
    """Only the server says when time is up; a page may not know yet that there is more."""

    code = "time_left"
    message = "There is still time left. The exam goes on."


class InvalidTimeChange(ExamError):
    code = "invalid_time_change"
    message = "Give the minutes, and a reason from the list."


class CannotReopen(ExamError):
    code = "cannot_reopen"
    message = "This attempt cannot be reopened."


class InvalidAccommodation(ExamError):
    code = "invalid_accommodation"
    message = "This cannot be granted."


class NotAllowed(ExamError):
    code = "not_allowed"
    message = "Your role does not allow this."


class InvalidAnswer(ExamError):
    code = "invalid_answer"
    message = "This answer does not fit its question."


class VersionFrozen(ExamError):
    code = "version_frozen"
    message = (
        "These questions were published and stay as they are. Make changes in a new version: open the exam and press "
        "“Change the questions”."
    )


class WrongState(ExamError):
    code = "wrong_state"
    message = "The exam's state does not allow this."


class NotReady(ExamError):
    """``obstacles`` are all the things that stand in the way, each naming what to put right."""

    code = "not_ready"

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        self.obstacles = tuple(obstacles)
        super().__init__(" ".join(map(str, obstacles)), field=obstacles[0].field if obstacles else "")


class InvalidMark(ExamError):
    code = "invalid_mark"
    message = "This mark cannot be given."


class MarkTaken(ExamError):
    code = "mark_taken"
    message = "Somebody else has marked this answer meanwhile. Their mark is kept; have a look before you change it."


class InvalidKey(ExamError):
    code = "invalid_key"
    message = "The key cannot be corrected so."


class ResultsNotReady(ExamError):
    code = "results_not_ready"
    message = "The results cannot be published yet."
