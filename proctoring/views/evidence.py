"""Live pictures, snapshots and exports. Whoever may not see a session is told that there is none."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TypeVar, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from exams.models import User
from proctoring import own_record, selectors
from proctoring.evidence import snapshots
from proctoring.live import shared_frames
from proctoring.models import Export, Session
from proctoring.reports import exam_export
from proctoring.reports.pdf.case import at_once
from proctoring.reports.session_csv import session_csv
from proctoring.reports.session_json import session_json

# A picture of a session page is asked for again as one scrolls; it is still private, and gone soon after a purge.
SNAPSHOT_CACHE = "private, max-age=300"
NO_CACHE = "private, no-store"
TOO_LONG = "This session is long: have its report made on its page in the administration, and download it from there."

Row = TypeVar("Row", bound=Model)


def base_url(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def picture(jpeg: bytes, *, cache: str) -> HttpResponse:
    """Never guessed at, never run: a file from a stranger's browser is shown as a picture or not at all."""
    headers = {
        "Cache-Control": cache,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return HttpResponse(jpeg, content_type="image/jpeg", headers=headers)


@require_safe
def live_frame(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The newest picture, in memory only. No redirect to the login: this is fetched by pages."""
    session = _session(request, session_id)
    frame = shared_frames.newest(session.pk) if session.state != Session.State.ENDED else None
    if frame is None:
        raise Http404("There is no live picture of this session.")
    response = picture(frame.jpeg, cache=NO_CACHE)
    response["X-Frame-Sequence"] = str(frame.sequence)
    response["X-Frame-Unix-Ms"] = str(frame.unix_ms)
    return response


@require_safe
@login_required
def snapshot(request: HttpRequest, session_id: UUID, name: str) -> HttpResponse:
    """For those who watch, and for its candidate once their record is open to them."""
    storage_name = f"{snapshots.folder(session_id)}/{name}.jpg"
    try:
        event, cache = selectors.event_with_snapshot(_user(request), session_id, storage_name), SNAPSHOT_CACHE
    except ObjectDoesNotExist:
        event = _found(lambda: own_record.event_with_snapshot(_user(request), session_id, storage_name))
        cache = NO_CACHE
    try:
        jpeg = snapshots.read(event.snapshot)
    except FileNotFoundError:
        raise Http404("This picture is missing.") from None
    return picture(jpeg, cache=cache)


@require_safe
@login_required
def session_csv_view(request: HttpRequest, session_id: UUID) -> HttpResponse:
    session = _session(request, session_id)
    complete = _wants_detail(request)
    text = session_csv(session, base_url=base_url(request), detail=complete)
    return _download(text, session, content_type="text/csv; charset=utf-8", extension="csv", complete=complete)


@require_safe
@login_required
def session_json_view(request: HttpRequest, session_id: UUID) -> HttpResponse:
    session = _session(request, session_id)
    complete = _wants_detail(request)
    text = session_json(session, base_url=base_url(request), detail=complete)
    return _download(text, session, content_type="application/json", extension="json", complete=complete)


@require_safe
@login_required
def session_pdf_view(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Of a long session it is asked for on the session's page, and made outside requests."""
    session = _session(request, session_id)
    if not at_once(session):
        return HttpResponse(TOO_LONG, status=409, content_type="text/plain; charset=utf-8")
    return report_response(session, by=cast(User, request.user), base_url=base_url(request))


def report_response(session: Session, *, by: User, base_url: str) -> HttpResponse:
    from proctoring.reports.pdf.report import write_report  # ReportLab takes its time to load

    file = io.BytesIO()
    write_report(session, by=by, base_url=base_url, file=file)
    return _download(file.getvalue(), session, content_type="application/pdf", extension="pdf")


@require_safe
@login_required
def export_state(request: HttpRequest, export_id: UUID) -> HttpResponse:
    export = exam_export.judged(_found(lambda: selectors.export_for(_user(request), export_id)))
    ready = export.state == Export.State.READY
    state = {
        "id": str(export.pk),
        "state": export.state,
        "format": export.format,
        "done": export.done,
        "total": export.total,
        "error": export.error,
        "download_url": reverse("export_file", kwargs={"export_id": export.pk}) if ready else "",
    }
    return JsonResponse(state, headers={"Cache-Control": NO_CACHE})


@require_safe
@login_required
def export_file(request: HttpRequest, export_id: UUID) -> FileResponse:
    export = _found(lambda: selectors.export_for(_user(request), export_id))
    try:
        return export_response(export)
    except FileNotFoundError:
        raise Http404("This export is not there. It is deleted a day after it was asked for.") from None


def export_response(export: Export) -> FileResponse:
    """Raises FileNotFoundError."""
    return FileResponse(
        exam_export.file_of(export),
        as_attachment=True,
        filename=exam_export.name_of(export),
        content_type=exam_export.CONTENT_TYPES[Export.Format(export.format)],
        headers={"Cache-Control": NO_CACHE, "X-Content-Type-Options": "nosniff"},
    )


def _user(request: HttpRequest) -> selectors.Visitor:
    return cast(User, request.user)


def _session(request: HttpRequest, session_id: UUID) -> Session:
    return _found(lambda: selectors.session_for(_user(request), session_id))


def _found(find: Callable[[], Row]) -> Row:
    try:
        return find()
    except ObjectDoesNotExist:
        raise Http404("There is nothing here for you.") from None


def _wants_detail(request: HttpRequest) -> bool:
    return request.GET.get("detail") == "1"


def _download(
    content: str | bytes, session: Session, *, content_type: str, extension: str, complete: bool = False
) -> HttpResponse:
    name = exam_export.name_of_session(session, extension, complete=complete)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": NO_CACHE,
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=content_type, headers=headers)
