"""Pictures the storage does not take wait in the database, and behave there as in the storage."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from exams.models import Role
from proctoring import services
from proctoring.evidence import retention, snapshots, verify, waiting
from proctoring.models import Event, Session, WaitingPicture
from proctoring.services import Commit, Drafted
from proctoring.tasks import move_waiting_pictures
from tests import factories
from tests.services.drafts import draft

pytestmark = pytest.mark.django_db


class Disk:
    """A folder for files that can be made to fail: then a file lies in its place."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def fails(self) -> None:
        self.place.touch()

    def is_mended(self) -> None:
        self.place.unlink()

    def pictures(self) -> list[Path]:
        return sorted(self.place.rglob("*.jpg"))


@pytest.fixture
def disk(settings: Settings, tmp_path: Path) -> Disk:
    settings.MEDIA_ROOT = tmp_path / "media"
    disk = Disk(settings.MEDIA_ROOT)
    disk.fails()
    return disk


def recorded(session: Session, shades: tuple[int, ...] = (80,)) -> list[Event]:
    """Events of one millisecond, each with a picture."""
    drafts = [Drafted(draft(), factories.jpeg(shade=shade)) for shade in shades]
    session.refresh_from_db(fields=["connection_epoch"])
    return services.commit(Commit(session_id=session.pk, epoch=session.connection_epoch, drafts=drafts))


def test_events_are_written_and_their_pictures_can_be_read_and_checked(disk: Disk) -> None:
    session = factories.session()
    events = recorded(session, (80, 160))
    assert [snapshots.read(event.snapshot) for event in events] == [factories.jpeg(shade=s) for s in (80, 160)]
    assert list(verify.check(session)) == []


def test_nothing_waits_of_what_was_not_written(disk: Disk) -> None:
    session = factories.session()
    unwritable = Drafted(draft(detail={"not": object()}), factories.jpeg())
    wanted = Commit(session_id=session.pk, epoch=0, drafts=[Drafted(draft(), factories.jpeg()), unwritable])
    [outcome] = services.commit_many([wanted])
    assert isinstance(outcome, TypeError)
    assert not WaitingPicture.objects.exists()


def test_a_proctor_sees_it_and_nobody_of_another_institution(disk: Disk, client: Client) -> None:
    exam = factories.exam()
    session = factories.session(exam)
    [event] = recorded(session)
    address = reverse("snapshot", args=[session.pk, event.snapshot.rpartition("/")[2].removesuffix(".jpg")])
    client.force_login(factories.user(role=Role.PROCTOR, at=exam.institution))
    assert client.get(address).content == factories.jpeg(shade=80)
    client.force_login(factories.user(role=Role.PROCTOR, at=factories.exam().institution))
    assert client.get(address).status_code == 404


def test_they_are_moved_when_the_storage_is_back(disk: Disk) -> None:
    session = factories.session()
    events = recorded(session, (80, 160))
    move_waiting_pictures()
    assert WaitingPicture.objects.count() == 2
    disk.is_mended()
    move_waiting_pictures()
    assert not WaitingPicture.objects.exists()
    assert sorted(path.name for path in disk.pictures()) == sorted(Path(event.snapshot).name for event in events)
    assert list(verify.check(session)) == []


@pytest.mark.parametrize("left", [factories.jpeg(shade=80), factories.jpeg(shade=80)[:100]])
def test_a_copy_that_an_interrupted_move_left_is_no_second_picture(disk: Disk, left: bytes) -> None:
    """Whole or not: it was copied, and whoever did it was gone before the database knew."""
    session = factories.session()
    [event] = recorded(session)
    disk.is_mended()
    assert default_storage.save(event.snapshot, ContentFile(left)) == event.snapshot
    assert waiting.move() == 1
    assert len(disk.pictures()) == 1
    assert list(verify.check(session)) == []


def test_a_purge_takes_those_that_wait_too(disk: Disk) -> None:
    session = factories.session()
    recorded(session, (80, 160))
    disk.is_mended()
    assert retention.purge_pictures(session.pk, timezone.now()) == 2
    assert waiting.move() == 0
    assert disk.pictures() == []
    assert list(verify.check(session)) == []


def test_a_session_s_folder_goes_with_those_that_wait(disk: Disk) -> None:
    session, other = factories.session(), factories.session()
    for each in (session, other):
        recorded(each)
    disk.is_mended()
    recorded(session)
    assert snapshots.delete_folder(session.pk) == 2
    assert [picture.session_id for picture in WaitingPicture.objects.all()] == [other.pk]


def test_once_moved_they_are_no_orphans(disk: Disk) -> None:
    recorded(factories.session())
    disk.is_mended()
    assert waiting.move() == 1
    assert snapshots.sweep_orphans(timezone.now() + timedelta(days=1)) == 0
    assert len(disk.pictures()) == 1
