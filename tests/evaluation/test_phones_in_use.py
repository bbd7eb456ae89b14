"""`evaluate phones-in-use`: which pictures become events when a camera films them for some seconds."""

from __future__ import annotations

import json
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from proctoring.evaluation.phones_in_use import recorded
from proctoring.evaluation.trembling import LONGEST, filmed
from proctoring.observation import Box
from proctoring.risk.policy import Policy
from tests.data import data_path

PHONE = Box(0.4, 0.4, 0.2, 0.3, 0.8)
FAINT = Box(0.4, 0.4, 0.2, 0.3, 0.65)
SURE, UNSURE = ((PHONE,), ()), ((), (FAINT,))
POLICY = Policy(phone_every=1)


def test_only_what_is_seen_for_longer_than_the_limit_is_recorded() -> None:
    assert not recorded([SURE] * 11, POLICY)  # five seconds, and the limit is more
    assert recorded([SURE] * 12, POLICY)
    assert recorded([SURE, UNSURE] * 6, POLICY)
    assert not recorded([UNSURE] * 30, POLICY)


def test_a_still_is_filmed_alike_each_time_and_never_twice_the_same() -> None:
    still = np.random.default_rng(0).integers(0, 256, (700, 1000, 3), dtype=np.uint8)
    one, again, other = (list(filmed(still, 3, seed)) for seed in ((1, 2), (1, 2), (1, 3)))
    assert all(np.array_equal(*pair) for pair in zip(one, again, strict=True))
    assert len({picture.tobytes() for picture in (*one, *other)}) == 6
    assert max(one[0].shape) == LONGEST


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Two pictures with a phone and one of a wallet, which have been looked at before: all as it should be."""
    head, *rows = (data_path("clips/phone_at_webcam") / "labels.csv").read_text().splitlines()
    for number in (0, 4):
        shutil.copy(data_path("clips/phone_at_webcam") / f"{number:04}.jpg", tmp_path)
    shutil.copy(data_path("clips/wallet_at_webcam") / "0000.jpg", tmp_path / "0001.jpg")
    (tmp_path / "labels.csv").write_text("\n".join([head, rows[0], "0001,0,,,,", rows[4]]))
    return tmp_path


def measured(*arguments: str) -> Any:
    out = StringIO()
    call_command("evaluate", "phones-in-use", *arguments, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def test_the_command_shows_each_picture_for_some_seconds(clip: Path) -> None:
    held = measured(str(clip))["figures"]["by_source"]["all"]
    assert {part: (one["count"], one["total"]) for part, one in held.items()} == {
        "recorded": (2, 2),
        "unfollowed": (2, 2),
        "false": (0, 1),
        "false_unfollowed": (0, 1),
    }


def test_following_finds_what_sure_looks_alone_lose(clip: Path) -> None:
    """At a threshold that only some looks reach."""
    held = measured(str(clip), "--threshold", "0.84")["figures"]["by_source"]["all"]
    assert held["unfollowed"]["count"] < held["recorded"]["count"]


def test_a_mistake_is_shown_and_what_cannot_be_looked_at_is_said(tmp_path: Path) -> None:
    shutil.copy(data_path("clips/phone_at_webcam") / "0000.jpg", tmp_path / "0000.jpg")
    (tmp_path / "0001.jpg").write_bytes(b"no picture")
    (tmp_path / "labels.csv").write_text("frame,phone,cx,cy,w,h\n0000,0,,,,\n0001,0,,,,\n")  # wrongly labelled
    report = measured(str(tmp_path))
    assert report["figures"]["by_source"]["all"]["false"]["count"] == 1
    assert "1 pictures could not be looked at, 0001.jpg first." in report["notes"]


def test_a_folder_of_nothing_that_can_be_looked_at_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "0000.jpg").write_bytes(b"no picture")
    with pytest.raises(CommandError, match="None of the 1 pictures can be looked at"):
        call_command("evaluate", "phones-in-use", str(tmp_path), stderr=StringIO())
