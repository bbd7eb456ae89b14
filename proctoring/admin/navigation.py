"""Which entries of the sidebar a person sees (named in ``proctor_site.unfold``)."""

from __future__ import annotations

from django.http import HttpRequest

from exams.scoped_admin import ADMINISTRATORS, EDITORS, WATCHERS, has_role


def sees_sessions(request: HttpRequest) -> bool:
    return has_role(request, WATCHERS)


def sees_purges(request: HttpRequest) -> bool:
    return has_role(request, ADMINISTRATORS)


def sees_questions(request: HttpRequest) -> bool:
    return has_role(request, EDITORS)


def sees_policies(request: HttpRequest) -> bool:
    return has_role(request, EDITORS)


def sees_people(request: HttpRequest) -> bool:
    return has_role(request, ADMINISTRATORS)


def sees_institutions(request: HttpRequest) -> bool:
    return has_role(request, ADMINISTRATORS)
