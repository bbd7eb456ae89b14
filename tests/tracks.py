"""How `make test` shares the tests out among its processes (pytest-xdist).

A test that keeps time with the world (a browser, a running site, analysis workers) waits most of the time and must not
be kept waiting itself. Such tests run in tracks, one after another within a track; all others fill the time that is
left, file by file, at a lower priority.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

# Each track has one process. About equally long; what uses the site that tests share is all in the second.
TRACKS: dict[str, tuple[str, ...]] = {
    "clips": (
        "tests/browser/test_scenarios.py",
        "tests/browser/test_head_turns.py",
        "tests/browser/test_page_life.py",
        "tests/bench/",
        "tests/soak/test_site.py",
    ),
    "sites": (
        "tests/browser/",
        "tests/live/",
        "tests/replay/",
        "tests/load/test_command.py",
        "tests/kills/test_run.py",
        "tests/analysis/",
        "tests/operations/test_addresses.py",
        "tests/operations/test_running_site.py",
        "tests/fuzz/test_sockets.py",
    ),
}
GIVING_WAY = 10  # of 19


def track_of(node_id: str) -> str:
    """The track a test runs in, or nothing when it may run at any time."""
    return next((name for name, places in TRACKS.items() if node_id.startswith(places)), "")


def order(node_id: str) -> int:
    """Tracks come first, so that every one of them begins at once; the rest stays as it was collected."""
    track = track_of(node_id)
    return list(TRACKS).index(track) if track else len(TRACKS)


class Tracks(LoadScopeScheduling):
    """Hands out whole tracks, then whole files."""

    def _split_scope(self, nodeid: str) -> str:
        return track_of(nodeid) or nodeid.partition("::")[0]


@cache
def give_way() -> None:
    """From now on whatever keeps time goes first. Once for a process: there is no way back without being root."""
    if os.getpid() != os.getsid(0):
        os.setsid()
    group = Path(
        "/proc/self/autogroup"
    )  # where Linux weighs sessions against each other, "nice" counts within one only
    if group.exists():
        group.write_text(str(GIVING_WAY))
    os.nice(GIVING_WAY)
