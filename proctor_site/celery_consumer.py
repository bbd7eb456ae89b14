"""How Celery's workers come back when the broker does."""

from __future__ import annotations

from functools import partial
from typing import Any

from celery.worker.consumer import Consumer

TRY_AGAIN_SECONDS = 1.0


class SteadyConsumer(Consumer):
    """Tries to connect once a second. Celery's own waits 2, 4, 6 … up to 30 seconds, all of which nobody is watched for
    although Redis is there again."""

    def ensure_connected(self, conn: Any) -> Any:
        conn.ensure_connection = partial(
            conn.ensure_connection,
            interval_start=TRY_AGAIN_SECONDS,
            interval_step=0,
            interval_max=TRY_AGAIN_SECONDS,
        )
        return super().ensure_connected(conn)
