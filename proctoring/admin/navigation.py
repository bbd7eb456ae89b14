"""Which entries of the sidebar a person sees (named in ``proctor_site.unfold``)."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from exams.results import MARKERS
from exams.roles import ADMINISTRATORS, EDITORS, STAFF, WATCHERS, has_role, is_superuser


def sees_sessions(request: HttpRequest) -> bool:
    return has_role(request, WATCHERS)


def sees_attempts(request: HttpRequest) -> bool:
    return has_role(request, STAFF)


def sees_accommodations(request: HttpRequest) -> bool:
    return has_role(request, EDITORS)


def sees_outages(request: HttpRequest) -> bool:
    return is_superuser(request)


def sees_purges(request: HttpRequest) -> bool:
    return has_role(request, ADMINISTRATORS)


def sees_questions(request: HttpRequest) -> bool:
    return has_role(request, EDITORS)


def sees_results(request: HttpRequest) -> bool:
    return has_role(request, MARKERS)


def sees_policies(request: HttpRequest) -> bool:
    return has_role(request, EDITORS)


def sees_people(request: HttpRequest) -> bool:
    return has_role(request, ADMINISTRATORS)


def sees_institutions(request: HttpRequest) -> bool:
    return has_role(request, ADMINISTRATORS)


def is_live(request: HttpRequest) -> bool:
    return request.path == reverse("admin:index") or "/session/wall/" in request.path


def is_session(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("admin:proctoring_session_changelist")) and not is_live(request)


def is_exam(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("admin:exams_exam_changelist")) and not is_results(request)


def is_results(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("admin:exams_exam_changelist")) and "/results/" in request.path
