"""The settings that docs/operations.md names for production, held to Django's own list of what is unsafe."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "PROCTOR_HTTPS": "True",
    "PROCTOR_BEHIND_PROXY": "True",
    "PROCTOR_HOSTS": "exams.example.org",
    "PROCTOR_BASE_URL": "https://exams.example.org",
    "PROCTOR_TRUSTED_ORIGINS": "https://exams.example.org",
    "PROCTOR_EMAIL_URL": "smtp+starttls://exams:password@mail.example.org",
    "PROCTOR_EMAIL_FROM": "Exams <exams@example.org>",
    "PROCTOR_SECRET_KEY": "wP4-2nUeT6yQ0kzB7vJxH1rLdS9mFgC3aEoIiNtYqXu8ZbVhKs",
}


def check(data_dir: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("PROCTOR_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=outside | environment | {"PROCTOR_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
    )


def test_the_documented_settings_are_those_of_this_test() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for name, value in PRODUCTION.items():
        assert f"{name}={'…' if name == 'PROCTOR_SECRET_KEY' else value}" in text


def test_production_settings_pass_without_a_warning(tmp_path: Path) -> None:
    done = check(tmp_path, PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout + done.stderr
    assert not (tmp_path / "secret_key").exists()


def test_a_key_of_its_own_passes_too_is_kept_and_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    own_key = {name: value for name, value in PRODUCTION.items() if name != "PROCTOR_SECRET_KEY"}
    assert check(tmp_path, own_key).returncode == 0
    kept = tmp_path / "secret_key"
    key = kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert check(tmp_path, own_key).returncode == 0
    assert kept.read_text() == key


def test_no_two_installations_share_a_key(tmp_path: Path) -> None:
    for name in ("one", "other"):
        assert check(tmp_path / name, {}).returncode in (0, 1)  # a bare start is not made for production
    assert (tmp_path / "one" / "secret_key").read_text() != (tmp_path / "other" / "secret_key").read_text()


@pytest.mark.parametrize(
    ("missing", "warning"), [("PROCTOR_HTTPS", "security.W"), ("PROCTOR_EMAIL_URL", "proctor.W001")]
)
def test_it_would_find_what_is_left_out(tmp_path: Path, missing: str, warning: str) -> None:
    done = check(tmp_path, {name: value for name, value in PRODUCTION.items() if name != missing})
    assert done.returncode == 1
    assert warning in done.stderr
