"""The only place that writes sessions and what belongs to them. Synchronous; each function is one transaction."""

from __future__ import annotations

from exams.errors import AttemptFinished, ExamNotOpen, NotEnrolled
from proctoring.services import accommodations
from proctoring.services.accommodating import policy_of_session
from proctoring.services.attempt_time import AttemptTime, end_break_of, time_of_session
from proctoring.services.ending import (
    STOPPED,
    WITHDRAWN,
    end_overdue,
    end_session,
    end_when_due,
    ended_message,
    stop_by_proctor,
    told_of_end,
    withdraw_consent,
)
from proctoring.services.errors import (
    BadRequest,
    ConsentMissing,
    ExportNotReady,
    NotAllowed,
    NotCalibrated,
    NotWatched,
    ProctoringError,
    RecordClosed,
    ReportInBackground,
    SessionEnded,
    StaleConnection,
    StatementsUsedUp,
    TooManySignals,
)
from proctoring.services.exports import request_export, request_report
from proctoring.services.policies import ensure_presets, fields_for, policy_for, reset_preset
from proctoring.services.recording import Commit, Drafted, commit, commit_many
from proctoring.services.reviewing import judge_event, review_session
from proctoring.services.sessions import (
    Connection,
    PendingSignal,
    begin_session,
    connections,
    forget_connections,
    open_connection,
    pending_signals,
    remember_connections,
    save_calibration,
    start_watching,
)
from proctoring.services.signals import KINDS, Signal, SignalBatch, apply_pending_signals, record_flood, store_signals
from proctoring.services.statements import give_statement
from proctoring.services.tell import candidate_group, page_group, serve_from, wall_group
from proctoring.services.unwatched import begin_unwatched, hand_in, hand_in_when_due, is_unwatched

__all__ = [
    "KINDS",
    "STOPPED",
    "WITHDRAWN",
    "AttemptFinished",
    "AttemptTime",
    "BadRequest",
    "Commit",
    "Connection",
    "ConsentMissing",
    "Drafted",
    "ExamNotOpen",
    "ExportNotReady",
    "NotAllowed",
    "NotCalibrated",
    "NotEnrolled",
    "NotWatched",
    "PendingSignal",
    "ProctoringError",
    "RecordClosed",
    "ReportInBackground",
    "SessionEnded",
    "Signal",
    "SignalBatch",
    "StaleConnection",
    "StatementsUsedUp",
    "TooManySignals",
    "accommodations",
    "apply_pending_signals",
    "begin_session",
    "begin_unwatched",
    "candidate_group",
    "commit",
    "commit_many",
    "connections",
    "end_break_of",
    "end_overdue",
    "end_session",
    "end_when_due",
    "ended_message",
    "ensure_presets",
    "fields_for",
    "forget_connections",
    "give_statement",
    "hand_in",
    "hand_in_when_due",
    "is_unwatched",
    "judge_event",
    "open_connection",
    "page_group",
    "pending_signals",
    "policy_for",
    "policy_of_session",
    "record_flood",
    "remember_connections",
    "request_export",
    "request_report",
    "reset_preset",
    "review_session",
    "save_calibration",
    "serve_from",
    "start_watching",
    "stop_by_proctor",
    "store_signals",
    "time_of_session",
    "told_of_end",
    "wall_group",
    "withdraw_consent",
]
