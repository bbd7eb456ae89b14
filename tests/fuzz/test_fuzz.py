"""The short form of `make fuzz`: every input that was a fault once, every example, and some made of them.

The same ones every time. Without the models, which alone take longer to load than all of this.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz import runs
from tests.fuzz.engine import by_chance
from tests.fuzz.guard import Guard, TooMuchMemory, TooSlow
from tests.fuzz.mutation import dumped
from tests.fuzz.target import NAMES, Target, load
from tests.fuzz.targets import pages

# As many as take about half a second.
INPUTS = {
    "frames": 1_500, "messages": 800, "redis": 800, "channel": 300, "jpeg": 300, "rosters": 800, "questions": 70,
    "texts": 40, "answers": 25, "pictures": 60,
}  # fmt: skip


def kept(name: str) -> list[bytes]:
    folder = runs.KEPT / name
    return [path.read_bytes() for path in sorted(folder.iterdir())] if folder.is_dir() else []


def take_all(target: Target, inputs: int, first: list[bytes]) -> None:
    take = target.start()
    for data in by_chance(target, first or target.seeds(), inputs, seed=1):
        take(data)


@pytest.mark.parametrize("name", INPUTS)
def test_nothing_that_comes_from_outside_breaks_what_reads_it(name: str) -> None:
    take_all(load(name), INPUTS[name], [*kept(name), *load(name).seeds()])


def test_the_api_refuses_what_it_cannot_take(db: None) -> None:
    first = [*kept("api"), *load("api").seeds()]
    take_all(load("api"), 60, first[:: max(1, len(first) // 40)] + kept("api"))


def test_so_do_pages(db: None) -> None:
    take = load("pages").start()
    names = ("exam", "admin:exams_exam_import", "admin:exams_rosterimport_add", "account_login")
    for data in by_chance(load("pages"), [*kept("pages"), *pages.pages_and_forms(names)], 25, seed=1):
        take(data)


def test_every_target_has_a_share_and_words() -> None:
    assert {name: bool(runs.what_of(name)) for name in NAMES} == dict.fromkeys(NAMES, True)
    assert sum(runs.SHARES.values()) >= 1_000_000


def test_the_same_seed_makes_the_same_inputs() -> None:
    target = load("frames")
    made = list(by_chance(target, target.seeds(), 50, seed=4))
    assert made == list(by_chance(target, target.seeds(), 50, seed=4))
    assert made != list(by_chance(target, target.seeds(), 50, seed=5))
    assert len(made) == 50


def test_an_input_that_takes_too_long_is_found(tmp_path: Path) -> None:
    def busy(data: bytes) -> bool:
        end = time.process_time() + 0.02
        while time.process_time() < end:
            pass
        return True

    guard = Guard(busy, seconds=0.01, most_mb=10**6, path=tmp_path / "progress")
    with pytest.raises(TooSlow):
        guard(b"x")


def test_so_is_one_that_takes_too_much_memory(tmp_path: Path) -> None:
    guard = Guard(lambda data: True, seconds=10, most_mb=1, path=tmp_path / "progress")
    with pytest.raises(TooMuchMemory):
        guard(b"x")


def test_what_a_target_raises_is_not_swallowed_and_is_counted(tmp_path: Path) -> None:
    def broken(data: bytes) -> Any:
        raise KeyError(data)

    guard = Guard(broken, seconds=10, most_mb=10**6, path=tmp_path / "progress")
    with pytest.raises(KeyError):
        guard(dumped({}))
    assert '"inputs": 1' in (tmp_path / "progress").read_text()
