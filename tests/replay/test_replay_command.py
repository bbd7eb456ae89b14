"""`manage.py replay` against a real server: the same events at any speed, and errors that say what to do."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.management import CommandError, call_command

from proctoring.bench.server import ROOT
from tests.data import clip_frames, data_path
from tests.server import Site, copy_prepared


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


QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 70]  # the browser's


def spoilt_camera(folder: Path) -> tuple[Path, list[float]]:
    """What is shown at two pictures a second of: less than a second of somebody writing, over and over, of 15 a second;
    a photograph of them; a black picture; a finger on the lens. Each encoded anew, with noise of its own. And when each
    begins."""
    noise = np.random.default_rng(7)
    person = [cv2.imread(str(path)) for path in clip_frames("reading_down")[:13]]
    finger = cv2.GaussianBlur(noise.normal(60, 40, (480, 640, 3)), (0, 0), 40) + np.array([0, 0, 60])
    black = np.zeros((480, 640, 3))
    scenes: list[tuple[list[Any], int]] = [(person, 24), (person[:1], 24), ([black], 8), ([finger], 8)]
    shown: list[bytes] = []
    begins = []
    for pictures, count in scenes:
        begins.append(len(shown) / 2)
        for step in range(count):
            picture = pictures[int(7.5 * step) % len(pictures)]
            noisy = picture + noise.normal(0, 1, picture.shape) * (picture.max() > 0)
            shown.append(cv2.imencode(".jpg", np.clip(np.rint(noisy), 0, 255).astype(np.uint8), QUALITY)[1].tobytes())
    for number, jpeg in enumerate(shown):
        (folder / f"{number:04}.jpg").write_bytes(jpeg)
    return folder, begins


def test_a_loop_a_photograph_a_black_picture_and_a_covered_lens_are_noticed_within_ten_seconds(
    site: Site, tmp_path: Path
) -> None:
    clip, begins = spoilt_camera(tmp_path)
    record = export(site, str(clip), "--fps", "2", "--speed", "20", "--calibrate-seconds", "0", "--detail")
    first = record["session_start"]
    found = {event["event"]: (event["ledger"], event["unix_time"] - first) for event in reversed(record["events"])}
    expected = [
        ("PICTURE_REPEATS", "technical"),
        ("PICTURE_FROZEN", "technical"),
        ("TOO_DARK", "environment"),
        ("COVERED", "environment"),
    ]
    for (name, ledger), begin in zip(expected, begins, strict=True):
        assert found[name][0] == ledger
        assert 0 < found[name][1] - begin <= 10, (name, found)
    assert {event["event"] for event in record["events"] if event["risk_delta"]} == {"NO_FACE"}


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
    copy_prepared(other.data_dir)
    other.url = site.url
    done = replay(other, str(data_path("clips/two_people")))
    assert done.returncode == 1
    assert "does it use the same database" in done.stderr
