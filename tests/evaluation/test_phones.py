"""`evaluate phones`: figures from known boxes, and the command on a real clip with the product's own detector."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from django.core.management import CommandError, call_command

from proctoring.evaluation.matching import Judged
from proctoring.evaluation.page import as_html, as_text
from proctoring.evaluation.phones import figures_of, report_on
from proctoring.observation import Box
from proctoring.training.split import is_held_out
from proctoring.vision.config import MAX_FRAME_BYTES
from tests.data import data_path

HERE = Box(0.1, 0.1, 0.1, 0.1)


def judged(path: Path, source: str, truth: tuple[Box, ...], *scores: float) -> Judged:
    return Judged(path, source, truth, tuple(Box(HERE.x, HERE.y, HERE.width, HERE.height, score) for score in scores))


@pytest.fixture
def pictures(tmp_path: Path) -> list[Judged]:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8\xff\xd9")
    return [
        judged(path, "desk", (HERE,), 0.8),
        judged(path, "desk", (HERE,), 0.1),
        judged(path, "rooms", (), 0.6),
        judged(path, "rooms", ()),
    ]


def test_the_figures_by_hand(pictures: list[Judged]) -> None:
    figures = figures_of(pictures, 0.5)
    # Ranked: 0.8 right, 0.6 wrong, 0.1 right: half the recall at precision 1, half at 2/3.
    assert figures["ap50"] == pytest.approx(0.5 + 0.5 * 2 / 3, abs=1e-4)
    assert (figures["boxes_found"]["count"], figures["boxes_found"]["total"]) == (1, 2)
    assert (figures["false_alarms"]["count"], figures["false_alarms"]["total"]) == (1, 2)


def test_sources_and_sizes_have_rows_and_mistakes_have_pictures(pictures: list[Judged]) -> None:
    report = report_on(pictures, 0.5)
    assert set(report.figures["by_source"]) == {"desk", "rooms"}
    assert report.figures["by_size"]["under 0.15"]["boxes_found"]["total"] == 2
    assert [mistake.caption for mistake in report.mistakes] == [
        "rooms, a.jpg: no phone, called one at 0.60",
        "desk, a.jpg: phone missed (0.10)",
    ]
    assert "1 of 2" in as_text(report)
    assert as_html(report).count("<img") == 2


def test_the_command_measures_a_clip(tmp_path: Path) -> None:
    clip, out = data_path("clips/phone_at_webcam"), StringIO()
    call_command(
        "evaluate", "phones", str(clip), "--json", "--html", str(tmp_path / "p.html"), stdout=out, stderr=StringIO()
    )
    figures = json.loads(out.getvalue())["figures"]
    assert figures["all"]["boxes_found"]["total"] == 16
    assert figures["all"]["boxes_found"]["count"] >= 6
    assert "<svg" in (tmp_path / "p.html").read_text()


def test_a_picture_larger_than_a_browser_s_frame_is_measured_as_well(tmp_path: Path) -> None:
    large = np.random.default_rng(0).integers(0, 256, (480, 640, 3), dtype=np.uint8)
    cv2.imwrite(str(tmp_path / "large.jpg"), large, [cv2.IMWRITE_JPEG_QUALITY, 100])
    assert (tmp_path / "large.jpg").stat().st_size > MAX_FRAME_BYTES
    out = StringIO()
    call_command("evaluate", "phones", str(tmp_path), "--json", stdout=out, stderr=StringIO())
    assert json.loads(out.getvalue())["figures"]["all"]["false_alarms"]["total"] == 1


def test_what_is_not_there_or_no_picture_is_told_and_not_counted(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "0000.jpg"), np.zeros((48, 64, 3), np.uint8))
    (tmp_path / "0001.jpg").write_bytes(b"no picture")
    (tmp_path / "labels.csv").write_text("frame,phone,cx,cy,w,h\n0000,0,,,,\n0001,0,,,,\n0002,0,,,,\n")
    out = StringIO()
    call_command("evaluate", "phones", str(tmp_path), stdout=out, stderr=StringIO())
    assert "2 pictures could not be looked at and are not counted, 0001.jpg first." in out.getvalue()


def test_what_is_held_out_and_looks_like_a_picture_trained_on_is_not_measured(tmp_path: Path) -> None:
    """The second is the first with a little noise; the third is another."""
    held_out = [str(number) for number in range(60) if is_held_out(str(number))][:2]
    [trained] = [str(number) for number in range(60) if not is_held_out(str(number))][:1]
    rng = np.random.default_rng(0)
    one, other = (np.kron(rng.integers(0, 256, (6, 8, 3)), np.ones((40, 40, 1))).astype(np.uint8) for _ in range(2))
    noisy = np.clip(one + rng.normal(0, 6, one.shape), 0, 255).astype(np.uint8)
    for name, picture in zip([trained, *held_out], [one, noisy, other], strict=True):
        cv2.imwrite(str(tmp_path / f"{name}.jpg"), picture)
    out = StringIO()
    call_command("evaluate", "phones", str(tmp_path), "--held-out", "--json", stdout=out, stderr=StringIO())
    assert json.loads(out.getvalue())["figures"]["all"]["false_alarms"]["total"] == 1
    (tmp_path / f"{held_out[1]}.jpg").unlink()
    with pytest.raises(CommandError, match="looks like what is trained on"):
        call_command("evaluate", "phones", str(tmp_path), "--held-out", stderr=StringIO())


def test_weights_that_are_not_there_are_named(tmp_path: Path) -> None:
    clip = data_path("clips/phone_in_hand")
    with pytest.raises(CommandError, match=r"nothing\.pt"):
        call_command("evaluate", "phones", str(clip), "--weights", str(tmp_path / "nothing.pt"), stderr=StringIO())
