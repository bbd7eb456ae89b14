"""Whether what came from another process is what its dataclasses declare, before anything here relies on it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Value = TypeVar("Value")
Check = Callable[[Any], bool]


def as_declared(value: Value) -> Value:
    """The value itself; raises TypeError naming a field that holds something else, or a number that is none."""
    kind: Any = type(value)
    for name, declared, check in _checks(kind):
        held = getattr(value, name)
        if not check(held):
            raise TypeError(f"{type(value).__name__}.{name} is {declared}, not {str(held)[:60]}.")
    return value


def text(value: object) -> str:
    """Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(f"A text was expected, not {str(value)[:60]}.")
    return value


def number(value: object) -> float:
    """Raises TypeError."""
    if not _is_number(value):
        raise TypeError(f"A number was expected, not {str(value)[:60]}.")
    return float(value)  # type: ignore[arg-type]


@cache
def _checks(kind: type[Any]) -> tuple[tuple[str, Any, Check], ...]:
    hints = get_type_hints(kind)
    return tuple((field.name, hints[field.name], _check(hints[field.name])) for field in fields(kind))


@cache
def _check(declared: Any) -> Check:
    """Made once for each declaration: a web process asks for hundreds of observations a second."""
    origin, inside = get_origin(declared), get_args(declared)
    if declared is float:
        return _is_number
    if declared is int:
        return lambda value: isinstance(value, int) and not isinstance(value, bool)
    if origin in (Union, UnionType):
        checks = tuple(map(_check, inside))
        return lambda value: any(check(value) for check in checks)
    if origin is tuple and inside[-1:] == (Ellipsis,):
        every = _check(inside[0])
        return lambda value: isinstance(value, tuple) and all(map(every, value))
    if origin is tuple:
        each = tuple(map(_check, inside))
        return lambda value: (
            isinstance(value, tuple)
            and len(value) == len(each)
            and all(check(one) for check, one in zip(each, value, strict=True))
        )
    if origin is Mapping:
        key, one = map(_check, inside)
        return lambda value: isinstance(value, dict) and all(map(key, value)) and all(map(one, value.values()))
    if is_dataclass(declared):
        return lambda value: isinstance(value, declared) and as_declared(value) is value  # type: ignore[arg-type]
    kind = NoneType if declared is None else declared
    return lambda value: isinstance(value, kind)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
