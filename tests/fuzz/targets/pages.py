"""Every page and every form of the site, filled in by somebody who did not mean well."""

from __future__ import annotations

import json
from collections.abc import Iterable
from random import Random
from typing import Any

from bs4 import BeautifulSoup, Tag

from tests.fuzz import site
from tests.fuzz.mutation import dumped
from tests.fuzz.target import Take, Target
from tests.fuzz.targets.api import mutate_request
from tests.routes.addresses import routes

LEFT_OUT = ("jsi18n", "autocomplete")
_site: list[site.FuzzedSite] = []
_seeds: list[bytes] = []


def start() -> Take:
    _site[:] = [site.start()]

    def take(data: bytes) -> bool:
        try:
            wanted = json.loads(data)
        except (ValueError, RecursionError):
            return False
        return isinstance(wanted, dict) and bool(_site[0].ask(wanted).status_code < 400)

    return take


def seeds() -> list[bytes]:
    _seeds[:] = pages_and_forms(name for _, name in routes())
    return list(_seeds)


def pages_and_forms(names: Iterable[str]) -> list[bytes]:
    """Each page as its reader gets it, and each form on it as it stands there."""
    made: list[dict[str, Any]] = []
    for name in names:
        if name.endswith(LEFT_OUT) or name not in _site[0].place.arguments:
            continue
        for role in ("superuser", "candidate", "nobody"):
            wanted = _request(role, "GET", _site[0].place.url(name))
            response = _site[0].ask(wanted)
            if response.status_code == 200 and "html" in response.get("Content-Type", ""):
                made += [wanted, *_forms(response.content, wanted)]
                break
            if response.status_code == 405:
                made.append(_request(role, "POST", wanted["path"], {}))
                break
    return [dumped(wanted) for wanted in made]


def _request(role: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    return {"as": role, "method": method, "path": path, "query": {}, "type": "form", "body": body, "headers": {}}


def _forms(content: bytes, page: dict[str, Any]) -> list[dict[str, Any]]:
    forms = []
    for form in BeautifulSoup(content, "html.parser").find_all("form"):
        path = str(form.get("action") or page["path"]).split("?")[0].split("#")[0]
        if not path.startswith("/"):
            path = page["path"]
        fields = _fields(form)
        if str(form.get("method", "get")).lower() == "post":
            forms.append(_request(page["as"], "POST", path, fields))
        else:
            forms.append(_request(page["as"], "GET", path) | {"query": fields})
    return forms


def _fields(form: Tag) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for field in form.find_all(["input", "select", "textarea"]):
        name = field.get("name") if isinstance(field, Tag) else None
        if not isinstance(field, Tag) or not isinstance(name, str) or name == "csrfmiddlewaretoken":
            continue
        if field.name == "select":
            options = field.find_all("option")
            chosen = [option for option in options if option.has_attr("selected")] or options[-1:]
            fields[name] = str(chosen[0].get("value", "")) if chosen else ""
        elif field.name == "textarea":
            fields[name] = field.get_text()
        elif field.get("type") == "file":
            fields[name] = {"file": "questions.txt", "content": "::Q:: Which? {=a ~b}\n\nemail\na@b.ch\n"}
        elif field.get("type") not in ("checkbox", "radio") or field.has_attr("checked"):
            fields[name] = str(field.get("value", ""))
    return fields


def mutate(data: bytes, longest: int, random: Random) -> bytes:
    return mutate_request(random.choice(_seeds) if _seeds and random.random() < 0.6 else data, longest, random)


TARGET = Target(
    "pages and forms, each undone", start, seeds, longest=20_000, seconds=8.0, memory_mb=1_500, mutate=mutate
)
