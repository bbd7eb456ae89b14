"""`manage.py copy_files --out FOLDER` and `--in FOLDER`: the site's pictures and exports, wherever they are kept."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = (
        "Copies all files of PROCTOR_STORAGE, a folder or a bucket, out into a folder, or from there in. "
        "What is there already stays as it is, so a copy that was cut short is gone on with."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        way = parser.add_mutually_exclusive_group(required=True)
        way.add_argument("--out", metavar="FOLDER", type=Path, help="is made where there is none")
        way.add_argument("--in", metavar="FOLDER", type=Path, dest="from_folder")

    def handle(self, *args: Any, out: Path | None, from_folder: Path | None, **options: Any) -> None:
        if out is not None:
            copied = copy_out(out)
        elif from_folder is not None and from_folder.is_dir():
            copied = copy_in(from_folder)
        else:
            raise CommandError(f"There is no folder {from_folder}.")
        self.stdout.write(f"{copied} files copied.")


def copy_out(folder: Path) -> int:
    """How many were not there yet. What is deleted meanwhile is left out."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    copied = 0
    for name in kept_below(""):
        target = folder / name
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with default_storage.open(name) as file:
                content = file.read()
        except FileNotFoundError:
            continue
        part = target.with_name(f"{target.name}.part")  # half a file is none, wherever this ends
        part.touch(mode=0o600)
        part.write_bytes(content)
        part.rename(target)
        copied += 1
    return copied


def copy_in(folder: Path) -> int:
    """How many were not there yet."""
    copied = 0
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or path.suffix == ".part" or default_storage.exists(name):
            continue
        with path.open("rb") as file:
            if default_storage.save(name, File(file)) != name:
                raise CommandError(f"{name} could not be kept under its name: something else writes there, too.")
        copied += 1
    return copied


def kept_below(place: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(place)
    except FileNotFoundError:  # nothing was kept yet
        return
    for name in files:
        if name:  # a bucket may list the folder itself, where somebody made it by hand
            yield f"{place}/{name}" if place else name
    for folder in folders:
        yield from kept_below(f"{place}/{folder}" if place else folder)
