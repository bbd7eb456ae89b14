"""The only writer of exams, attempts and answers. Times come from the server's clock, never from the browser."""

from exams.services import accommodations, outages
from exams.services.attempts import (
    is_due,
    open_attempt,
    save_answer,
    start_attempt,
    submit_attempt,
    submit_when_due,
)
from exams.services.breaks import close_breaks, end_break, start_break
from exams.services.items import hold_draft, rewrite_item, write_item
from exams.services.time import add_time, reopen
from exams.services.versions import discard_draft, draft_of, freeze, publish_changes, revise

__all__ = [
    "accommodations",
    "add_time",
    "close_breaks",
    "discard_draft",
    "draft_of",
    "end_break",
    "freeze",
    "hold_draft",
    "is_due",
    "open_attempt",
    "outages",
    "publish_changes",
    "reopen",
    "revise",
    "rewrite_item",
    "save_answer",
    "start_attempt",
    "start_break",
    "submit_attempt",
    "submit_when_due",
    "write_item",
]
