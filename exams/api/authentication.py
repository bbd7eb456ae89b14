"""Signing in to the API: with the browser's session, or with a key in the header ``Authorization: Bearer …``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from exams.accounts import two_factor
from exams.models import ApiToken, User
from exams.services import tokens

if TYPE_CHECKING:
    from rest_framework.views import APIView  # which reads the settings that name this module


class TokenAuthentication(BaseAuthentication):
    """First in the list, so that whoever is not signed in gets 401 and is told how to."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        try:
            key = parts[1].decode("ascii") if len(parts) == 2 else ""
        except UnicodeDecodeError:
            key = ""
        token = tokens.token_of(key, timezone.now()) if key else None
        if token is None:
            raise AuthenticationFailed("This key is unknown, revoked or expired.", code="invalid_token")
        if (missing := two_factor.missing(token.user, None)) is not None:
            raise PermissionDenied(missing.value, code=two_factor.CODE)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class ScopeAllows(BasePermission):
    """A key that may only read changes nothing, whatever its owner may do."""

    message = "This key may only read."
    code = "read_only_token"

    def has_permission(self, request: Request, view: APIView) -> bool:
        token = request.auth
        if not isinstance(token, ApiToken) or request.method in SAFE_METHODS:
            return True
        return token.scope == ApiToken.Scope.WRITE
