"""What is sent names only fields there are.

DRF passes over the others, so that a misspelled setting is answered with 200 and changes nothing. What the pages of
candidates send is not read so: one left open over an update may know a field more, and no answer may be lost over that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.utils.html import is_html_input


class ExactSerializer(serializers.Serializer[Any]):
    """Refuses names that are no field. ``passed_over`` are those that reading gives back and writing leaves alone."""

    passed_over: frozenset[str] = frozenset()

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and not is_html_input(data):
            known = self.fields.keys() | self.passed_over
            unknown = next((str(name) for name in data if name not in known), None)
            if unknown is not None:
                raise ValidationError({unknown[:100]: ErrorDetail(self._complaint(unknown), code="unknown_field")})
        return super().to_internal_value(data)

    def _complaint(self, name: str) -> str:
        fields = ", ".join(name for name, field in self.fields.items() if not field.read_only)
        return f"There is no field “{name[:40]}” here. There are: {fields}."
