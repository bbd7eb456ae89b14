"""The admin site: open to people with a staff role, entered by the ordinary login, with a content policy of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.sites import UnfoldAdminSite

# Unfold's Alpine evaluates the expressions in its templates, and its pages set styles in place.
CONTENT_POLICY = {"script-src": ["'unsafe-eval'"], "style-src": ["'unsafe-inline'"]}


def _in_institution_time(view: Callable[..., Any]) -> Callable[..., Any]:
    """Forms read and pages give times as the institution's clocks do; so pages are rendered in here."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        from exams.scoped_admin import zone_for  # needs the app registry

        zone = zone_for(request) if request.user.is_authenticated else None
        with timezone.override(zone):
            response: HttpResponse = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                response.render()
        return response

    return inner


class ProctorAdminSite(UnfoldAdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        from exams.scoped_admin import STAFF, has_role  # needs the app registry

        return has_role(request, STAFF)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What Unfold gives every page, and what ours have on each: detectors that do not run."""
        from proctoring.admin.status import for_every_page  # needs the app registry

        return {**super().each_context(request), **for_every_page(request)}

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        return csp_update(CONTENT_POLICY)(_in_institution_time(super().admin_view(view, cacheable)))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("account_change_password")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The same for everyone, too."""
        from allauth.account.views import logout  # needs the app registry

        response: HttpResponse = logout(request)
        return response

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Everyone signs in at the same door. Who is in already and may not enter is told so, not sent in a circle."""
        if self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index", current_app=self.name))
        if request.user.is_authenticated:
            raise PermissionDenied(
                "These pages are for staff. Your account has no staff role in any institution; "
                "ask your institution's administrator for one."
            )
        wanted = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index", current_app=self.name)
        query = urlencode({REDIRECT_FIELD_NAME: wanted})
        return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{query}")
