"""What the database would not take lies on this machine's disk until it does, so that no process takes it along.

One folder a process, one file a commit, and one for each picture. A process holds its folder's lock as long as it
lives, however it ends; what lies in a folder that nobody holds was left behind, and whoever comes next writes it down.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID, uuid4

from proctoring.risk.events import EventDraft
from proctoring.services.recording import Commit, Drafted

logger = logging.getLogger(__name__)

VERSION = 1
# What no database takes and nobody has looked at by then goes all the same: there are faces in it.
KEPT_DAYS = 7
_LOCK = "lock"
_FILES = "*.json"
# What files from elsewhere, or of another version, may raise.
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Left:
    """A commit that was left behind, and where."""

    commit: Commit
    file: Path

    def written(self) -> None:
        """The database has it."""
        self.file.unlink()

    def stays(self) -> None:
        """The database does not take it."""
        _give_up_when_old(self.file)


class Unsaved:
    """Of one process, beside those of others in ``place``. For one thread. The folder is made when it is needed."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._folder: Path | None = None
        self._lock: IO[Any] | None = None
        self._files: dict[str, tuple[Path, set[Path]]] = {}  # by commit: its file, and those of its pictures
        self._written = 0

    def holds(self, commit: Commit) -> bool:
        return commit.key in self._files

    def keep(self, commit: Commit) -> None:
        """On the disk, instead of those it takes up. Raises OSError where that takes nothing either, TypeError or
        ValueError for what JSON does not hold."""
        if self.holds(commit):
            return
        folder = self._own_folder()
        pictures = set()
        for drafted in commit.drafts:
            if drafted.jpeg is not None:
                pictures.add(picture := folder / _name(drafted.jpeg))
                if not picture.exists():
                    _write(picture, drafted.jpeg)
        self._written += 1
        file = folder / f"{self._written:08}.json"
        _write(file, json.dumps(as_json(commit)).encode())
        self._files[commit.key] = (file, pictures)
        self._forget(commit.takes_up)

    def written(self, commit: Commit) -> None:
        """The database has it, and what it takes up."""
        if self._files:
            self._forget((commit.key, *commit.takes_up))

    def close(self) -> None:
        """What lies here is left behind from now on, for the next process; an empty folder goes."""
        if self._lock is None or self._folder is None:
            return
        if not self._files:
            shutil.rmtree(self._folder)
        self._lock.close()
        self._folder, self._lock, self._files = None, None, {}

    @contextmanager
    def left_behind(self) -> Iterator[list[Left]]:
        """What processes that are gone could not write, in the order in which it happened to each. One process at a
        time: another waits until the block has ended. A file that cannot be read stays, and the log says so."""
        if not self.place.is_dir():
            yield []
            return
        with _alone(self.place), _held(self.place) as folders:
            yield [left for folder in folders for left in _read(folder)]
            for folder in folders:
                if not any(folder.glob(_FILES)):
                    shutil.rmtree(folder, ignore_errors=True)

    def _forget(self, keys: Iterable[str]) -> None:
        gone = [self._files.pop(key) for key in keys if key in self._files]
        needed = {picture for _, pictures in self._files.values() for picture in pictures}
        for file, pictures in gone:
            file.unlink()
            for picture in pictures - needed:
                picture.unlink(missing_ok=True)  # two of them may have shown the same one

    def _own_folder(self) -> Path:
        if self._folder is None:
            self.place.mkdir(mode=0o700, parents=True, exist_ok=True)
            name = uuid4().hex
            hidden = self.place / f".{name}"  # nobody takes it for left behind before it is locked
            hidden.mkdir(mode=0o700)  # there are faces in it
            try:
                self._lock = (hidden / _LOCK).open("w")
                fcntl.flock(self._lock, fcntl.LOCK_EX)
                self._folder = hidden.rename(self.place / name)
            except OSError:
                shutil.rmtree(hidden, ignore_errors=True)
                raise
        return self._folder


def as_json(commit: Commit) -> dict[str, Any]:
    """All of it as plain values, pictures by the names of their files."""
    seen = commit.last_frame_at
    plain = {name: getattr(commit, name) for name in _PLAIN}
    return {
        "version": VERSION,
        **plain,
        "session_id": str(commit.session_id),
        "drafts": [
            {
                "draft": asdict(drafted.draft),
                "picture": None if drafted.jpeg is None else _name(drafted.jpeg),
                "boxes": drafted.boxes,
            }
            for drafted in commit.drafts
        ],
        "samples": [list(sample) for sample in commit.samples],
        "counters": dict(commit.counters),
        "detectors_off": dict(commit.detectors_off),
        "last_frame_at": None if seen is None else seen.isoformat(),
        "applied_signal_ids": [str(number) for number in commit.applied_signal_ids],
        "takes_up": list(commit.takes_up),
    }


def from_json(values: dict[str, Any], folder: Path) -> Commit:
    """To be written by a process that is not the one which saw it; its pictures lie in ``folder``. Raises OSError,
    ValueError, KeyError, TypeError or AttributeError for what ``as_json`` of this version did not make."""
    if values["version"] != VERSION:
        raise ValueError(f"it is of version {values['version']}, not {VERSION}")
    seen = values["last_frame_at"]
    plain = {name: values[name] for name in _PLAIN}
    return Commit(
        **plain | {"again": True, "connected": False},
        session_id=UUID(values["session_id"]),
        drafts=[
            Drafted(
                EventDraft(**one["draft"]),
                None if one["picture"] is None else (folder / one["picture"]).read_bytes(),
                one["boxes"],
            )
            for one in values["drafts"]
        ],
        samples=[(unix_ms, risk) for unix_ms, risk in values["samples"]],
        counters=values["counters"],
        detectors_off=values["detectors_off"],
        last_frame_at=None if seen is None else datetime.fromisoformat(seen),
        applied_signal_ids=[UUID(number) for number in values["applied_signal_ids"]],
        takes_up=tuple(values["takes_up"]),
    )


_CONVERTED = {
    "session_id", "drafts", "samples", "counters", "detectors_off", "last_frame_at", "applied_signal_ids", "takes_up",
}  # fmt: skip
_PLAIN = [field.name for field in fields(Commit) if field.name not in _CONVERTED]


def _name(jpeg: bytes) -> str:
    return f"{hashlib.sha256(jpeg).hexdigest()}.jpg"


def _write(file: Path, data: bytes) -> None:
    """All of it or nothing."""
    scratch = file.with_suffix(".part")
    try:
        with scratch.open("wb") as writing:
            writing.write(data)
            writing.flush()
            os.fsync(writing.fileno())
        scratch.rename(file)
    except OSError:
        scratch.unlink(missing_ok=True)  # where the disk is full it would stay so
        raise


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Of those who look for what was left behind."""
    with (place / f".{_LOCK}").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _held(place: Path) -> Iterator[list[Path]]:
    """The folders there that no living process holds, held meanwhile. What is no such folder is left alone."""
    locks: list[IO[Any]] = []
    folders = []
    try:
        for folder in sorted(place.glob("[!.]*")):
            try:
                lock = (folder / _LOCK).open("r+")
            except (FileNotFoundError, NotADirectoryError):
                continue
            locks.append(lock)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            folders.append(folder)
        yield folders
    finally:
        for held in locks:
            held.close()


def _read(folder: Path) -> list[Left]:
    found: list[Left] = []
    for file in sorted(folder.glob(_FILES)):
        try:
            found.append(Left(from_json(json.loads(file.read_bytes()), folder), file))
        except _UNREADABLE as error:
            logger.error(
                "%s holds what a process could not write into the database, but cannot be read (%s). It stays there.",
                file,
                error,
            )
            _give_up_when_old(file)
    # A process that ended between two steps of ``keep`` left both behind.
    taken_up = {key for left in found for key in left.commit.takes_up}
    for left in found:
        if left.commit.key in taken_up:
            left.file.unlink()
    return [left for left in found if left.commit.key not in taken_up]


def _give_up_when_old(file: Path) -> None:
    try:
        if time.time() - file.stat().st_mtime > KEPT_DAYS * 24 * 3600:
            file.unlink()
            logger.error("%s was older than %d days and has been deleted.", file, KEPT_DAYS)
    except OSError as error:
        logger.error("%s cannot be deleted: %s", file, error)
