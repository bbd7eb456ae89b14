"""Every error of the API has one shape: {"code", "message", "field"}. Programs read the code, people the message."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from exams.errors import (
    AttemptFinished,
    AttemptNotStarted,
    CannotReopen,
    ExamError,
    ExamNotOpen,
    MarkTaken,
    NoBreak,
    NotAllowed,
    NotEnrolled,
    NotReady,
    OnBreak,
    ResultsNotReady,
    TimeLeft,
    VersionFrozen,
    WrongState,
)

STATUS_OF: dict[type[ExamError], int] = {
    AttemptFinished: status.HTTP_409_CONFLICT,
    AttemptNotStarted: status.HTTP_409_CONFLICT,
    CannotReopen: status.HTTP_409_CONFLICT,
    ExamNotOpen: status.HTTP_409_CONFLICT,
    MarkTaken: status.HTTP_409_CONFLICT,
    NoBreak: status.HTTP_409_CONFLICT,
    NotAllowed: status.HTTP_403_FORBIDDEN,
    NotReady: status.HTTP_409_CONFLICT,
    OnBreak: status.HTTP_409_CONFLICT,
    ResultsNotReady: status.HTTP_409_CONFLICT,
    TimeLeft: status.HTTP_409_CONFLICT,
    VersionFrozen: status.HTTP_409_CONFLICT,
    WrongState: status.HTTP_409_CONFLICT,
    NotEnrolled: status.HTTP_403_FORBIDDEN,
}


def error_response(*, status_code: int, code: str, message: str, field: str = "") -> Response:
    return Response({"code": code, "message": message, "field": field}, status=status_code)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """For REST_FRAMEWORK["EXCEPTION_HANDLER"]; None, for what is no error of the request, lets Django answer 500."""
    if isinstance(error, ExamError):
        set_rollback()
        known = (STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)
        status_code = next(known, status.HTTP_400_BAD_REQUEST)
        return error_response(status_code=status_code, code=error.code, message=error.message, field=error.field)
    if isinstance(error, Http404 | ObjectDoesNotExist):
        return error_response(status_code=404, code="not_found", message="There is nothing here for you.")
    if isinstance(error, DjangoPermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    field, detail = _first(error.detail)
    response = error_response(
        status_code=error.status_code, code=str(detail.code), message=_sentence(str(detail)), field=field
    )
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = f"{wait:.0f}"
    return response


def _first(detail: Any, field: str = "") -> tuple[str, exceptions.ErrorDetail]:
    """The first complaint of DRF's nested lists and dicts, and the field it belongs to."""
    while not isinstance(detail, exceptions.ErrorDetail):
        if isinstance(detail, dict):
            key, detail = next(iter(detail.items()))
            if not isinstance(key, int):  # a place in a list is no name
                field = "" if key == "non_field_errors" else str(key)
        else:
            detail = next(item for item in detail if item)
    return field, detail


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
