"""What drf-spectacular cannot find out by itself."""

from __future__ import annotations

import inspect
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

from exams.api.exact import ExactSerializer

# Every operation may be answered so; the code in the body says why.
REFUSALS = {
    "400": "What was sent cannot be used",
    "401": "Not signed in",
    "403": "Not allowed",
    "404": "There is no such thing for you",
    "405": "Not this method",
    "406": "Only JSON is answered",
    "409": "The state of things does not allow it now",
    "413": "Too large",
    "415": "Send JSON",
    "429": "Too many requests; see Retry-After",
}


class Refusal(serializers.Serializer[None]):
    """Programs read the code, people the message."""

    code = serializers.CharField()
    message = serializers.CharField()
    field = serializers.CharField(allow_blank=True, help_text="Which field it is about, where it is about one.")


class Schema(AutoSchema):
    def get_description(self) -> str:  # type: ignore[override]
        """That of the operation, or of its own view set: what a base class says is about code, not about the API."""
        described = self.view.__class__.__dict__.get("__doc__")
        operation = getattr(self.view, getattr(self.view, "action", self.method.lower()), None)
        return inspect.cleandoc(getattr(operation, "__doc__", None) or described or "")

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        mapped = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if direction == "request" and isinstance(serializer, ExactSerializer) and not serializer.passed_over:
            mapped["additionalProperties"] = False
        return mapped

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        for code, description in REFUSALS.items():
            if code not in bodies:
                refusal = self._get_response_for_code(Refusal, code)  # type: ignore[no-untyped-call]
                bodies[code] = {**refusal, "description": description}
        return bodies


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "exams.api.authentication.TokenAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A key made in the admin under “API keys”. It acts as its owner, or only reads.",
        }
