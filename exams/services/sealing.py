"""Reading named answers while marking is anonymous: possible for administrators, who may have to look into a complaint,
never by accident and never without a trace."""

from __future__ import annotations

from exams import selectors
from exams.errors import NotAllowed
from exams.models import Attempt, User
from exams.results import names_are_hidden
from exams.services.record import record


def open_answers(*, attempt: Attempt, by: User) -> None:
    """Before somebody is shown what was answered in an attempt by name. Raises NotAllowed.

    While nobody may know whose answers are whose, it is written into the exam's history.
    """
    if not selectors.may_see_answers(by, attempt):
        raise NotAllowed("Your roles do not open the answers of this attempt.")
    if names_are_hidden(attempt.exam):
        who = f"attempt {attempt.number} of {attempt.candidate.display_name}"
        record(attempt.exam, by, f"Opened the answers of {who} while marking is anonymous.")
