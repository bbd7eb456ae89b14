"""Everything that keeps files, on a bucket instead of a folder: a real server that speaks S3."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from exams.interchange.formats import FORMATS
from exams.models import Role
from exams.pictures import content_of
from exams.services import pending_imports, pictures, question_imports
from proctor_site import s3
from proctor_site.storage import file_storage
from proctoring import services
from proctoring.evidence import retention, snapshots, verify, waiting
from proctoring.models import Event, Export, Session, WaitingPicture
from proctoring.reports import exam_export
from proctoring.services import Commit, Drafted
from tests import factories
from tests.bucket import KEYS, Bucket, hanging_server, make_bucket, s3_server
from tests.services.drafts import draft

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture(autouse=True)
def bucket(endpoint: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    bucket = make_bucket(endpoint)
    bucket.use(settings)
    return bucket


def pictured(session: Session) -> Commit:
    """One event with its picture."""
    drafted = Drafted(draft(), factories.jpeg())
    return Commit(session_id=session.pk, epoch=session.connection_epoch, drafts=[drafted])


def recorded(session: Session) -> Event:
    [event] = services.commit(pictured(session))
    return event


def test_a_picture_is_kept_checked_and_purged(bucket: Bucket) -> None:
    session = factories.session()
    event = recorded(session)
    assert bucket.contents() == [f"kept/{event.snapshot}"]
    assert snapshots.read(event.snapshot) == factories.jpeg()
    assert list(verify.check(session)) == []
    assert retention.purge_pictures(session.pk, timezone.now()) == 1
    assert bucket.contents() == []
    assert list(verify.check(session)) == []


def test_a_picture_that_is_missing_or_changed_is_found(bucket: Bucket) -> None:
    session = factories.session()
    event = recorded(session)
    place = {"Bucket": bucket.name, "Key": f"kept/{event.snapshot}"}
    bucket.client.put_object(Body=b"another", **place)
    assert [finding.code for finding in verify.check(session)] == ["changed_picture"]
    bucket.client.delete_object(**place)
    assert [finding.code for finding in verify.check(session)] == ["missing_picture"]


def test_pictures_of_what_failed_go_with_it(bucket: Bucket) -> None:
    with pytest.raises(ZeroDivisionError), snapshots.written_with_rows() as written:
        written.save(uuid4(), event="NO_FACE", unix_ms=1, jpeg=b"picture")
        raise ZeroDivisionError
    assert bucket.contents() == []


def test_a_bucket_that_hangs_is_waited_for_once_and_costs_other_sessions_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "READ_SECONDS", 0.3)
    first, second, plain = (factories.session() for _ in range(3))
    commits = [pictured(first), pictured(second), Commit(session_id=plain.pk, epoch=0, drafts=[Drafted(draft())])]
    with hanging_server() as server:
        settings.STORAGES = settings.STORAGES | {"default": file_storage(server.address)}
        outcomes = services.commit_many(commits)
        assert len(server.taken) == s3.TRIES
    assert [len(outcome) for outcome in outcomes if isinstance(outcome, list)] == [1, 1, 1]
    for session in (first, second):
        assert snapshots.read(Event.objects.get(session=session).snapshot) == factories.jpeg()
        assert list(verify.check(session)) == []


def test_pictures_taken_while_the_bucket_was_away_are_moved_there_when_it_is_back(
    bucket: Bucket, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hanging_server() as server, monkeypatch.context() as soon:
        soon.setattr(s3, "READ_SECONDS", 0.3)
        settings.STORAGES = settings.STORAGES | {"default": file_storage(server.address)}
        event = recorded(factories.session())
        assert waiting.move() == 0
    bucket.use(settings)
    assert waiting.move() == 1
    assert bucket.contents() == [f"kept/{event.snapshot}"]
    assert not WaitingPicture.objects.exists()
    assert list(verify.check(event.session)) == []


def test_a_session_s_pictures_go_together(bucket: Bucket) -> None:
    kept, gone = factories.session(), factories.session()
    with snapshots.written_with_rows() as written:
        for session in (kept, gone):
            for moment in (1, 1, 2):  # two of one millisecond
                written.save(session.pk, event="NO_FACE", unix_ms=moment, jpeg=b"picture")
    assert snapshots.delete_folder(gone.pk) == 3
    assert snapshots.delete_folder(gone.pk) == 0
    assert len(bucket.contents()) == 3
    assert all(str(kept.pk) in key for key in bucket.contents())


def test_pictures_without_a_row_are_swept_once_they_are_old(bucket: Bucket) -> None:
    assert snapshots.sweep_orphans(timezone.now()) == 0
    event = recorded(factories.session())
    with snapshots.written_with_rows() as written:
        written.save(uuid4(), event="NO_FACE", unix_ms=1, jpeg=b"left over")
    assert snapshots.sweep_orphans(timezone.now()) == 0
    assert snapshots.sweep_orphans(timezone.now() + timedelta(hours=2)) == 1
    assert bucket.contents() == [f"kept/{event.snapshot}"]


def test_a_proctor_sees_a_picture_through_the_site(client: Client) -> None:
    exam = factories.exam()
    session = factories.session(exam)
    event = recorded(session)
    client.force_login(factories.user(role=Role.PROCTOR, at=exam.institution))
    name = event.snapshot.rpartition("/")[2].removesuffix(".jpg")
    answer = client.get(reverse("snapshot", args=[session.pk, name]))
    assert (answer.status_code, answer.content) == (200, factories.jpeg())


def test_an_export_is_made_fetched_and_deleted(bucket: Bucket, client: Client) -> None:
    exam = factories.exam()
    session = factories.session(exam)
    recorded(session)
    reviewer = factories.user(role=Role.REVIEWER, at=exam.institution)
    export = Export.objects.create(exam=exam, requested_by=reviewer, format=Export.Format.JSON)
    exam_export.make(export)
    client.force_login(reviewer)
    answer = client.get(reverse("export_file", args=[export.pk]))
    body = json.loads(b"".join(answer))
    assert [each["session"] for each in body["sessions"]] == [str(session.pk)]
    retention.purge(timezone.now() + timedelta(days=2))
    assert not [key for key in bucket.contents() if "exports" in key]


def test_a_question_s_picture_is_kept_once_and_forgotten_when_no_exam_has_it(bucket: Bucket) -> None:
    exam, other = factories.exam(), factories.exam()
    first = pictures.add_picture(exam=exam, data=factories.jpeg(), by=None)
    second = pictures.add_picture(exam=other, data=factories.jpeg(), by=None)
    assert first.file == second.file
    assert len(bucket.contents()) == 1
    assert content_of(first) == content_of(second)
    pictures.remove_picture(first)
    later = timezone.now() + timedelta(hours=2)
    assert pictures.forget_unused_files(later) == 0
    pictures.remove_picture(second)
    assert pictures.forget_unused_files(timezone.now()) == 0
    assert pictures.forget_unused_files(later) == 1
    assert bucket.contents() == []


def test_a_file_of_questions_waits_in_the_bucket_and_is_forgotten(bucket: Bucket) -> None:
    exam, author = factories.exam(), factories.user()
    data = b"What is it? {=this ~that}\n" + b"// nothing\n" * (question_imports.AT_ONCE // 10)
    row = question_imports.upload(exam=exam, by=author, file_name="a.gift", data=data, format=FORMATS["gift"])
    assert len(bucket.contents()) == 1, "the file, until it is read"
    question_imports.read(row)
    assert len(bucket.contents()) == 1, "what was read"
    assert len(pending_imports.content_of(row).result.items) == 1
    assert question_imports.forget_old(timezone.now()) == 0
    assert question_imports.forget_old(timezone.now() + timedelta(days=2)) == 1
    assert bucket.contents() == []
    with pytest.raises(pending_imports.NoLongerThere):
        pending_imports.content_of(row)


def test_a_bucket_keeps_what_it_is_given_byte_by_byte() -> None:
    data = bytes(range(256)) * 40_000  # more than is held in memory
    name = default_storage.save("exports/large", ContentFile(data))
    with default_storage.open(name) as file:
        assert file.read() == data
