"""`manage.py train_phones` on a tiny data folder, in processes of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from django.core.management import CommandError, call_command

from proctoring.training.split import is_held_out

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Eight pictures of noise with a box each, and two without, in the layout of the real data."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "data"
    for name in ("phones/images", "phones/labels", "negatives/webcam", "negatives/rooms"):
        (folder / name).mkdir(parents=True)
    rows = ["name,source,group,boxes"]
    for group in [g for g in range(1000, 1020) if not is_held_out(str(g))][:8]:
        noise = rng.integers(0, 256, (64, 80, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f"phones/images/p{group}.jpg"), noise)
        (folder / f"phones/labels/p{group}.txt").write_text("0 0.5 0.5 0.4 0.6\n")
        rows.append(f"p{group},made,{group},1")
    (folder / "phones/index.csv").write_text("\n".join(rows) + "\n")
    for place in ("webcam", "rooms"):
        number = next(n for n in range(50) if not is_held_out(f"{place}{n}"))
        noise = rng.integers(0, 256, (64, 80, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f"negatives/{place}/{place}{number}.jpg"), noise)
    return folder


def train(data: Path, out: Path, stages: str, *more: str) -> str:
    arguments = ["--data", str(data), "--out", str(out), "--stages", stages, "--batch", "8", "--processes", "2", *more]
    done = subprocess.run(
        [sys.executable, "manage.py", "train_phones", *arguments],
        cwd=ROOT,
        env=os.environ | {"PROCTOR_DATA_DIR": str(out)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_two_processes_train_together_and_the_command_goes_on_from_its_checkpoint(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert "16 pictures seen" in train(data, out, "64:16")
    assert (out / "last.pt").stat().st_size < 12_000_000
    said = train(data, out, "64:24", "--hard", str(out / "last.pt"))
    assert "pictures without a phone are taken for one by last.pt" in said
    assert "24 pictures seen" in said


def test_parts_that_are_no_whole_batches_are_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--relist 20: name a multiple of the 8 pictures of a step"):
        call_command(
            *("train_phones", "--data", str(data), "--out", str(tmp_path / "out"), "--stages", "64:64"),
            *("--batch", "8", "--relist", "20"),
        )


def test_a_run_asked_to_stop_keeps_what_it_learnt(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ["--data", str(data), "--out", str(out), "--stages", "64:100000", "--batch", "8", "--processes", "1"]
    with subprocess.Popen(
        [sys.executable, "manage.py", "train_phones", *arguments],
        cwd=ROOT,
        env=os.environ | {"PROCTOR_DATA_DIR": str(out)},
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if " of 100000 at " in line:
                running.terminate()
                break
        last = running.stdout.read().splitlines()[-1]
    assert running.returncode == 0
    assert "pictures seen; weights in" in last
    assert (out / "last.ckpt").exists()


def test_missing_data_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"index\.csv: missing"):
        call_command("train_phones", "--data", str(tmp_path), "--out", str(tmp_path / "out"))


def test_stages_that_cannot_be_are_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="sizes go in 32s"):
        call_command("train_phones", "--data", str(tmp_path), "--out", str(tmp_path / "out"), "--stages", "100:5")
