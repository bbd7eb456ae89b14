"""Where files are kept: the address of it, and a real server that speaks S3."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from pytest_django import Settings

from proctor_site import reach, s3
from proctor_site.s3 import StorageError
from proctor_site.storage import file_storage
from tests.bucket import KEYS, REGION, Bucket, hanging_server, make_bucket, s3_server


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def bucket(endpoint: str, settings: Settings) -> Bucket:
    bucket = make_bucket(endpoint)
    bucket.use(settings)
    return bucket


def test_without_an_address_files_lie_in_the_data_folder_for_their_owner_only() -> None:
    found = file_storage("")
    assert found["BACKEND"] == "django.core.files.storage.FileSystemStorage"
    assert found["OPTIONS"] == {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("s3://pictures", {"bucket_name": "pictures", "location": "", "endpoint_url": None, "region_name": None}),
        ("s3://pictures/a/b/", {"location": "a/b"}),
        (
            "s3://pictures?endpoint=https://s3.example.org:9000&region=eu-central-1",
            {"endpoint_url": "https://s3.example.org:9000", "region_name": "eu-central-1"},
        ),
        ("s3://p?endpoint=https%3A%2F%2Fs3.example.org", {"endpoint_url": "https://s3.example.org"}),
    ],
)
def test_one_address_says_where_files_are_kept(address: str, wanted: dict[str, object]) -> None:
    found = file_storage(address)["OPTIONS"]
    assert {name: found[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/var/media", "must be empty"),
        ("s3://", "must be empty"),
        ("gs://bucket", "must be empty"),
        ("s3://key:hunter2@bucket", "keys belong into AWS_ACCESS_KEY_ID"),
        ("s3://bucket?endpoint", "cannot be read"),
        ("s3://bucket?endpoint=", "without a value"),
        ("s3://bucket?end=https://x", "takes endpoint and region"),
        ("s3://bucket?region=a&region=b", "takes endpoint and region"),
        ("s3://bucket?endpoint=s3.example.org", "must be an address"),
        ("s3://bucket?endpoint=https://key:hunter2@s3.example.org", "must be an address"),
    ],
)
def test_what_cannot_be_meant_stops_the_start_and_repeats_no_key(address: str, sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=sentence) as refused:
        file_storage(address)
    assert "hunter2" not in str(refused.value)


def test_half_a_pair_of_keys_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(ImproperlyConfigured, match="only one is set"):
        file_storage("s3://bucket")


def test_a_file_is_written_found_read_and_deleted(bucket: Bucket) -> None:
    name = default_storage.save("snapshots/a/1.jpg", ContentFile(b"picture"))
    assert name == "snapshots/a/1.jpg"
    assert bucket.contents() == ["kept/snapshots/a/1.jpg"]
    assert default_storage.exists(name)
    assert default_storage.size(name) == 7
    assert abs(default_storage.get_modified_time(name) - timezone.now()) < timedelta(minutes=1)
    with default_storage.open(name) as file:
        assert file.read() == b"picture"
    assert default_storage.listdir("snapshots") == (["a"], [])
    assert default_storage.listdir("snapshots/a") == ([], ["1.jpg"])
    default_storage.delete(name)
    default_storage.delete(name)
    assert not default_storage.exists(name)
    assert default_storage.listdir("snapshots") == ([], [])
    with pytest.raises(FileNotFoundError):
        default_storage.open(name)
    with pytest.raises(FileNotFoundError):
        default_storage.get_modified_time(name)


def test_no_file_is_public_or_has_an_address(bucket: Bucket) -> None:
    name = default_storage.save("snapshots/a/1.jpg", ContentFile(b"picture"))
    grants = bucket.client.get_object_acl(Bucket=bucket.name, Key=f"kept/{name}")["Grants"]
    assert all(grant["Grantee"]["Type"] == "CanonicalUser" for grant in grants)
    with pytest.raises(NotImplementedError):
        default_storage.url(name)


def test_nothing_is_written_over(bucket: Bucket) -> None:
    first = default_storage.save("a.jpg", ContentFile(b"first"))
    second = default_storage.save("a.jpg", ContentFile(b"second"))
    assert first != second
    with default_storage.open(first) as file:
        assert file.read() == b"first"


def test_several_that_write_one_name_at_the_same_moment_get_a_name_each(bucket: Bucket) -> None:
    together, names = Barrier(5), []

    def write(number: int) -> None:
        together.wait()
        names.append((number, default_storage.save("a.jpg", ContentFile(b"%d" % number))))

    threads = [Thread(target=write, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({name for _, name in names}) == 5
    for number, name in names:
        with default_storage.open(name) as file:
            assert file.read() == b"%d" % number


def test_what_was_asked_for_free_and_taken_meanwhile_gets_another_name(bucket: Bucket) -> None:
    default_storage.save("a.jpg", ContentFile(b"first"))
    storage = default_storage._wrapped  # type: ignore[attr-defined]
    assert storage._save("a.jpg", ContentFile(b"second")) != "a.jpg"
    assert len(bucket.contents()) == 2


def test_a_bucket_out_of_reach_fails_as_a_disk_does(settings: Settings) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        address = f"s3://bucket?endpoint=http://127.0.0.1:{nobody.getsockname()[1]}&region=x"
        settings.STORAGES = settings.STORAGES | {"default": file_storage(address)}
        with pytest.raises(OSError, match="cannot be reached"):
            default_storage.save("a.jpg", ContentFile(b"picture"))


def test_a_bucket_that_gave_no_answer_is_not_waited_for_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "READ_SECONDS", 0.3)
    with hanging_server() as server:
        settings.STORAGES = settings.STORAGES | {"default": file_storage(server.address)}
        for _ in range(3):
            with pytest.raises(OSError, match="cannot be reached"):
                default_storage.save("a.jpg", ContentFile(b"picture"))
        with pytest.raises(OSError, match="cannot be reached"):
            default_storage.open("a.jpg")
        assert len(server.taken) == s3.TRIES


def test_a_bucket_that_hangs_on_is_asked_now_and_then_and_only_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "READ_SECONDS", 0.3)
    monkeypatch.setattr(s3, "ASK_READ_SECONDS", 0.3)
    monkeypatch.setattr(reach, "AWAY_SECONDS", 0.2)
    with hanging_server() as server:
        settings.STORAGES = settings.STORAGES | {"default": file_storage(server.address)}
        with pytest.raises(OSError, match="cannot be reached"):
            default_storage.save("a.jpg", ContentFile(b"picture"))
        before = len(server.taken)
        time.sleep(0.3)
        monkeypatch.setattr(reach, "AWAY_SECONDS", 60.0)
        for _ in range(3):
            with pytest.raises(OSError, match="a moment ago"):
                default_storage.save("a.jpg", ContentFile(b"picture"))
        assert len(server.taken) == before + 1


def test_a_bucket_that_is_back_is_used_again(
    endpoint: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "AWAY_SECONDS", 0.5)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        port = nobody.getsockname()[1]
        bucket = make_bucket(endpoint)
        address = f"s3://{bucket.name}?endpoint=http://127.0.0.1:{port}&region={REGION}"
        settings.STORAGES = settings.STORAGES | {"default": file_storage(address)}
        with pytest.raises(OSError, match="cannot be reached"):
            default_storage.save("a.jpg", ContentFile(b"picture"))
    with s3_server(port):
        time.sleep(0.6)
        assert default_storage.save("a.jpg", ContentFile(b"picture")) == "a.jpg"
    assert bucket.contents() == ["a.jpg"]


def test_a_file_that_is_not_there_says_nothing_against_the_bucket(bucket: Bucket) -> None:
    with pytest.raises(FileNotFoundError):
        default_storage.open("a.jpg")
    assert default_storage.save("a.jpg", ContentFile(b"picture")) == "a.jpg"


def test_a_bucket_that_is_not_there_is_no_missing_file(endpoint: str, settings: Settings) -> None:
    address = f"s3://nowhere?endpoint={endpoint}&region=eu-central-1"
    settings.STORAGES = settings.STORAGES | {"default": file_storage(address)}
    with pytest.raises(StorageError):
        default_storage.open("a.jpg")
