"""Files in a bucket: private, never overwritten, and failing as files of a disk fail.

Nothing is ever served from the bucket itself: every file goes through a view that asks who is looking. So no file has
an address, and none is given rights of its own; the bucket must not be public.

The one thread that writes for all live sessions keeps pictures here, so a bucket that does not answer is not waited for
long, nor again and again.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection
from django.core.files.base import File
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from proctor_site.reach import Reach

IN_MEMORY = 4 * 1024 * 1024  # what is larger is read by way of a temporary file
# Nine seconds at most with the pause between two tries. Pages give up after fifteen.
CONNECT_SECONDS, READ_SECONDS, TRIES = 2, 4, 2
ASK_CONNECT_SECONDS, ASK_READ_SECONDS = 1, 1  # for the question whether it is back
TAKEN = {"PreconditionFailed", "ConditionalRequestConflict"}
# Further names tried when another process has just written that one. Each try asks for one that is free.
RENAMES = 20


class StorageError(OSError):
    """The bucket cannot be reached, or refuses; callers treat it as a disk that fails."""


@contextmanager
def as_files_fail(name: str) -> Iterator[None]:
    """Raises FileNotFoundError or StorageError for what boto3 raises."""
    try:
        yield
    except ClientError as error:
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404 and not _no_bucket(error):
            raise FileNotFoundError(f"There is no file {name} in the bucket.") from error
        raise StorageError(f"The bucket refused {name}: {error}") from error
    except BotoCoreError as error:
        raise StorageError(f"The bucket cannot be reached for {name}: {error}") from error


def _out_of_reach(error: StorageError) -> bool:
    """As opposed to an answer that is no."""
    cause = error.__cause__
    if isinstance(cause, ClientError):
        return _broken(cause)
    return isinstance(cause, HTTPClientError | NoConnection)


def _broken(error: ClientError) -> bool:
    return bool(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500)


def _no_bucket(error: ClientError) -> bool:
    return bool(error.response.get("Error", {}).get("Code") == "NoSuchBucket")


class PrivateS3Storage(S3Storage):
    """django-storages' own, with one client for all threads, no addresses, and no file written over another."""

    def __init__(self, **options: Any) -> None:
        fixed: dict[str, Any] = {
            "file_overwrite": False,
            "default_acl": None,
            "client_config": Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"mode": "standard", "total_max_attempts": TRIES},
                # Servers other than Amazon's rarely have the bucket's name in their own.
                s3={"addressing_style": "path" if options.get("endpoint_url") else "auto"},
                # Sums of our own stand beside each picture; not every server takes Amazon's newest ones.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        }
        super().__init__(**options, **fixed)
        self._making = threading.Lock()
        self._made: Any = None
        self._asking: Any = None
        self._reach = Reach(self._answers)

    @property
    def connection(self) -> Any:
        """Clients may be shared among threads, and making one takes a tenth of a second and megabytes."""
        with self._making:
            if self._made is None:
                self._made = self._resource(self.client_config)
            return self._made

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        raise NotImplementedError("Files have no address of their own: a view serves them to who may see them.")

    def exists(self, name: str) -> bool:
        with self._reaching(name):
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with self._reaching(name):
            self._client.delete_object(**self._place(name))

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        """Empty for a folder that is not there: a bucket has none."""
        with self._reaching(name):
            folders, files = super().listdir(name)
        return folders, files

    def size(self, name: str) -> int:
        return int(self._head(name)["ContentLength"])

    def get_modified_time(self, name: str) -> datetime:
        modified: datetime = self._head(name)["LastModified"]
        return modified

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        """All of the file, in one request. Raises FileNotFoundError here, not at the first read."""
        if mode != "rb":
            raise ValueError(f"Files are saved whole and read as bytes; {name} was opened as “{mode}”.")
        file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  (the caller closes it)
        try:
            with self._reaching(name):
                shutil.copyfileobj(self._client.get_object(**self._place(name))["Body"], file)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return File(file, name)

    def _save(self, name: str, content: Any) -> str:
        """A name that another process took at the same moment is left to it, as on a disk."""
        name = clean_name(name)
        for _ in range(RENAMES):
            content.seek(0)
            parameters = self._get_write_parameters(name, content)
            try:
                with self._reaching(name):
                    self._client.put_object(
                        Body=getattr(content, "file", content), IfNoneMatch="*", **parameters, **self._place(name)
                    )
                return name
            except StorageError as error:
                if not _is_taken(error):
                    raise
            name = self.get_available_name(name)
        raise StorageError(f"{name} was taken again and again.")

    @contextmanager
    def _reaching(self, name: str) -> Iterator[None]:
        """As ``as_files_fail``; raises StorageError at once for a while after the bucket was out of reach."""
        if not self._reach.is_there():
            raise StorageError(f"The bucket cannot be reached for {name}: it gave no answer a moment ago.")
        try:
            with as_files_fail(name):
                yield
        except StorageError as error:
            if _out_of_reach(error):
                self._reach.lost()
            raise

    def _answers(self) -> bool:
        """Whatever it answers, as long as it is not broken."""
        with self._making:
            if self._asking is None:
                once = {"mode": "standard", "total_max_attempts": 1}
                waits = {"connect_timeout": ASK_CONNECT_SECONDS, "read_timeout": ASK_READ_SECONDS}
                self._asking = self._resource(self.client_config.merge(Config(retries=once, **waits)))
        try:
            self._asking.meta.client.head_bucket(Bucket=self.bucket_name)
        except ClientError as error:
            return not _broken(error)
        except BotoCoreError:
            return False
        return True

    def _resource(self, config: Config) -> Any:
        return self._create_session().resource(
            "s3",
            region_name=self.region_name,
            use_ssl=self.use_ssl,
            endpoint_url=self.endpoint_url,
            config=config,
            verify=self.verify,
        )

    @property
    def _client(self) -> Any:
        return self.connection.meta.client

    def _place(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": self._normalize_name(clean_name(name))}

    def _head(self, name: str) -> dict[str, Any]:
        with self._reaching(name):
            head: dict[str, Any] = self._client.head_object(**self._place(name))
        return head


def _is_taken(error: StorageError) -> bool:
    cause = error.__cause__
    return isinstance(cause, ClientError) and cause.response.get("Error", {}).get("Code") in TAKEN
