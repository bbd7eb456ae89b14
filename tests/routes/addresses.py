"""The site's pages as its own table of addresses has them, and what each is to be filled in with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

Arguments = dict[str, dict[str, Any]]


def routes(resolver: URLResolver | None = None, path: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Path and name of everything but the API, which has a table of its own."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = path + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, here, space + (f"{entry.namespace}:" if entry.namespace else ""))
        elif isinstance(entry, URLPattern) and entry.name and not here.startswith("api/"):
            yield here, space + entry.name


def filled_in(*, rows: dict[str, Any], named: dict[str, Any]) -> Arguments:
    """By a page's name what its address takes: an ``object_id`` from ``rows`` by model, all else from ``named``."""
    arguments: Arguments = {}
    for _, name in routes():
        model = name.removeprefix("admin:").rpartition("_")[0]
        arguments[name] = {
            argument: rows.get(model, "1") if argument == "object_id" else named[argument]
            for argument in _arguments(name)
        }
    return arguments


def _arguments(name: str) -> set[str]:
    resolver: Any = get_resolver()
    for part in name.split(":")[:-1]:
        resolver = resolver.namespace_dict[part][1]
    possible = resolver.reverse_dict.getlist(name.rpartition(":")[2])
    return set(possible[0][0][0][1]) if possible else set()
