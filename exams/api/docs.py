"""The description of the API, for programs and for people. Open to everybody: it holds no data."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

# Swagger UI sets styles in place and draws its icons from data: addresses.
CONTENT_POLICY = {"style-src": ["'unsafe-inline'"]}


class SchemaView(SpectacularAPIView):
    permission_classes = [AllowAny]
    authentication_classes = []


@method_decorator(csp_update(CONTENT_POLICY), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    """Starts itself from a script with an address of its own, which the content policy allows."""

    template_name = "exams/api_docs.html"
    permission_classes = [AllowAny]
    authentication_classes = []
    url_name = "api_schema"


@extend_schema(exclude=True)
class NothingHere(APIView):
    """Whatever else is asked for below /api/."""

    permission_classes = [AllowAny]
    authentication_classes = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound
