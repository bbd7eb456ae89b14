"""`manage.py observe` and `manage.py prepare_models`."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from proctoring.observation import Observation
from proctoring.vision.download import download
from proctoring.vision.model_files import ModelUnavailable
from tests.data import clip_frames


def test_observe_prints_one_line_a_picture() -> None:
    pictures = [clip_frames("two_people")[0], clip_frames("phone_at_webcam")[10]]
    output = StringIO()
    call_command("observe", *map(str, pictures), stdout=output)
    lines = [json.loads(line) for line in output.getvalue().splitlines()]
    assert [line["file"] for line in lines] == [str(path) for path in pictures]
    seen = [Observation.from_dict(line["observation"]) for line in lines]
    assert [observation.face_count for observation in seen] == [2, 1]
    assert [bool(observation.phones) for observation in seen] == [False, True]


def test_observe_goes_on_after_an_unreadable_picture_and_fails_at_the_end(tmp_path: Path) -> None:
    text = tmp_path / "note.jpg"
    text.write_text("no picture")
    output = StringIO()
    with pytest.raises(CommandError, match="2 of 3"):
        call_command(
            "observe", str(text), str(tmp_path / "missing.jpg"), str(clip_frames("two_people")[0]), stdout=output
        )
    first, second, third = (json.loads(line) for line in output.getvalue().splitlines())
    assert first["code"] == "not_jpeg"
    assert second["error"] == "No such file or directory"
    assert third["observation"]["faces"]


def test_prepare_models_names_every_detector() -> None:
    output = StringIO()
    call_command("prepare_models", "--strict", stdout=output)
    assert [line.split(",")[0].strip() for line in output.getvalue().splitlines()[1:-1]] == [
        "faces: ready",
        "mesh: ready",
        "phone: ready",
    ]


def test_prepare_models_says_what_to_do_when_weights_are_missing(tmp_path: Path) -> None:
    output, errors = StringIO(), StringIO()
    absent = str(tmp_path / "absent.pt")
    with override_settings(PROCTOR_PHONE_WEIGHTS=absent), pytest.raises(CommandError):
        call_command("prepare_models", "--strict", stdout=output, stderr=errors)
    assert "PROCTOR_PHONE_WEIGHTS_URL" in errors.getvalue()
    assert f"phone: OFF. {absent}: No such file or directory." in output.getvalue()


def test_weights_are_downloaded_by_https_only(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="must begin with https://"):
        download("http://127.0.0.1:9/phone.pt", tmp_path / "phone.pt")


def test_a_failed_download_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="cannot be downloaded"):
        download("https://127.0.0.1:9/phone.pt", tmp_path / "phone.pt")
    assert list(tmp_path.iterdir()) == []
