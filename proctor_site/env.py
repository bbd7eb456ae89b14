"""Strict readers of environment variables: a mistyped value stops the start with a sentence, never silently."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable

from django.core.exceptions import ImproperlyConfigured


def envstr(name: str, default: str) -> str:
    return os.environ.get(name, default)


def envbool(name: str, default: bool) -> bool:
    value = os.environ.get(name, str(default))
    if value not in {"True", "False"}:
        raise ImproperlyConfigured(f"{name} must be True or False, not “{value}”.")
    return value == "True"


def envint(name: str, default: int, *, minimum: int = 0) -> int:
    value = os.environ.get(name, str(default))
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not “{value}”.") from None
    if number < minimum:
        raise ImproperlyConfigured(f"{name} must be at least {minimum}, not {number}.")
    return number


def envchoice(name: str, default: str, choices: Iterable[str]) -> str:
    value = os.environ.get(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be {' or '.join(choices)}, not “{value}”.")
    return value


def envlist(name: str, default: list[str]) -> list[str]:
    value = os.environ.get(name)
    return default if value is None else [part.strip() for part in value.split(",") if part.strip()]


def envnetworks(name: str) -> list[str]:
    """Networks such as 10.0.0.0/8 or fd00::/8, between commas; none by default."""
    networks = envlist(name, [])
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            raise ImproperlyConfigured(f"{name} lists networks such as 10.0.0.0/8; “{network}” is none.") from None
    return networks
