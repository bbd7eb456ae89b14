from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from proctor_site.logs import JsonFormatter, TextFormatter

ROOT = Path(__file__).resolve().parents[2]
ONE = "0b9f3c1e-6d0a-4f3e-9a53-3d1f0a3f5c11"
OTHER = "f4a2d7d0-1b7e-4c9f-8f57-0c8f7f0f2b22"


class Diagnostics:
    message_detail = "Failing row contains (7, Anna Example,\nan answer of two lines)."


class Refused(Exception):
    """As psycopg's errors, which carry what the server said in parts and print all of it."""

    diag = Diagnostics()

    def __str__(self) -> str:
        return f"null value violates a constraint\nDETAIL:  {self.diag.message_detail}"


def record(message: str, *args: object, error: BaseException | None = None) -> logging.LogRecord:
    caught = (type(error), error, error.__traceback__) if error is not None else None
    return logging.LogRecord("proctoring.live", logging.ERROR, "file.py", 1, message, args, caught)


def failed(error: Exception) -> Exception:
    """``error`` as a web framework hands it on: raised, and wrapped in one of its own."""
    try:
        try:
            raise error
        except type(error) as inner:
            raise RuntimeError(str(inner)) from inner
    except RuntimeError as outer:
        return outer


def as_json(made: logging.LogRecord) -> dict[str, object]:
    line = JsonFormatter().format(made)
    assert "\n" not in line
    return dict(json.loads(line))


def test_a_traceback_stays_on_the_line_of_its_record() -> None:
    line = TextFormatter().format(record("Session %s could not be written", ONE, error=failed(ValueError("no disk"))))
    assert "\n" not in line
    assert f"ERROR proctoring.live: Session {ONE} could not be written | Traceback " in line
    assert line.endswith(" | RuntimeError: no disk")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x0b", "\x85"])
def test_what_a_browser_sends_cannot_look_like_a_record(end: str) -> None:
    line = TextFormatter().format(record("Not Found: %s", f"/x{end}2026-01-01 ERROR proctoring: made up"))
    assert len(line.splitlines()) == 1


def test_json_has_what_machines_ask_for() -> None:
    made = record("Internal Server Error: %s", f"/sessions/{ONE}/")
    made.status_code = 500
    made.request = "never shown"
    line = as_json(made)
    assert (line["level"], line["logger"], line["status"]) == ("ERROR", "proctoring.live", 500)
    assert line["sessions"] == [ONE]
    assert str(line["time"]).endswith("+00:00")
    assert "never shown" not in str(line)


@pytest.mark.parametrize(
    "message",
    [
        "Session {} could not be written",
        "A connection to /ws/candidate/{}/ was turned away with code 4403",
        "The page of session.{}.candidate could not be told",
        "proctor-look-1 died over a frame; it is replaced (session {})",
        "Not Found: /snapshots/{}/x.jpg",
        "The pictures of practice run {} are left; the next purge sweeps them.",
    ],
)
def test_the_session_a_message_names_can_be_searched_for(message: str) -> None:
    assert as_json(record(message.format(ONE)))["sessions"] == [ONE]


def test_several_sessions_are_all_named_and_other_ids_are_none() -> None:
    assert as_json(record(f"Sessions {OTHER}, {ONE} could not be written together"))["sessions"] == [ONE, OTHER]
    assert "sessions" not in as_json(record(f"Export {ONE} could not be handed over."))


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_the_values_of_a_row_the_database_refused_are_left_out(formatter: logging.Formatter) -> None:
    line = formatter.format(record("It failed", error=failed(Refused())))
    assert "null value violates a constraint" in line
    assert "DETAIL:  (left out)" in line
    assert "Anna" not in line
    assert "two lines" not in line


def test_a_worker_names_itself() -> None:
    assert " ERROR proctor-look-1: words" in TextFormatter("proctor-look-1").format(record("words"))
    assert json.loads(JsonFormatter("proctor-look-1").format(record("words")))["process"] == "proctor-look-1"


def logged_by(code: str, log_format: str, data_dir: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "proctor_site.settings",
        "PROCTOR_DATA_DIR": str(data_dir),
        "PROCTOR_LOG_FORMAT": log_format,
    }
    return subprocess.run(
        [sys.executable, "-c", f"import logging\n{code}"], cwd=ROOT, env=environment, capture_output=True, text=True
    )


DJANGO = "import django; django.setup()\nlogging.getLogger('django.request').error('words')"
WORKER = "from proctor_site import logs; logs.set_up_worker('proctor-look-1')\nlogging.getLogger('x').error('words')"


@pytest.mark.parametrize("code", [DJANGO, WORKER])
def test_the_setting_chooses_the_format_and_every_record_is_written_once(code: str, tmp_path: Path) -> None:
    [line] = logged_by(code, "json", tmp_path).stderr.splitlines()
    assert json.loads(line)["message"] == "words"
    [line] = logged_by(code, "text", tmp_path).stderr.splitlines()
    assert line.endswith(": words")


def test_a_mistyped_format_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    said = logged_by(DJANGO, "yaml", tmp_path).stderr
    assert "PROCTOR_LOG_FORMAT must be text or json, not “yaml”." in said
