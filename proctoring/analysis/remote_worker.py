"""The Celery side: a worker that consumes the queue “frames” loads the models once and judges what comes.

``celery -A proctor_site worker --queues frames --concurrency N`` on any machine that reaches Redis. Each process
announces itself every second, so that web processes know how many frames to have on their way.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import redis
from billiard.exceptions import TimeLimitExceeded, WorkerLostError
from celery import shared_task
from celery.signals import celeryd_after_setup, task_failure, worker_process_init, worker_process_shutdown
from django.conf import settings

from proctoring.analysis.remote_wire import (
    ANNOUNCE_SECONDS,
    QUEUE,
    REPLY_SECONDS,
    TASK,
    WORKERS,
    Announcement,
    PackedFrame,
    pack_announcement,
    pack_verdict,
    unpack_look,
)
from proctoring.analysis.verdict import NOT_READY, WORKER_DIED, WORKER_HUNG, NotAnalysed
from proctoring.analysis.worker import ONE_THREAD, QUIET, judge

if TYPE_CHECKING:
    from proctoring.vision.analyzer import Analyzer

logger = logging.getLogger(__name__)

GOODBYE_SECONDS = 2.0

_consumes_frames = False
_analyzer: Analyzer | None = None
_error = ""
_replies: redis.Redis | None = None
_announcing: threading.Thread | None = None
_stopping = threading.Event()


@celeryd_after_setup.connect
def note_queues(sender: str, instance: Any, **kwargs: Any) -> None:
    """In the parent, before it forks: whether this worker is one for frames."""
    global _consumes_frames
    _consumes_frames = QUEUE in instance.app.amqp.queues.consume_from


@worker_process_init.connect
def load_models(**kwargs: Any) -> None:
    """In each process of a worker for frames. What fails is announced, and said to whoever looks at the site."""
    global _analyzer, _announcing, _error, _replies
    if not _consumes_frames:
        return
    for variable in ONE_THREAD:
        os.environ.setdefault(variable, "1")
    for variable, value in QUIET.items():
        os.environ.setdefault(variable, value)
    _replies = _connection()
    _announcing = threading.Thread(target=_announce, name="announce", daemon=True)
    _announcing.start()
    try:
        from proctoring.analysis.config import analyzer_config
        from proctoring.vision.analyzer import Analyzer

        _analyzer = Analyzer(analyzer_config())
    except Exception as error:
        logger.exception("The analyzer could not be started")
        _error = f"{type(error).__name__}: {error}"


@worker_process_shutdown.connect
def leave(**kwargs: Any) -> None:
    """Planned: nothing is left in Redis that would grow old, as of a worker that was lost."""
    _stopping.set()
    if _announcing is not None:
        _announcing.join(GOODBYE_SECONDS)  # or it might announce itself once more after this
    if _replies is not None:
        try:
            _replies.hdel(WORKERS, _name())
        except redis.RedisError:
            logger.warning("Leaving without a word: Redis is out of reach.", exc_info=True)


# At its time limit Celery kills a process that hangs over its frames, and begins another.
@shared_task(name=TASK, ignore_result=True, acks_late=False, time_limit=settings.PROCTOR_WORKER_TIMEOUT_SECONDS)
def look(reply_to: str, frames: list[PackedFrame], sent: float, expires: float) -> None:
    """Judge each frame and hand its verdict straight to the process that waits for it.

    ``sent``: Unix seconds; a frame older than ``expires`` seconds is no longer waited for, and is not looked at.
    """
    assert _replies is not None, "This worker does not consume the queue of frames."
    for job, jpeg, looks, known in frames:
        if time.time() - sent > expires:
            continue
        began = time.process_time()
        if _analyzer is None:
            verdict: Any = NotAnalysed(NOT_READY)
        else:
            verdict = judge(_analyzer, unpack_look(jpeg, looks, known))
        cpu_ms = (time.process_time() - began) * 1000
        _reply(_replies, reply_to, pack_verdict(job, verdict, cpu_ms))


@task_failure.connect(sender=look)
def tell_of_the_lost(exception: BaseException, kwargs: dict[str, Any], **rest: Any) -> None:
    """In the parent, when a process ended over its frames or was killed at its time limit: all of them are said to be
    lost, so that a session that costs one process after another is put aside. Who waits knows which of them had their
    verdicts before. Of a time limit Celery tells twice, which changes nothing."""
    if not isinstance(exception, WorkerLostError | TimeLimitExceeded):
        return
    lost = NotAnalysed(WORKER_HUNG if isinstance(exception, TimeLimitExceeded) else WORKER_DIED)
    try:
        with _connection(patience=1) as replies:  # this process has others to mind
            _reply(replies, kwargs["reply_to"], *(pack_verdict(frame[0], lost, 0.0) for frame in kwargs["frames"]))
    except redis.RedisError:
        logger.warning("Could not say that a process is lost: Redis is out of reach.", exc_info=True)


def _connection(*, patience: float = 5) -> redis.Redis:
    return redis.Redis.from_url(
        settings.PROCTOR_REDIS, socket_timeout=patience, socket_connect_timeout=min(patience, 2)
    )


def _reply(replies: redis.Redis, to: str, *verdicts: bytes) -> None:
    with replies.pipeline(transaction=False) as pipe:
        pipe.rpush(to, *verdicts)
        pipe.expire(to, REPLY_SECONDS)
        pipe.execute()


def _name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _announce() -> None:
    assert _replies is not None
    while not _stopping.is_set():
        if _analyzer is not None or _error:
            detectors = () if _analyzer is None else tuple(_analyzer.detectors.values())
            said = Announcement(_name(), time.time(), _error, detectors)
            try:
                _replies.hset(WORKERS, said.name, pack_announcement(said))
            except redis.RedisError:
                logger.warning("Could not announce this worker: Redis is out of reach.", exc_info=True)
        _stopping.wait(ANNOUNCE_SECONDS)
