"""Workers side by side must not be held to one core."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from proctoring.vision.analyzer import Analyzer
from tests.data import clip_frames


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for each thread's cores")
def test_while_the_networks_look_no_thread_is_held_to_one_core(analyzer: Analyzer) -> None:
    jpeg, free, held, done = clip_frames("head_turns")[0].read_bytes(), os.sched_getaffinity(0), set(), False

    def watch() -> None:
        while not done:
            for thread in Path("/proc/self/task").iterdir():
                try:
                    held.add(frozenset(os.sched_getaffinity(int(thread.name))))
                except ProcessLookupError:
                    continue  # it has just ended

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(20):
        analyzer.analyse(jpeg)
    done = True
    watcher.join()
    assert held == {frozenset(free)}
