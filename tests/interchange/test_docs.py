"""The examples that authors are shown can be imported as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from exams.interchange.formats import detect

DOCS = Path(__file__).resolve().parents[2] / "docs" / "questions.md"
EXAMPLES = re.findall(r"^```(?:\w*)\n(.*?)^```$", DOCS.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(("format", "number"), [("gift", 9), ("xml", 1), ("csv", 7)])
def test_every_example_can_be_imported(format: str, number: int) -> None:
    [example] = [example for example in EXAMPLES if detect(example.encode()).name == format]
    result = detect(example.encode()).parse(example.encode())
    assert [parsed.problems for parsed in result.items] == [[]] * number
    assert len(result.importable) == number
    assert result.notes == []
