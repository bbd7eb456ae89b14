"""Real worker processes with the real analyzer: they judge, die, hang and are replaced, and nobody else notices."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from proctoring.analysis.local import LocalPool
from proctoring.analysis.verdict import Analysed, NotAnalysed, Rejected, Verdict
from proctoring.observation import Looks
from tests.analysis import pools
from tests.data import clip_frames
from tests.live.waiting import until

TIMEOUT = 2.0


@pytest.fixture(scope="module")
def pool() -> Iterator[LocalPool]:
    pool = pools.started(workers=1, timeout=TIMEOUT)
    yield pool
    pool.stop()


@pytest.fixture
async def ready(pool: LocalPool) -> AsyncIterator[LocalPool]:
    await until(lambda: pool.supervisors[0].state == "ready")
    yield pool


@pytest.fixture
def jpeg() -> bytes:
    return clip_frames("head_turns")[0].read_bytes()


def worker_pid(pool: LocalPool) -> int:
    process = pool.supervisors[0].process
    assert process is not None
    return process.pid


async def test_a_real_frame_is_analysed(ready: LocalPool, jpeg: bytes) -> None:
    verdict = await ready.submit("a", jpeg, Looks.ALL)
    assert isinstance(verdict, Analysed)
    assert verdict.observation.face_count == 1
    assert verdict.observation.phones is not None
    snapshot = ready.metrics.snapshot()
    assert snapshot["counters"]["frames_analysed"] >= 1
    assert snapshot["cpu_ms"]["faces"] > 0
    assert snapshot["cpu_ms"]["worker"] > snapshot["cpu_ms"]["faces"]


async def test_what_is_known_of_head_and_eyes_stands_where_the_face_looks_the_same(
    ready: LocalPool, jpeg: bytes
) -> None:
    first = await ready.submit("a", jpeg, Looks.NONE)
    assert isinstance(first, Analysed)
    again = await ready.submit("a", jpeg, Looks.NONE, first.observation.measured)
    assert isinstance(again, Analysed)
    assert again.observation.pose is not None
    assert again.observation.pose.source == "stands"
    assert again.observation.eyes == first.observation.eyes


async def test_what_is_no_picture_is_rejected_and_the_worker_goes_on(ready: LocalPool, jpeg: bytes) -> None:
    pid = worker_pid(ready)
    assert await ready.submit("a", b"no picture", Looks.NONE) == Rejected(
        "not_jpeg", "The picture is not a JPEG: it does not begin with the start-of-image marker."
    )
    truncated = await ready.submit("a", jpeg[: len(jpeg) // 2], Looks.NONE)
    assert isinstance(truncated, Rejected)
    assert truncated.code == "truncated"
    assert isinstance(await ready.submit("a", jpeg, Looks.NONE), Analysed)
    assert worker_pid(ready) == pid


async def test_newer_frames_supersede_waiting_ones_and_each_is_answered(ready: LocalPool, jpeg: bytes) -> None:
    before = ready.mailbox.superseded
    tasks = [asyncio.create_task(ready.submit("a", jpeg, Looks.NONE)) for _ in range(12)]
    verdicts: list[Verdict] = await asyncio.gather(*tasks)
    superseded = verdicts.count(NotAnalysed("superseded"))
    analysed = sum(isinstance(verdict, Analysed) for verdict in verdicts)
    assert superseded + analysed == 12
    assert 1 <= analysed <= 2
    assert ready.mailbox.superseded - before == superseded
    assert isinstance(verdicts[-1], Analysed)


async def test_a_session_that_sends_ever_so_fast_does_not_starve_another(ready: LocalPool, jpeg: bytes) -> None:
    stop = asyncio.Event()

    async def greedy(session: str) -> None:
        while not stop.is_set():
            await ready.submit(session, jpeg, Looks.NONE)

    others = [asyncio.create_task(greedy(name)) for name in "bcd"]
    for _ in range(5):
        assert isinstance(await ready.submit("modest", jpeg, Looks.NONE), Analysed)
    stop.set()
    await asyncio.gather(*others)


async def test_a_killed_worker_is_replaced_and_its_frame_answered(ready: LocalPool, jpeg: bytes) -> None:
    pid = worker_pid(ready)
    os.kill(pid, signal.SIGSTOP)  # so that the frame is surely in its hands when it dies
    verdict = asyncio.create_task(ready.submit("killed", jpeg, Looks.NONE))
    await until(lambda: len(ready.mailbox) == 0)
    os.kill(pid, signal.SIGKILL)
    assert await verdict == NotAnalysed("worker_died")
    await until(lambda: ready.supervisors[0].state == "ready")
    assert worker_pid(ready) != pid
    assert isinstance(await ready.submit("killed", jpeg, Looks.NONE), Analysed)


async def test_the_next_frame_lies_at_the_workers_door_and_outlives_the_worker(ready: LocalPool, jpeg: bytes) -> None:
    pid = worker_pid(ready)
    os.kill(pid, signal.SIGSTOP)
    ahead = [asyncio.create_task(ready.submit(session, jpeg, Looks.NONE)) for session in ("first", "second", "third")]
    await until(lambda: len(ready.mailbox) == 1)  # one in its hands, one at its door, and never more
    await asyncio.sleep(0.1)
    assert len(ready.mailbox) == 1
    os.kill(pid, signal.SIGKILL)
    first, second, third = await asyncio.gather(*ahead)
    assert first == NotAnalysed("worker_died")
    for other in (second, third):  # answered as not ready when the replacement takes long to load its models
        assert isinstance(other, Analysed) or other == NotAnalysed("not_ready")
    await until(lambda: ready.supervisors[0].state == "ready")
    assert isinstance(await ready.submit("second", jpeg, Looks.NONE), Analysed)


async def test_frames_are_judged_one_after_the_other_each_for_its_session(ready: LocalPool, jpeg: bytes) -> None:
    """What lies at the door is never answered with the verdict on the one before."""
    two = clip_frames("two_people")[20].read_bytes()
    shown = [jpeg if number % 2 else two for number in range(12)]
    verdicts = await asyncio.gather(*(ready.submit(f"s{number}", shown[number], Looks.NONE) for number in range(12)))
    faces = [verdict.observation.face_count for verdict in verdicts if isinstance(verdict, Analysed)]
    assert faces == [1 if number % 2 else 2 for number in range(12)]


async def test_a_hanging_worker_is_replaced_and_its_frame_answered(ready: LocalPool, jpeg: bytes) -> None:
    pid = worker_pid(ready)
    lost = ready.metrics.snapshot()["counters"].get("workers_lost", 0)
    os.kill(pid, signal.SIGSTOP)
    assert await ready.submit("hung", jpeg, Looks.NONE) == NotAnalysed("worker_hung")
    assert ready.metrics.snapshot()["counters"]["workers_lost"] == lost + 1
    waiting = await ready.submit("waiting", jpeg, Looks.NONE)  # the replacement still loads: answered all the same
    assert isinstance(waiting, Analysed | NotAnalysed)
    await until(lambda: ready.supervisors[0].state == "ready")
    assert isinstance(await ready.submit("hung", jpeg, Looks.NONE), Analysed)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_an_idle_worker_that_dies_is_replaced_before_the_next_frame(ready: LocalPool, jpeg: bytes) -> None:
    pid = worker_pid(ready)
    os.kill(pid, signal.SIGKILL)
    await until(lambda: ready.supervisors[0].state != "ready")
    await until(lambda: ready.supervisors[0].state == "ready")
    assert isinstance(await ready.submit("a", jpeg, Looks.NONE), Analysed)


async def test_a_machine_without_room_for_a_process_gets_its_worker_later(
    monkeypatch: pytest.MonkeyPatch, jpeg: bytes
) -> None:
    begin = subprocess.Popen
    refused: list[int] = []

    def full_once(*args: Any, **options: Any) -> subprocess.Popen[bytes]:
        if not refused:
            refused.append(1)
            raise OSError(errno.EAGAIN, "Resource temporarily unavailable")
        return begin(*args, **options)

    monkeypatch.setattr(subprocess, "Popen", full_once)
    pool = pools.started()
    try:
        await until(lambda: pool.supervisors[0].state == "ready")
        assert refused
        assert isinstance(await pool.submit("a", jpeg, Looks.NONE), Analysed)
    finally:
        await asyncio.to_thread(pool.stop)


def test_the_web_process_loads_no_model_library() -> None:
    code = (
        "import sys, proctoring.analysis.service, proctoring.analysis.local;"
        "print([name for name in ('cv2', 'mediapipe', 'ultralytics', 'torch', 'numpy', 'openvino', 'django')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=pools.ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_workers_end_with_their_parent_however_it_ends() -> None:
    code = (
        "import os, sys; sys.path.insert(0, '.');"
        "from tests.analysis import pools; pool = pools.started();"
        "print(pool.supervisors[0].process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    parent = subprocess.run([sys.executable, "-c", code], cwd=pools.ROOT, capture_output=True, text=True)
    assert parent.returncode == -signal.SIGKILL
    asyncio.run(until(lambda: not alive(int(parent.stdout)), 10.0))


def alive(pid: int) -> bool:
    """Neither gone nor a zombie that its new parent has not collected yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
