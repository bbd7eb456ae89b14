"""Fields that take what a database can keep."""

from __future__ import annotations

import math
from decimal import Decimal
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


class FiniteField(serializers.FloatField):
    """A number one can count with: Python reads "nan" and "inf" too, which pass every limit and fit no column."""

    default_error_messages = {"infinite": "This is no number one can count with."}

    def to_internal_value(self, data: Any) -> float:
        value: float = super().to_internal_value(data)
        if not math.isfinite(value):
            self.fail("infinite")
        return value


class IdField(serializers.IntegerField):
    """A number that may be a row's: databases take 64 bits, and some raise for more."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=2**63 - 1, **kwargs)


class NumberField(serializers.DecimalField):
    """As the columns of right numbers hold it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=30, decimal_places=12, **kwargs)


class PointsField(serializers.DecimalField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=7, decimal_places=2, min_value=Decimal(0), **kwargs)
