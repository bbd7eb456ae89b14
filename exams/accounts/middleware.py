"""The second factor at the door: whoever needs one and has not shown it gets no further than candidates do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect

from exams.accounts import two_factor
from exams.accounts.two_factor import Missing

OWN_PAGES = ("/accounts/", "/invitations/")  # where the factor is set up and shown


class SecondFactorMiddleware:
    """Shut for whatever is not named in ``settings.OPEN_WITHOUT_SECOND_FACTOR``: a page that is forgotten there stays
    closed to a few members of staff, the other way round it would be open to a stolen password."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        if match is not None and match.view_name in settings.OPEN_WITHOUT_SECOND_FACTOR:
            return None
        if request.path.startswith(OWN_PAGES) or not request.user.is_authenticated:
            return None
        missing = two_factor.missing(request.user, request.session)
        return None if missing is None else refusal(request, missing)


def refusal(request: HttpRequest, missing: Missing) -> HttpResponse:
    """Pages lead to where it can be done; programs and scripts get 403 with a code."""
    if request.path.startswith("/api/") or "text/html" not in request.headers.get("Accept", ""):
        return JsonResponse({"code": two_factor.CODE, "message": missing.value, "field": ""}, status=403)
    back = urlencode({REDIRECT_FIELD_NAME: request.get_full_path()}) if request.method == "GET" else ""
    messages.warning(request, missing.value)
    name = "mfa_index" if missing is Missing.SETUP else "second_factor"
    answer = redirect(name)
    answer["Location"] += f"?{back}" if back else ""
    return answer
