"""Frames handed to Celery: bytes in msgpack, not kept when stale, no result but the verdict itself."""

from __future__ import annotations

import time
from typing import Any

from proctor_site.celery import app
from proctoring.analysis.remote_wire import QUEUE, TASK, PackedFrame


class Sender:
    """A connection of its own to the broker at ``url``, for one thread; a broken one is made anew the next time."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._producer: Any = None

    def __call__(self, reply_to: str, frames: list[PackedFrame], expires: float) -> None:
        """Raises kombu's OperationalError, or what the transport raises, when the broker is out of reach."""
        if self._producer is None:
            # Not tried again for seconds, as kombu would: this frame would be stale, and those behind it would wait.
            connection = app.connection_for_write(url=self._url, transport_options={"max_retries": 0})
            self._producer = app.amqp.Producer(connection, auto_declare=False)
        try:
            app.send_task(
                TASK,
                kwargs={"reply_to": reply_to, "frames": frames, "sent": time.time(), "expires": expires},
                queue=QUEUE,
                expires=expires,
                serializer="msgpack",
                ignore_result=True,
                retry=False,
                producer=self._producer,
            )
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.connection.close()
