"""What was read from a file, as JSON: kept between the look at it and the import, without reading the file again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from exams.interchange.base import ParsedItem, ParseResult
from exams.items import Item, ItemChoice, Kind


def dump(result: ParseResult) -> str:
    """Pictures apart."""
    return json.dumps({"items": [_parsed(parsed) for parsed in result.items], "notes": result.notes}, default=str)


def load(text: str) -> ParseResult:
    data = json.loads(text)
    return ParseResult([_read(parsed) for parsed in data["items"]], data["notes"])


def _parsed(parsed: ParsedItem) -> dict[str, Any]:
    item = None if parsed.item is None else asdict(parsed.item)
    return {
        "line": parsed.line,
        "section": parsed.section,
        "label": parsed.label,
        "problems": parsed.problems,
        "item": item,
    }


def _read(data: dict[str, Any]) -> ParsedItem:
    item = data["item"]
    return ParsedItem(
        data["line"], None if item is None else _item(item), data["problems"], data["section"], data["label"]
    )


def _item(data: dict[str, Any]) -> Item:
    choices: Sequence[dict[str, Any]] = data["choices"]
    figures = {name: Decimal(data[name]) for name in ("points", "penalty", "tolerance")}
    number = None if data["number"] is None else Decimal(data["number"])
    read = {"kind": Kind(data["kind"]), "number": number, "choices": tuple(map(_choice, choices))}
    return Item(**(data | figures | read))


def _choice(data: dict[str, Any]) -> ItemChoice:
    credit = data["credit"]
    return ItemChoice(**(data | {"credit": None if credit is None else Decimal(credit)}))
