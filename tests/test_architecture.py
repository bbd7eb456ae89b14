"""The arrows between the rooms, held by fresh interpreters: what a module pulls in when it is imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODEL_LIBRARIES = {"cv2", "mediapipe", "torch", "ultralytics", "openvino"}
VISION = sorted(
    f"proctoring.vision.{path.stem}" for path in (ROOT / "proctoring" / "vision").glob("*.py") if path.stem[0] != "_"
)
RISK = sorted(
    f"proctoring.risk.{path.stem}" for path in (ROOT / "proctoring" / "risk").glob("*.py") if path.stem[0] != "_"
)


def loaded_by(statements: str) -> set[str]:
    """Top-level names of everything a fresh interpreter has loaded after ``statements``."""
    script = f"{statements}\nimport sys\nprint('\\n'.join({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=os.environ.copy(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_vision_pulls_in_no_django() -> None:
    loaded = loaded_by("".join(f"import {module}\n" for module in VISION))
    assert "cv2" in loaded
    assert not loaded & {"django", "channels", "exams"}


def test_risk_pulls_in_neither_django_nor_pictures() -> None:
    loaded = loaded_by("".join(f"import {module}\n" for module in RISK))
    assert not loaded & {"django", "channels", "exams", "numpy", *MODEL_LIBRARIES}


@pytest.mark.parametrize("module", ["proctoring.observation", "proctoring.vision.config", "proctoring.vision.frame"])
def test_what_the_web_process_shares_with_vision_is_standard_library_only(module: str) -> None:
    assert not loaded_by(f"import {module}") & {"django", "numpy", *MODEL_LIBRARIES}


def test_the_web_process_loads_no_model_library() -> None:
    loaded = loaded_by(
        "import django\nfrom django.urls import get_resolver\n"
        "import proctor_site.asgi, proctoring.analysis.service, proctoring.analysis.config\n"
        "django.setup()\nget_resolver().url_patterns"
    )
    assert "django" in loaded
    assert not loaded & MODEL_LIBRARIES
    assert "reportlab" not in loaded  # a tenth of what every command takes to begin


def test_exams_never_imports_proctoring() -> None:
    sources = [path for path in (ROOT / "exams").rglob("*.py") if "migrations" not in path.parts]
    guilty = [
        path.name
        for path in sources
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip().startswith(("import proctoring", "from proctoring"))
    ]
    assert sources
    assert guilty == []
