"""The commands of docs/operations.md, run as they stand there, and a site that goes on writing meanwhile."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.server import talking

ROOT = Path(__file__).resolve().parents[2]
# Writes one event with a picture after the other, and says each number, until it is told to end. At most fifty a
# second: each of them is copied, restored and verified.
WRITE = """
import select, sys
from proctoring import services
from proctoring.services import Commit, Drafted
from tests import factories
from tests.services.drafts import draft
session, number = factories.session(), 0
while not select.select([sys.stdin], [], [], 0.02)[0]:
    number += 1
    drafted = Drafted(draft(at_ms=number), factories.jpeg(shade=number % 256))
    services.commit(Commit(session_id=session.pk, epoch=0, drafts=[drafted]))
    print(number, flush=True)
"""
COUNT = """
from proctoring.models import Event, Session
print(Event.objects.exclude(snapshot="").count(), Session.objects.get().event_count)
"""


def documented(name: str) -> str:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    found = re.search(rf"```sh\n(# {re.escape(name)}\n.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a site is: its data folder, and what else its settings name."""

    data_dir: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        ours = ("PROCTOR_", "DJANGO_SETTINGS_MODULE")
        outside = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return outside | {"PROCTOR_DATA_DIR": str(self.data_dir)} | dict(self.settings)

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)

    def counts(self) -> tuple[int, int]:
        """Events with a picture, and all events."""
        pictures, events = self.manage("shell", "--no-imports", "-v", "0", "-c", COUNT).stdout.split()
        return int(pictures), int(events)

    def run_documented(self, name: str, *, backup: Path) -> subprocess.CompletedProcess[str]:
        variables = {"PYTHON": sys.executable, "DATA": str(self.data_dir), "BACKUP": str(backup)}
        return subprocess.run(
            ["bash", "-c", documented(name)],
            cwd=ROOT,
            env=self.environment | variables,
            capture_output=True,
            text=True,
        )


class Writer:
    """A process of the site that writes while everything else happens."""

    def __init__(self, place: Place) -> None:
        self._process = talking(WRITE, place.environment)
        assert self._process.stdout is not None
        self._numbers = self._process.stdout
        self._last = 0

    def wait_for(self, number: int) -> None:
        for line in self._numbers:
            self._last = int(line)
            if self._last >= number:
                return
        raise AssertionError("The writer ended too early.")

    def end(self) -> int:
        """The number of events it wrote."""
        rest, _ = self._process.communicate("end\n", timeout=60)
        assert self._process.returncode == 0
        return int(rest.split()[-1]) if rest else self._last

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()
