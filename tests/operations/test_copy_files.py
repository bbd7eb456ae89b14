"""`manage.py copy_files`: all that is kept, out of a folder or a bucket and into one."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.bucket import KEYS, make_bucket, s3_server

FILES = {"snapshots/a/1.jpg": b"one", "snapshots/b/2.jpg": b"two", "exports/x.csv": b"", "at the top": b"3"}


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def copied(capsys: pytest.CaptureFixture[str], way: str, folder: Path) -> str:
    call_command("copy_files", way, str(folder))
    return capsys.readouterr().out.strip()


def test_from_a_folder_into_a_bucket_and_back(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    settings.MEDIA_ROOT = tmp_path / "media"
    for name, data in FILES.items():
        default_storage.save(name, ContentFile(data))
    assert copied(capsys, "--out", tmp_path / "copy") == "4 files copied."
    assert content(tmp_path / "copy") == FILES
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o700
    with s3_server() as endpoint:
        bucket = make_bucket(endpoint)
        bucket.use(settings)
        assert copied(capsys, "--in", tmp_path / "copy") == "4 files copied."
        assert bucket.contents() == sorted(f"kept/{name}" for name in FILES)
        assert copied(capsys, "--out", tmp_path / "back") == "4 files copied."
    assert content(tmp_path / "back") == FILES


def test_what_is_there_already_stays_and_the_rest_follows(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    assert copied(capsys, "--out", tmp_path / "copy") == "0 files copied.", "nothing was kept yet"
    for name, data in FILES.items():
        default_storage.save(name, ContentFile(data))
    (tmp_path / "copy" / "at the top").write_bytes(b"of another time")
    (tmp_path / "copy" / "snapshots" / "a").mkdir(parents=True)
    (tmp_path / "copy" / "snapshots" / "a" / "1.jpg.part").write_bytes(b"on")  # it was cut short there
    assert copied(capsys, "--out", tmp_path / "copy") == "3 files copied."
    assert content(tmp_path / "copy") == FILES | {"at the top": b"of another time"}
    assert copied(capsys, "--in", tmp_path / "copy") == "0 files copied."
    assert content(tmp_path / "media") == FILES


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no folder"):
        call_command("copy_files", "--in", str(tmp_path / "nothing"))
