"""What the database would not take lies on this machine's disk until it does, so that no process takes it along.

One folder a process, one file a commit. A process holds its folder's lock as long as it lives, however it ends; what
lies in a folder that nobody holds was left behind, and whoever comes next writes it down.
"""

from __future__ import annotations

import base64
import fcntl
import json
import logging
import os
import shutil
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
_LOCK = "lock"
_FILES = "*.json"


@dataclass(frozen=True, slots=True)
class Left:
    """A commit that was left behind, and where."""

    commit: Commit
    file: Path

    def written(self) -> None:
        """The database has it."""
        self.file.unlink()


class Unsaved:
    """Of one process, beside those of others in ``place``. For one thread. The folder is made when it is needed."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._folder: Path | None = None
        self._lock: IO[Any] | None = None
        self._files: dict[str, Path] = {}
        self._written = 0

    def keep(self, commit: Commit) -> None:
        """On the disk, instead of those it takes up. Raises OSError where that takes nothing either."""
        if commit.key in self._files:
            return
        folder = self._own_folder()
        self._written += 1
        file = folder / f"{self._written:08}.json"
        scratch = file.with_suffix(".part")
        with scratch.open("w") as writing:
            json.dump(as_json(commit), writing)
            writing.flush()
            os.fsync(writing.fileno())
        scratch.rename(file)
        self._files[commit.key] = file
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
        """What processes that are gone could not write, in the order in which it happened to each; held against other
        processes while the block lasts. A file that cannot be read stays, and the log says so."""
        with _held(self.place) as folders:
            yield [left for folder in folders for left in _read(folder)]
            for folder in folders:
                if not any(folder.glob(_FILES)):
                    shutil.rmtree(folder)

    def _forget(self, keys: Iterable[str]) -> None:
        for key in keys:
            file = self._files.pop(key, None)
            if file is not None:
                file.unlink()

    def _own_folder(self) -> Path:
        if self._folder is None:
            self.place.mkdir(mode=0o700, parents=True, exist_ok=True)
            name = uuid4().hex
            hidden = self.place / f".{name}"  # nobody takes it for left behind before it is locked
            hidden.mkdir(mode=0o700)  # there are faces in it
            self._lock = (hidden / _LOCK).open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            self._folder = hidden.rename(self.place / name)
        return self._folder


def as_json(commit: Commit) -> dict[str, Any]:
    """All of it as plain values."""
    seen = commit.last_frame_at
    plain = {name: getattr(commit, name) for name in _PLAIN}
    return {
        "version": VERSION,
        **plain,
        "session_id": str(commit.session_id),
        "drafts": [
            {
                "draft": asdict(drafted.draft),
                "jpeg": None if drafted.jpeg is None else base64.b64encode(drafted.jpeg).decode(),
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


def from_json(values: dict[str, Any]) -> Commit:
    """To be written by a process that is not the one which saw it. Raises ValueError, KeyError or TypeError for what
    ``as_json`` of this version did not make."""
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
                None if one["jpeg"] is None else base64.b64decode(one["jpeg"], validate=True),
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


@contextmanager
def _held(place: Path) -> Iterator[list[Path]]:
    """The folders there that no living process holds, held meanwhile."""
    locks: list[IO[Any]] = []
    folders = []
    try:
        for folder in sorted(place.glob("[!.]*")):
            try:
                lock = (folder / _LOCK).open("r+")
            except FileNotFoundError:
                continue  # somebody else has just dealt with it
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
            found.append(Left(from_json(json.loads(file.read_bytes())), file))
        except (ValueError, KeyError, TypeError) as error:
            logger.error(
                "%s holds what a process could not write into the database, but cannot be read (%s). It stays there.",
                file,
                error,
            )
    # A process that ended between two steps of ``keep`` left both behind.
    taken_up = {key for left in found for key in left.commit.takes_up}
    for left in found:
        if left.commit.key in taken_up:
            left.file.unlink()
    return [left for left in found if left.commit.key not in taken_up]
