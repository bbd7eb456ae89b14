from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from proctoring import services
from proctoring.evidence import chain, retention, snapshots, verify
from proctoring.models import Event, PurgeRecord, Session
from proctoring.services import Commit, Drafted
from tests import factories
from tests.services.drafts import draft, technical

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(settings: Settings, tmp_path: Path) -> Session:
    """Five events, the first, third and fifth with a picture."""
    settings.MEDIA_ROOT = tmp_path
    made = factories.session()
    drafts = [
        Drafted(draft("NO_FACE", at_ms=number), factories.jpeg(shade=number)) if number % 2 else Drafted(technical())
        for number in range(1, 6)
    ]
    services.commit(Commit(session_id=made.pk, epoch=0, drafts=drafts))
    made.refresh_from_db()
    return made


def codes(session: Session) -> list[tuple[int | None, str]]:
    return [(finding.sequence, finding.code) for finding in verify.check(session)]


def test_what_was_written_verifies(session: Session) -> None:
    assert codes(session) == []


def test_a_session_that_grows_while_it_is_checked_verifies(session: Session) -> None:
    """The command reads many sessions before it gets to the events of each."""
    grow = Commit(session_id=session.pk, epoch=0, drafts=[Drafted(technical())])
    services.commit(grow)
    assert codes(session) == []  # the row in hand still names the fifth event as the last
    Event.objects.filter(sequence=2).update(risk_delta=9)
    checking = verify.check(session)
    found = [next(checking)]
    services.commit(grow)
    found += checking
    assert [(finding.sequence, finding.code) for finding in found] == [(2, "changed_event")]


CHANGES: dict[str, object] = {
    "ledger": "environment",
    "name": "LOOKING_AWAY",
    "unix_ms": 7,
    "risk_delta": 1,
    "risk_total": 1,
    "phone_detected": True,
    "looking_away": True,
    "face_count": 3,
    "sentence": "Nothing happened.",
    "detail": {},
    "snapshot_sha256": "0" * 64,
    "snapshot": "snapshots/elsewhere.jpg",
    "previous_hash": "0" * 64,
    "hash": "0" * 64,
}


@pytest.mark.parametrize("field", CHANGES)
def test_any_changed_field_is_found(session: Session, field: str) -> None:
    Event.objects.filter(sequence=3).update(**{field: CHANGES[field]})
    assert (3, "changed_event") in codes(session)


def test_no_field_of_an_event_is_left_out() -> None:
    covered = set(CHANGES) | {"sequence", "session"}
    assert covered | {"id", "snapshot_deleted_at"} == {field.name for field in Event._meta.fields}


def move_to_another_session(session: Session) -> None:
    Event.objects.filter(sequence=5).update(session=factories.session())


def swap(session: Session) -> None:
    Event.objects.filter(sequence=2).update(sequence=99)
    Event.objects.filter(sequence=4).update(sequence=2)
    Event.objects.filter(sequence=99).update(sequence=4)


def add(session: Session) -> None:
    event = Event(session=session, sequence=6, name="NO_FACE", unix_ms=1, sentence="Made up.")
    chain.seal(event, previous_hash=session.chain_head)
    event.save()


def rewrite_the_last(session: Session) -> None:
    event = Event.objects.get(sequence=5)
    event.sentence = "Somebody else's words."
    chain.seal(event, previous_hash=event.previous_hash)
    event.save()


def cover_a_gap(session: Session) -> None:
    Event.objects.filter(sequence=2).delete()
    for event in Event.objects.filter(sequence__gt=2).order_by("sequence"):
        Event.objects.filter(pk=event.pk).update(sequence=event.sequence - 1)


@pytest.mark.parametrize(
    ("tamper", "code"),
    [
        (lambda _: Event.objects.filter(sequence=3).delete(), "missing_event"),
        (lambda _: Event.objects.filter(sequence__lt=3).delete(), "missing_event"),
        (lambda _: Event.objects.filter(sequence=5).delete(), "missing_end"),
        (lambda _: Event.objects.all().delete(), "missing_log"),
        (move_to_another_session, "missing_end"),
        (swap, "broken_link"),
        (cover_a_gap, "broken_link"),
        (add, "added_event"),
        (rewrite_the_last, "changed_head"),
    ],
)
def test_a_log_that_is_not_whole_is_found(session: Session, tamper: Callable[[Session], object], code: str) -> None:
    tamper(session)
    assert code in [found for _, found in codes(session)]


def test_a_changed_picture_is_found(session: Session) -> None:
    name = Event.objects.get(sequence=3).snapshot
    snapshots.delete(name)
    default_storage.save(name, ContentFile(factories.jpeg(shade=250)))
    assert codes(session) == [(3, "changed_picture")]


def test_a_missing_picture_is_found(session: Session) -> None:
    snapshots.delete(Event.objects.get(sequence=3).snapshot)
    assert codes(session) == [(3, "missing_picture")]


def test_purged_pictures_still_verify_and_a_faked_purge_does_not(session: Session) -> None:
    retention.purge_pictures(session.pk, timezone.now())
    assert codes(session) == []
    PurgeRecord.objects.all().delete()
    assert codes(session) == [(number, "unrecorded_deletion") for number in (1, 3, 5)]


def test_a_purged_log_still_verifies(session: Session) -> None:
    retention.purge_events(session.pk, timezone.now())
    assert codes(session) == []
    PurgeRecord.objects.filter(what=PurgeRecord.What.EVENTS).delete()
    assert codes(session) == [(None, "missing_log")]


def test_the_command_prints_a_line_a_finding_and_says_so_by_its_status(session: Session) -> None:
    out = StringIO()
    call_command("verify_evidence", stdout=out, stderr=StringIO())
    assert out.getvalue() == ""
    Event.objects.filter(sequence=3).update(risk_delta=0)
    with pytest.raises(SystemExit) as left:
        call_command("verify_evidence", str(session.pk), stdout=out, stderr=StringIO())
    assert left.value.code == 1
    [line] = out.getvalue().splitlines()
    assert line.startswith(f"{session.pk} event 3: changed_event: ")


def test_the_command_names_an_unknown_session(session: Session) -> None:
    with pytest.raises(CommandError, match="There is no session"):
        call_command("verify_evidence", "00000000-0000-0000-0000-000000000000")
