"""`evaluate all` on a handful of pictures: what is there is measured and written, what is not is said."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.data import data_path


def test_figures_are_written_and_missing_data_is_said(tmp_path: Path) -> None:
    source = data_path("faces_by_group")
    faces = tmp_path / "data" / "faces_by_group"
    (faces / "images").mkdir(parents=True)
    head, *people = (source / "labels.csv").read_text().splitlines()
    lines = [head, people[0], *(line for line in people if line.startswith("3996.jpg,"))]  # who sits straight
    (faces / "labels.csv").write_text("\n".join(lines))
    for line in lines[1:]:
        name = line.split(",")[0]
        (faces / "images" / name).symlink_to(source / "images" / name)
    results, page, errors = tmp_path / "results.json", tmp_path / "docs" / "accuracy.md", StringIO()
    call_command("evaluate", "all", tmp_path / "data", results=results, page=page, stdout=StringIO(), stderr=errors)
    written = json.loads(results.read_text())
    assert [report["name"] for report in written["reports"]] == ["groups", "turned-faces"]
    assert len(written["models"]["faces"]["sha256"]) == 64
    assert "Events was not measured" in errors.getvalue()
    assert written["missing"][0].startswith("Events was not measured: clips is not in the data")
    assert "## Faces, by group of people" in page.read_text()
    assert "## Head pose, on real faces turned by known angles" in page.read_text()
    assert written["reports"][1]["figures"]["by_yaw"]["30"]["pictures"] >= 1


def test_a_folder_without_any_data_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="nothing to measure"):
        call_command("evaluate", "all", tmp_path)
