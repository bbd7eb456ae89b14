"""The only writer of exams, attempts and answers. Times come from the server's clock, never from the browser."""

from exams.services import accommodations, outages
from exams.services.attempts import (
    is_due,
    open_attempt,
    save_answer,
    save_own_answer,
    start_attempt,
    submit_attempt,
    submit_when_due,
)
from exams.services.breaks import close_breaks, end_break, start_break
from exams.services.correcting import correct_key
from exams.services.forgetting import forget_answers
from exams.services.grading import give_mark
from exams.services.items import hold_draft, rewrite_item, write_item
from exams.services.marking import mark_attempt, remark
from exams.services.releasing import publish_results, withdraw_results
from exams.services.time import add_time, reopen
from exams.services.versions import discard_draft, draft_of, freeze, publish_changes, revise

__all__ = [
    "accommodations",
    "add_time",
    "close_breaks",
    "correct_key",
    "discard_draft",
    "draft_of",
    "end_break",
    "forget_answers",
    "freeze",
    "give_mark",
    "hold_draft",
    "is_due",
    "mark_attempt",
    "open_attempt",
    "outages",
    "publish_changes",
    "publish_results",
    "remark",
    "reopen",
    "revise",
    "rewrite_item",
    "save_answer",
    "save_own_answer",
    "start_attempt",
    "start_break",
    "submit_attempt",
    "submit_when_due",
    "withdraw_results",
    "write_item",
]
