"""A worker's line to a Redis that went away with messages that were fetched and not yet acknowledged."""

from __future__ import annotations

from typing import Any

import pytest
from celery import Celery
from kombu import Exchange, Queue
from kombu.exceptions import OperationalError
from redis.exceptions import ConnectionError as RedisIsAway

from proctor_site.celery_consumer import SteadyConsumer
from tests.redis import running_redis


def consumer(app: Celery, connection: Any) -> SteadyConsumer:
    """As far as its connection is concerned: no tasks, no pool."""
    made = SteadyConsumer.__new__(SteadyConsumer)
    made.app, made.connection = app, connection
    return made


def test_it_outlives_a_redis_that_goes_away_with_what_had_been_fetched() -> None:
    with running_redis() as server:
        app = Celery(broker=server.url(1))
        app.conf.worker_cancel_long_running_tasks_on_connection_loss = True
        app.conf.worker_enable_prefetch_count_reduction = False
        connection = app.connection_for_read()
        fetched: list[object] = []
        queue = Queue("fetched", channel=connection.default_channel)
        with connection.Producer() as producer:
            producer.publish("a message", routing_key="fetched", declare=[queue])
        connection.Consumer(queue, callbacks=[lambda *one: fetched.append(one)]).consume()
        control = Queue(
            "control", Exchange("control", type="fanout"), auto_delete=True, channel=connection.default_channel
        )
        connection.Consumer(control).consume()  # as every worker listens to orders
        while not fetched:
            connection.drain_events(timeout=5)
        with pytest.raises(TimeoutError):
            while True:
                connection.drain_events(timeout=0.1)  # it goes on asking for more
        worker = consumer(app, connection)
        server.kill()
        worker.on_connection_error_after_connected(RedisIsAway("Connection closed by server."))
        assert worker.connection is None


def test_it_tries_again_every_second(monkeypatch: pytest.MonkeyPatch) -> None:
    intervals: list[float] = []
    app = Celery(broker="redis://127.0.0.1:1/0")
    worker = consumer(app, None)
    worker.first_connection_attempt, worker.broker_connection_retry_attempt = True, 0
    connection = app.connection_for_read()
    app.conf.broker_connection_max_retries = 3
    monkeypatch.setattr("kombu.utils.functional.sleep", intervals.append)
    with pytest.raises(OperationalError):
        worker.ensure_connected(connection)
    assert [interval for interval in intervals if interval] == [1.0] * 3
