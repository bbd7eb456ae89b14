"""What a session's report says of its record: whole, changed, purged, or with pictures that are not as they were."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from proctoring.evidence import retention
from proctoring.models import PurgeRecord, Session
from proctoring.reports.pdf.pictures import LONGEST_SIDE
from tests import factories
from tests.reports.session_pdf import START, fresh, images, report, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_media")]


def test_a_whole_record_is_said_to_be_whole_with_its_last_hash(session: Session) -> None:
    text = words(report(session))
    assert "every entry and every kept picture is as it was written" in text
    assert session.chain_head in text


def test_a_changed_entry_is_told(session: Session) -> None:
    session.events.filter(sequence=2).update(risk_delta=60)
    text = words(report(session))
    assert "No: 1 thing is not as written." in text
    assert "Entry 2: LOOKING_AWAY is not what was written" in text


def test_pictures_are_small_copies(session: Session) -> None:
    found = sorted(image.image.size for image in images(report(session)))
    assert found == [(64, 48), (LONGEST_SIDE, 300)]


def test_pictures_that_were_purged_say_when(session: Session) -> None:
    retention.purge_pictures(session.pk, START)
    pdf = report(session)
    assert images(pdf) == []
    assert words(pdf).count("Its picture was deleted on 7 Jan 2026, 13:00:00, as was promised.") == 2
    assert "2 pictures of this session were deleted on 7 Jan 2026" in words(pdf)


def test_a_log_that_was_purged_says_when(session: Session) -> None:
    retention.purge_events(session.pk, START)
    pdf = report(fresh(session))
    text = words(pdf)
    assert "The log, 4 entries, was deleted on 7 Jan 2026, 13:00:00, as was promised" in text
    assert "No risk was recorded." in text
    assert images(pdf) == []


@pytest.mark.parametrize(
    ("put", "said"),
    [
        (None, "Its picture is missing in the storage, and no purge deleted it."),
        (b"no picture at all", "Its picture cannot be shown: the file is no picture that can be read."),
        (factories.jpeg()[:300], "Its picture is not the one that was written: the hash is another."),
    ],
)
def test_a_picture_that_is_not_as_it_was_stops_nothing(session: Session, put: bytes | None, said: str) -> None:
    name = session.events.get(sequence=1).snapshot
    default_storage.delete(name)
    if put is not None:
        default_storage.save(name, ContentFile(put))
    pdf = report(session)
    assert said in words(pdf)
    assert "The log is; of its pictures 1 is missing or not as written." in words(pdf)
    assert len(images(pdf)) == 1


def test_a_picture_that_cannot_be_read_is_told_and_stops_nothing(session: Session, tmp_path: Path) -> None:
    path = tmp_path / session.events.get(sequence=1).snapshot
    path.unlink()
    path.mkdir()
    assert "Its picture could not be read from the storage." in words(report(session))


def test_a_deletion_that_no_purge_recorded_is_told(session: Session) -> None:
    session.events.filter(sequence=1).update(snapshot_deleted_at=START)
    assert "was deleted on 7 Jan 2026, 13:00:00, and no purge recorded that." in words(report(session))
    assert not PurgeRecord.objects.exists()
