"""Every operation of the API, as everybody who may ask and some who may not, with bodies nearly as they should be."""

from __future__ import annotations

import json
import re
from functools import cache
from random import Random
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from tests.fuzz import site
from tests.fuzz.mutation import NUMBERS, TEXTS, dumped, mutate_bytes, mutate_json
from tests.fuzz.target import Take, Target

BY_FORMAT = {
    "uuid": "5b2c0f7a-1d3e-4e6f-8a90-1b2c3d4e5f60",
    "date-time": "2026-11-23T09:00:00Z",
    "date": "2026-11-23",
    "email": "ada@example.org",
    "uri": "https://93.184.215.14/",
    "decimal": "1.5",
}
OWN = ("/api/v1/attempts/", "/api/v1/sessions/")
ANSWERS: dict[str, Any] = {
    "single_choice": {"choice": None},
    "multiple_choice": {"choices": []},
    "numeric": {"number": "3,14"},
    "short_text": {"text": "Ada"},
    "essay": {"text": "Because."},
    "matching": {"pairs": {"a": "b"}},
    "ordering": {"order": ["a"]},
}
SIGNALS = {"sent_ms": 2, "signals": [{"id": BY_FORMAT["uuid"], "kind": "hidden", "time_ms": 1}]}


def start() -> Take:
    asked = site.start()

    def take(data: bytes) -> bool:
        try:
            wanted = json.loads(data)
        except (ValueError, RecursionError):
            return False
        if not isinstance(wanted, dict):
            return False
        wanted["body"] = _with_numbers(wanted.get("body"), asked.names)
        return bool(asked.ask(wanted).status_code < 400)

    return take


def _with_numbers(body: Any, names: dict[str, Any]) -> Any:
    """``"{essay}"`` as a value is the number of that question, and so on."""
    if isinstance(body, dict):
        return {key: _with_numbers(value, names) for key, value in body.items()}
    if isinstance(body, list):
        return [_with_numbers(value, names) for value in body]
    if isinstance(body, str) and (found := re.fullmatch(r"\{(\w+)\}", body)):
        return _plain(names.get(found[1], body))
    return body


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | str) else str(value)


@cache
def requests() -> tuple[dict[str, Any], ...]:
    """One for each operation of the description, and those whose bodies it does not describe."""
    description: Any = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    made = []
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema")
            for exam in ("{exam}", "{draft}") if "{exam}" in path else ("",):
                made.append(
                    {
                        "as": "candidate" if path.startswith(OWN) else "administrator",
                        "method": method.upper(),
                        "path": _named(path).replace("{exam}", exam),
                        "query": {
                            each["name"]: _sample(each["schema"], description)
                            for each in operation.get("parameters", [])
                            if each["in"] == "query"
                        },
                        "type": "json",
                        "body": None if schema is None else _sample(schema, description),
                        "headers": {},
                    }
                )
    return tuple(made + _others())


def _others() -> list[dict[str, Any]]:
    base = {"as": "candidate", "method": "POST", "query": {}, "type": "json", "headers": {}}
    answers = [
        base
        | {
            "path": f"/api/v1/{path}/answers/",
            "body": {"client_id": BY_FORMAT["uuid"], "question": f"{{{kind}}}", "value": value},
        }
        for kind, value in ANSWERS.items()
        for path in ("attempts/{attempt_id}", "sessions/{session_id}")
    ]
    beacon = {"path": "/api/v1/sessions/{session_id}/signals/"}
    return [
        *answers,
        base | beacon | {"body": SIGNALS},
        base | beacon | {"type": "form", "body": {"payload": json.dumps(SIGNALS)}},
        base | {"as": "nobody", "path": "/api/v1/exams/", "headers": {"Authorization": "Bearer abc"}},
    ]


def _named(path: str) -> str:
    """``/webhooks/{id}/`` becomes ``/webhooks/{webhooks}/``."""
    parts = path.split("/")
    for place, part in enumerate(parts):
        if part in ("{id}", "{pk}", "{uid}"):
            parts[place] = f"{{{parts[place - 1]}}}"
    return "/".join(parts)


def _sample(schema: dict[str, Any], description: dict[str, Any], depth: int = 0) -> Any:
    """A value such as the schema describes."""
    if "$ref" in schema:
        return _sample(description["components"]["schemas"][schema["$ref"].rpartition("/")[2]], description, depth + 1)
    for several in ("allOf", "oneOf", "anyOf"):
        if schema.get(several):
            return _sample(schema[several][0], description, depth + 1)
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type", "object")
    if kind == "object":
        return {name: _sample(each, description, depth + 1) for name, each in schema.get("properties", {}).items()}
    if kind == "array":
        return [_sample(schema["items"], description, depth + 1)] if depth < 8 else []
    if kind == "boolean":
        return True
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    return BY_FORMAT.get(schema.get("format", ""), "1.5" if "pattern" in schema else "A text")


def seeds() -> list[bytes]:
    return list(_seeds())


@cache
def _seeds() -> tuple[bytes, ...]:
    return tuple(map(dumped, requests()))


def mutate(data: bytes, longest: int, random: Random) -> bytes:
    """Often one of the examples anew: of what was changed again and again, the site refuses everything at its door."""
    return mutate_request(random.choice(_seeds()) if random.random() < 0.5 else data, longest, random)


def mutate_request(data: bytes, longest: int, random: Random) -> bytes:
    """Mostly what is sent; now and then who asks, where, and how."""
    try:
        request = json.loads(data)
    except (ValueError, RecursionError):
        request = None
    if not isinstance(request, dict) or random.random() < 0.02:
        return mutate_bytes(data, longest, random)
    part = random.choice(("body",) * 12 + ("query",) * 4 + ("path", "path", "headers", "as", "as", "method", "type"))
    if part == "as":
        request["as"] = random.choice(site.ROLES)
    elif part == "method":
        request["method"] = random.choice(site.METHODS)
    elif part == "headers":
        name = random.choice(("Authorization", "Accept", "Range", "If-None-Match", "If-Modified-Since", "Cookie"))
        request["headers"] = {name: random.choice(TEXTS)}
    elif part == "query" and (not request.get("query") or random.random() < 0.3):
        name = random.choice(("page", "page_size", "q", "o", "p", "e", "version", "format", "show", "_popup", "next"))
        request["query"] = {name: random.choice((*map(str, NUMBERS[:20]), *TEXTS))}
    else:
        request[part] = mutate_json(request.get(part), random)
    made = dumped(request)
    return made if len(made) <= longest else data


TARGET = Target(
    "the API, each request undone", start, seeds, longest=8_000, seconds=4.0, memory_mb=1_000, mutate=mutate
)
