"""How Celery's workers come back when the broker does."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from celery.worker.consumer import Consumer

logger = logging.getLogger(__name__)

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

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """kombu 5.7.0 puts back into Redis what had been fetched and not yet begun, and tries so once more when the
        connection is no more: that AttributeError would end the worker."""
        try:
            super().on_connection_error_after_connected(exc)
        except AttributeError:
            if self.connection is not None:
                raise
            logger.warning("What had been fetched from the broker could not be put back into it.", exc_info=True)
