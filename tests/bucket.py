"""A bucket of the tests' own, on a server that speaks S3 over HTTP (moto)."""

from __future__ import annotations

import logging
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import boto3
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from proctor_site.storage import file_storage

REGION = "eu-central-1"
KEYS = {"AWS_ACCESS_KEY_ID": "of-the-tests", "AWS_SECRET_ACCESS_KEY": "of-the-tests"}


@dataclass(frozen=True, slots=True)
class Bucket:
    name: str
    endpoint: str
    client: Any

    @property
    def address(self) -> str:
        return f"s3://{self.name}/kept?endpoint={self.endpoint}&region={REGION}"

    def contents(self) -> list[str]:
        found = self.client.list_objects_v2(Bucket=self.name)
        return sorted(each["Key"] for each in found.get("Contents", ()))

    def use(self, settings: Settings) -> None:
        """Django's files go there until the test is over."""
        settings.STORAGES = settings.STORAGES | {"default": file_storage(self.address)}


@contextmanager
def s3_server(port: int = 0) -> Iterator[str]:
    """Its address. All such servers of this process have the same buckets."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer("127.0.0.1", port=port, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def make_bucket(endpoint: str) -> Bucket:
    """The caller has put ``KEYS`` into the environment."""
    client = boto3.client("s3", endpoint_url=endpoint, region_name=REGION)
    bucket = Bucket(f"tests-{uuid.uuid4().hex}", endpoint, client)
    client.create_bucket(Bucket=bucket.name, CreateBucketConfiguration={"LocationConstraint": REGION})
    return bucket


class HangingServer:
    """It takes every connection, and never says a word."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self.taken: list[socket.socket] = []

    @property
    def address(self) -> str:
        """Of a bucket there."""
        return f"s3://bucket?endpoint=http://127.0.0.1:{self._listening.getsockname()[1]}&region={REGION}"

    def run(self) -> None:
        with suppress(OSError):  # it is over
            while True:
                self.taken.append(self._listening.accept()[0])


@contextmanager
def hanging_server() -> Iterator[HangingServer]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = HangingServer(listening)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()
            for each in server.taken:
                each.close()
