"""Where the real pictures and clips lie. Absent, a test skips and says why; in CI that is a failure."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("PROCTOR_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


def data_path(name: str) -> Path:
    """The file or folder ``name`` below the data folder, e.g. ``clips/head_turns``."""
    path = ROOT / name
    if not path.exists():
        reason = f"{path} is missing: put the test data at ../shared/data or name its place in PROCTOR_TEST_DATA."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


def clip_frames(name: str) -> list[Path]:
    """The pictures of a clip in order."""
    return sorted(data_path(f"clips/{name}").glob("*.jpg"))
