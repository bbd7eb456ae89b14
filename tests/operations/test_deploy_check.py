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
    return run(["manage.py", "check", "--deploy", "--fail-level", "WARNING"], data_dir, environment)


def key_in_use(data_dir: Path, environment: dict[str, str]) -> str:
    """By a process that reads the settings and does no more."""
    named = environment | {"DJANGO_SETTINGS_MODULE": "proctor_site.settings"}
    done = run(["-c", "from django.conf import settings; print(settings.SECRET_KEY)"], data_dir, named)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def run(arguments: list[str], data_dir: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("PROCTOR_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, *arguments],
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
    assert key_in_use(tmp_path, own_key) == key == kept.read_text()


def test_no_two_installations_share_a_key(tmp_path: Path) -> None:
    assert key_in_use(tmp_path / "one", {}) != key_in_use(tmp_path / "other", {})


@pytest.mark.parametrize(
    ("missing", "warning"), [("PROCTOR_HTTPS", "security.W"), ("PROCTOR_EMAIL_URL", "proctor.W001")]
)
def test_it_would_find_what_is_left_out(tmp_path: Path, missing: str, warning: str) -> None:
    done = check(tmp_path, {name: value for name, value in PRODUCTION.items() if name != missing})
    assert done.returncode == 1
    assert warning in done.stderr
