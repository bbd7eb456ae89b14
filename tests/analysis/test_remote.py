"""Frames looked at by a real Celery worker over a real Redis, either of which may die."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest
import redis

from proctor_site.celery import app
from proctoring.analysis.mailbox import Job
from proctoring.analysis.metrics import Metrics
from proctoring.analysis.remote import RemotePool
from proctoring.analysis.remote_wire import (
    QUEUE,
    TASK,
    WORKERS,
    PackedFrame,
    pack_frame,
    pack_verdict,
    unpack_look,
    unpack_verdict,
)
from proctoring.analysis.restarts import Strikes
from proctoring.analysis.sending import Sender
from proctoring.analysis.verdict import Analysed, Look, NotAnalysed, Rejected, Verdict
from proctoring.observation import Looks
from tests.analysis.pools import MODELS, ROOT
from tests.data import clip_frames
from tests.factories import observation
from tests.live.waiting import until
from tests.redis import RedisServer, running_redis

TIMEOUT = 60.0
START_SECONDS = 120
TIME_LIMIT = 3


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture(scope="module")
def worker(server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[bytes]]:
    """One process that looks, and its parent, which replaces it."""
    folder = tmp_path_factory.mktemp("worker")
    if MODELS.is_dir():
        (folder / "models").symlink_to(MODELS)
    env = os.environ | {
        "PROCTOR_DATA_DIR": str(folder),
        "PROCTOR_REDIS": server.url(0),
        "PROCTOR_BROKER": server.url(1),
        "PROCTOR_ANALYSIS": "celery",
        "PROCTOR_WORKER_TIMEOUT_SECONDS": str(TIME_LIMIT),
    }
    command = [sys.executable, "-m", "celery", "-A", "proctor_site", "worker", "--queues", "frames"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--concurrency", "1", "--prefetch-multiplier", "1", "--without-gossip", "--without-mingle"],
            cwd=ROOT,
            env=env,
            stdout=log,
            stderr=log,
        )
    yield process
    process.terminate()
    process.wait(30)


@pytest.fixture
async def pool(server: RedisServer, worker: subprocess.Popen[bytes]) -> AsyncIterator[RemotePool]:
    pool = RemotePool(url=server.url(0), send=Sender(server.url(1)), timeout=TIMEOUT, metrics=Metrics())
    pool.start()
    assert await asyncio.to_thread(pool.known.wait, START_SECONDS), "No worker announced itself."
    yield pool
    await asyncio.to_thread(pool.stop)


@pytest.fixture(scope="module")
def jpeg() -> bytes:
    return clip_frames("head_turns")[0].read_bytes()


async def looking_process(server: RedisServer) -> int:
    """Its process id, as it announced itself, or as soon as it does."""
    await until(lambda: bool(looking(server)))
    [pid] = looking(server)
    return pid


def looking(server: RedisServer) -> list[int]:
    with redis.Redis.from_url(server.url(0)) as client:
        announced = [int(name.decode().partition(":")[2]) for name in client.hkeys(WORKERS)]
    return [pid for pid in announced if psutil.pid_exists(pid)]


async def until_analysed(pool: RemotePool, jpeg: bytes) -> None:
    while not isinstance(await pool.submit("a", jpeg, Looks.NONE), Analysed):  # noqa: ASYNC110  (as a camera goes on)
        await asyncio.sleep(0.2)


async def test_a_frame_comes_back_as_what_was_seen_in_it(pool: RemotePool, jpeg: bytes) -> None:
    verdict = await pool.submit("a", jpeg, Looks.ALL)
    assert isinstance(verdict, Analysed)
    assert verdict.observation.face_count == 1
    assert verdict.observation.phones is not None
    assert {detector.name for detector in pool.detectors} == {"faces", "mesh", "phone"}
    assert [worker["state"] for worker in pool.state()["workers"]] == ["ready"]


async def test_what_is_no_picture_is_rejected_with_its_sentence(pool: RemotePool) -> None:
    verdict = await pool.submit("a", b"no picture", Looks.NONE)
    assert isinstance(verdict, Rejected)
    assert verdict.code == "not_jpeg"


async def test_newer_frames_supersede_waiting_ones_and_each_is_answered(pool: RemotePool, jpeg: bytes) -> None:
    verdicts: list[Verdict] = await asyncio.gather(*(pool.submit("a", jpeg, Looks.NONE) for _ in range(12)))
    superseded = verdicts.count(NotAnalysed("superseded"))
    assert superseded + sum(isinstance(verdict, Analysed) for verdict in verdicts) == 12
    assert superseded >= 8
    assert isinstance(verdicts[-1], Analysed)


async def test_only_as_many_frames_are_on_their_way_as_workers_can_take(
    pool: RemotePool, server: RedisServer, jpeg: bytes
) -> None:
    tasks = [asyncio.create_task(pool.submit(f"s{number}", jpeg, Looks.NONE)) for number in range(20)]
    await asyncio.sleep(0.1)
    assert pool.state()["frames_on_the_way"] <= 2
    with redis.Redis.from_url(server.url(1)) as client:
        assert client.llen("frames") <= 2
    assert all(isinstance(verdict, Analysed) for verdict in await asyncio.gather(*tasks))


async def test_a_frame_that_came_too_late_is_not_looked_at_nor_answered(
    pool: RemotePool, server: RedisServer, jpeg: bytes
) -> None:
    """Behind it in the line are frames that somebody waits for."""
    with redis.Redis.from_url(server.url(0)) as client, app.connection_for_write(url=server.url(1)) as broker:
        for name, sent in (("late", time.time() - 60), ("fresh", time.time())):
            frames = [(name, jpeg, int(Looks.NONE), None)]
            said = {"reply_to": "replies of this test", "frames": frames, "sent": sent, "expires": 50.0}
            app.send_task(TASK, kwargs=said, queue=QUEUE, serializer="msgpack", connection=broker)
        found = await asyncio.to_thread(client.blpop, ["replies of this test"], 60)
        assert found is not None
        assert unpack_verdict(found[1])[0] == "fresh"  # the one process takes one after the other
        assert client.llen("replies of this test") == 0


async def test_a_worker_that_hangs_costs_its_frames_and_is_replaced(
    pool: RemotePool, server: RedisServer, jpeg: bytes
) -> None:
    process = await looking_process(server)
    for _ in range(4):
        frames = [asyncio.create_task(pool.submit(name, jpeg, Looks.ALL)) for name in "abcdefgh"]
        await frames[0]  # it is over the others now, unless it is stopped just between two tasks
        os.kill(process, signal.SIGSTOP)
        assert NotAnalysed("worker_hung") in await asyncio.gather(*frames)  # long before a minute is over
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(until_gone(process), TIME_LIMIT + 4)
            break
        os.kill(process, signal.SIGCONT)
    await asyncio.wait_for(until_analysed(pool, jpeg), 60)
    assert await looking_process(server) != process
    await until(lambda: pool.metrics.snapshot()["counters"].get("workers_lost") == 1)


@pytest.fixture
async def dawdling(server: RedisServer, worker: subprocess.Popen[bytes], jpeg: bytes) -> AsyncIterator[RemotePool]:
    """Whose tasks begin with frames that nobody waits for: so there is time to end a process before the last one."""
    sender = Sender(server.url(1))

    def send(reply_to: str, frames: list[PackedFrame], expires: float) -> None:
        sender(reply_to, [("nobody's", jpeg, int(Looks.ALL), None)] * 12 + frames, expires)

    pool = RemotePool(url=server.url(0), send=send, timeout=TIMEOUT, metrics=Metrics())
    pool.strikes = Strikes(window=600)  # however long processes take to start
    pool.start()
    assert await asyncio.to_thread(pool.known.wait, START_SECONDS), "No worker announced itself."
    yield pool
    await asyncio.to_thread(pool.stop)
    sender.close()


async def end_process(pool: RemotePool, server: RedisServer, jpeg: bytes, blow: signal.Signals) -> Verdict:
    """Over a frame of “bad”; its verdict. Tried again where the process had done with it or not begun."""
    for _ in range(8):
        await asyncio.wait_for(until_analysed(pool, jpeg), 60)
        process, tried = await looking_process(server), asyncio.create_task(pool.submit("bad", jpeg, Looks.NONE))
        await until(lambda: pool.state()["frames_on_the_way"] == 1)
        await asyncio.sleep(0.1)
        os.kill(process, blow)
        verdict = await tried
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(until_gone(process), TIME_LIMIT + 4)
            if isinstance(verdict, NotAnalysed):
                return verdict
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGCONT)
    raise AssertionError("No process was ended over a frame.")


async def test_a_session_that_costs_one_process_after_another_is_put_aside(
    dawdling: RemotePool, server: RedisServer, jpeg: bytes
) -> None:
    """However the process ends over its frames: killed, as for want of memory, or hanging."""
    assert await end_process(dawdling, server, jpeg, signal.SIGSTOP) == NotAnalysed("worker_hung")
    await until(lambda: dawdling.strikes.suspected("bad", time.monotonic()))
    assert not dawdling.strikes.out("bad", time.monotonic())
    for _ in range(8):
        if not dawdling.strikes.out("bad", time.monotonic()):
            await end_process(dawdling, server, jpeg, signal.SIGKILL)
    await until(lambda: dawdling.strikes.out("bad", time.monotonic()))
    assert await dawdling.submit("bad", jpeg, Looks.NONE) == NotAnalysed("worker_died")  # at once, and to no process
    await asyncio.wait_for(until_analysed(dawdling, jpeg), 60)
    assert not dawdling.strikes.suspected("a", time.monotonic())


async def until_gone(process: int) -> None:
    await until(lambda: not psutil.pid_exists(process))


async def test_redis_may_go_and_come_back(pool: RemotePool, server: RedisServer, jpeg: bytes) -> None:
    process = await looking_process(server)
    os.kill(process, signal.SIGSTOP)
    on_the_way = asyncio.create_task(pool.submit("b", jpeg, Looks.NONE))
    await asyncio.sleep(0.2)
    server.kill()
    assert await on_the_way == NotAnalysed("not_ready")  # and not “worker_hung”, when it is overdue
    os.kill(process, signal.SIGCONT)
    assert isinstance(await pool.submit("a", jpeg, Looks.NONE), NotAnalysed)
    assert pool.last_error.startswith("Redis is out of reach")
    server.start()
    await asyncio.wait_for(until_analysed(pool, jpeg), 60)
    await until(lambda: pool.last_error == "")


async def test_at_the_end_what_waits_is_answered(server: RedisServer, jpeg: bytes) -> None:
    pool = RemotePool(url=server.url(0), send=Sender(server.url(1)), timeout=60, metrics=Metrics())
    pool.start()
    waiting = asyncio.create_task(pool.submit("a", jpeg, Looks.NONE))
    await asyncio.sleep(0.1)
    await asyncio.to_thread(pool.stop)
    assert isinstance(await waiting, NotAnalysed | Analysed)


@pytest.mark.parametrize(
    "verdict", [Analysed(observation(faces=2)), Rejected("truncated", "Ends early."), NotAnalysed("worker_failed")]
)
def test_a_verdict_is_the_same_after_its_way(verdict: Verdict) -> None:
    assert unpack_verdict(pack_verdict("7", verdict, 1.5)) == ("7", verdict, 1.5)


def test_half_a_setup_says_what_is_missing(tmp_path: Path) -> None:
    env = os.environ | {"PROCTOR_ANALYSIS": "celery", "PROCTOR_DATA_DIR": str(tmp_path)}
    env.pop("PROCTOR_REDIS", None)
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert "PROCTOR_ANALYSIS=celery needs PROCTOR_REDIS and PROCTOR_BROKER" in done.stderr


async def test_what_is_known_of_head_and_eyes_goes_along_and_stands(pool: RemotePool, jpeg: bytes) -> None:
    first = await pool.submit("a", jpeg, Looks.NONE)
    assert isinstance(first, Analysed)
    again = await pool.submit("a", jpeg, Looks.NONE, first.observation.measured)
    assert isinstance(again, Analysed)
    assert again.observation.pose is not None
    assert again.observation.pose.source == "stands"


async def test_a_frame_without_anything_known_is_read_as_such() -> None:
    job = Job("a", b"jpeg", Looks.ALL, asyncio.get_running_loop().create_future())
    name, jpeg, looks, known = pack_frame("1", job)
    assert name == "1"
    assert unpack_look(jpeg, looks, known) == Look(b"jpeg", Looks.ALL, None)
