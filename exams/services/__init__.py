"""The only writer of exams, attempts and answers. Times come from the server's clock, never from the browser."""

from exams.services.attempts import (
    open_attempt,
    save_answer,
    start_attempt,
    submit_attempt,
)
from exams.services.items import hold_draft, rewrite_item, write_item
from exams.services.versions import discard_draft, draft_of, freeze, publish_changes, revise

__all__ = [
    "discard_draft",
    "draft_of",
    "freeze",
    "hold_draft",
    "open_attempt",
    "publish_changes",
    "revise",
    "rewrite_item",
    "save_answer",
    "start_attempt",
    "submit_attempt",
    "write_item",
]
