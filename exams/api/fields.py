"""Fields that take what a database can keep."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class SafeCharField(serializers.CharField):
    """Refuses half of a surrogate pair, which is no character; DRF's own refuses NUL."""

    default_error_messages = {"surrogate": "The text holds half of a character, which cannot be kept."}

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if any("\ud800" <= character <= "\udfff" for character in text):
            self.fail("surrogate")
        return text
