"""What an older connection saw and could not write before another took its session over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from proctoring import services
from proctoring.evidence import snapshots, verify
from proctoring.models import Event, Session
from proctoring.services import Commit, Drafted
from tests import factories
from tests.services.drafts import draft, technical

pytestmark = pytest.mark.django_db

SEEN = draft("PHONE_DETECTED", risk_delta=20, risk_total=35)


@pytest.fixture(autouse=True)
def own_media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def late(session: Session, *drafts: Drafted, **values: Any) -> Commit:
    """Of a connection before the one that has the session now."""
    return Commit(session_id=session.pk, epoch=session.connection_epoch - 1, drafts=drafts, again=True, **values)


def refused(wanted: Commit) -> None:
    """The connection is told that its time is over, whatever was written."""
    with pytest.raises(services.StaleConnection):
        services.commit(wanted)


def test_what_pictures_showed_is_written_with_its_picture_and_without_points() -> None:
    session, jpeg = factories.session(connection_epoch=2, risk_total=10), factories.jpeg()
    refused(late(session, Drafted(SEEN, jpeg), risk_total=35, engine_state={"version": 7}, samples=[(1, 35)]))
    event = Event.objects.get()
    assert (event.name, event.unix_ms, event.risk_delta, event.risk_total) == (SEEN.name, SEEN.unix_ms, 0, 10)
    assert event.detail["late_points"] == 20
    assert event.sentence.startswith(SEEN.sentence)
    assert "adds no points" in event.sentence
    assert snapshots.read(event.snapshot) == jpeg
    session.refresh_from_db()
    assert (session.risk_total, session.engine_state, session.risk_samples.count()) == (10, None, 0)
    assert list(verify.check(session)) == []


def test_what_had_no_points_is_as_it_would_have_been_in_time() -> None:
    session = factories.session(connection_epoch=2, risk_total=10)
    seen = draft(risk_delta=0, risk_total=3)
    refused(late(session, Drafted(seen, factories.jpeg())))
    event = Event.objects.get()
    assert (event.sentence, event.detail, event.risk_total, event.snapshot) == (seen.sentence, seen.detail, 10, "")


def test_however_often_it_is_tried_it_is_there_once() -> None:
    session = factories.session(connection_epoch=2)
    for _ in range(2):
        refused(late(session, Drafted(SEEN, factories.jpeg())))
    assert Event.objects.count() == 1


def test_what_was_written_in_time_is_not_written_late_as_well() -> None:
    session = factories.session(connection_epoch=1)
    wanted = Commit(session_id=session.pk, epoch=1, drafts=[Drafted(SEEN)])
    services.commit(wanted)
    Session.objects.update(connection_epoch=2)
    refused(replace(wanted, again=True))
    assert Event.objects.get().risk_delta == 20


@pytest.mark.parametrize("drafted", [draft("TAB_SWITCH"), draft("COPY_PASTE"), technical()])
def test_what_pages_send_again_and_connections_record_themselves_is_not(drafted: Any) -> None:
    session = factories.session(connection_epoch=2)
    refused(late(session, Drafted(drafted)))
    assert not Event.objects.exists()


def test_after_the_end_only_what_came_before_it_is_written_late() -> None:
    end = datetime.fromtimestamp(SEEN.time, timezone.utc)
    session = factories.session(connection_epoch=2, state=Session.State.ENDED, ended_at=end)
    refused(late(session, Drafted(SEEN), Drafted(draft(at_ms=SEEN.unix_ms + 1))))
    assert [event.name for event in Event.objects.all()] == [SEEN.name]
    session.refresh_from_db()
    assert (session.state, session.connected) == (Session.State.ENDED, False)


def test_together_with_others_it_is_written_too() -> None:
    session, other = factories.session(connection_epoch=2), factories.session()
    outcomes = services.commit_many(
        [late(session, Drafted(SEEN)), Commit(session_id=other.pk, epoch=0, drafts=[Drafted(SEEN)])]
    )
    assert isinstance(outcomes[0], services.StaleConnection)
    assert isinstance(outcomes[1], list)
    assert sorted(Event.objects.values_list("risk_delta", flat=True)) == [0, 20]
