"""`manage.py replay` against a real server: the same events at any speed, and errors that say what to do."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from proctoring.bench.server import ROOT
from tests.data import data_path
from tests.server import Site


def replay(site: Site, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "replay", "--url", site.url, *arguments]
    return subprocess.run(command, cwd=ROOT, env=site.environment, capture_output=True, text=True, check=False)


def export(site: Site, *arguments: str) -> dict[str, Any]:
    done = replay(site, *arguments)
    assert done.returncode == 0, done.stderr + site.log_tail()
    return dict(json.loads(done.stdout))


def integrity(record: dict[str, Any]) -> list[tuple[str, float]]:
    """Names of the scored events, and their times from the first of all events on."""
    scored = [event for event in record["events"] if event["risk_delta"] > 0]
    return [(event["event"], round(event["unix_time"] - scored[0]["unix_time"], 2)) for event in scored]


def test_two_people_are_found_and_the_speed_changes_nothing(site: Site) -> None:
    clip = str(data_path("clips/two_people"))
    # Two faces in view all the time: no neutral pose of one person to calibrate with.
    fast = export(site, clip, "--fps", "12", "--speed", "8", "--calibrate-seconds", "0")
    real = export(site, clip, "--fps", "12", "--speed", "2", "--calibrate-seconds", "0")
    assert "MULTIPLE_FACES" in [name for name, _ in integrity(fast)]
    assert integrity(fast) == integrity(real)


def test_head_turns_slowed_down_show_looking_away(site: Site) -> None:
    clip = str(data_path("clips/head_turns"))
    record = export(site, clip, "--fps", "4.94", "--speed", "10", "--calibrate-seconds", "1.6")
    assert set(record) == {"session_start", "risk_history", "events"}
    assert "LOOKING_AWAY" in [name for name, _ in integrity(record)]
    times = [sample["time"] for sample in record["risk_history"]]
    assert times == sorted(times)


@pytest.mark.django_db
def test_it_says_what_is_wrong(tmp_path: Path) -> None:
    call_command("demo_data", stdout=io.StringIO())
    clip = str(data_path("clips/two_people"))
    for arguments, sentence in [
        ([str(tmp_path / "absent")], "There is no clip at"),
        ([str(tmp_path)], r"holds no \.jpg pictures"),
        ([clip, "--exam", "999"], "There is no exam 999"),
        ([clip, "--candidate", "nobody"], "There is no user “nobody”"),
        ([clip, "--candidate", "proctor"], "proctor is not enrolled in “Demo exam”"),
        ([clip, "--url", "http://127.0.0.1:1"], "No server answers at http://127.0.0.1:1"),
        ([clip, "--url", "127.0.0.1"], "--url must begin with http"),
        ([clip, "--speed", "0"], "--speed must be above 0"),
    ]:
        with pytest.raises(CommandError, match=sentence):
            call_command("replay", *arguments, stdout=io.StringIO(), stderr=io.StringIO())


def test_a_server_on_another_database_is_recognised(site: Site, tmp_path: Path) -> None:
    """The cookie is made in the database of the command; the server does not know it."""
    other = Site(tmp_path / "other")
    other.manage("migrate", "--verbosity", "0")
    other.manage("demo_data")
    other.url = site.url
    done = replay(other, str(data_path("clips/two_people")))
    assert done.returncode == 1
    assert "does it use the same database" in done.stderr
