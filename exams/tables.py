"""Tables as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# A cell that begins so is a formula to spreadsheets: https://owasp.org/www-community/attacks/CSV_Injection
# The full-width forms of the signs are formulas too where such are typed.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Spreadsheets take a file for UTF-8 only by this mark.
BYTE_ORDER_MARK = "\ufeff"


def table(columns: Sequence[str], records: Iterable[Mapping[str, Any]], *, header: bool = True) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    if header:
        writer.writerow([cell(column) for column in columns])
    writer.writerows([cell(record[column]) for column in columns] for record in records)
    return buffer.getvalue()


def cell(value: Any) -> Any:
    """Numbers stay numbers, null is empty, and text that would be a formula is shown instead of worked out."""
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value
