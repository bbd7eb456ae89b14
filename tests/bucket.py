"""A bucket of the tests' own, on a server that speaks S3 over HTTP (moto)."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
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
def s3_server() -> Iterator[str]:
    """Its address."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
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
