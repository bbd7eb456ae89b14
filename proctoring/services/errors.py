"""What the services refuse, each with a stable code and a sentence for the person; see also ``exams.errors``."""

from __future__ import annotations

from exams import errors
from exams.errors import ExamError


class ProctoringError(ExamError):
    code = "proctoring_error"


class ConsentMissing(ProctoringError):
    code = "consent_missing"
    message = "You have not agreed to be watched in this exam yet. Please read what is captured and agree first."


class NotWatched(ProctoringError):
    code = "not_watched"
    message = "Nobody watches this exam, so there is nothing to agree to. Please begin it on its page."


class NotCalibrated(ProctoringError):
    code = "not_calibrated"
    message = "The calibration is not finished. Please look at the marked points first."


class StaleConnection(ProctoringError):
    """Also when the session is gone: nobody can write to it any more."""

    code = "replaced"
    message = "This session has been opened in another window, which is now the one that counts."


class SessionEnded(ProctoringError):
    code = "session_ended"
    message = "This session has ended."


class NotAllowed(ProctoringError, errors.NotAllowed):
    code = "not_allowed"
    message = "Your role does not allow this. Proctors and administrators of the institution may stop a session."


class TooManySignals(ProctoringError):
    code = "flood"
    message = "Far more signals came from this page than a person can cause. Please wait a while."


class BadRequest(ProctoringError):
    code = "bad_message"
    message = "This message could not be read."


class RecordClosed(ProctoringError, errors.WrongState):
    code = "record_closed"
    message = "What was recorded is not open to you at the moment, so nothing can be said about it here."


class StatementsUsedUp(ProctoringError, errors.WrongState):
    code = "statements_used_up"
    message = "You have written as many statements as are kept. Nothing of them is lost; ask your institution for more."


class ReportInBackground(ProctoringError, errors.WrongState):
    code = "report_in_background"
    message = "This session is long, so its report is made in the background. Ask for it, and fetch it as an export."


class ExportNotReady(ProctoringError, errors.WrongState):
    code = "export_not_ready"
    message = "The export is still being made. Ask again in a few seconds."
