"""Those who watch learn that an accommodation applies and which rules it touches; nothing tells them why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from proctoring import services
from proctoring.live.ledger import accommodation as entry
from proctoring.models import DetectorAccommodation, Session
from proctoring.reports import exam_export
from proctoring.risk.policy import Policy
from tests import factories
from tests.admin import records
from tests.admin.conftest import Scene

WHY = "Epilepsy"


@pytest.fixture
def session(scene: Scene) -> Session:
    granted = factories.accommodation(scene.exam, scene.people.candidate, reason=WHY)
    DetectorAccommodation.objects.create(accommodation=granted, muted=["LOOKING_AWAY"], hold_seconds={"NO_FACE": 6})
    policy = services.policy_for(scene.exam, scene.people.candidate)
    Session.objects.filter(pk=scene.session.pk).update(policy=policy.as_dict(), accommodated=True)
    said = entry(policy.muted, policy.eased)
    records.event(
        scene.session, said.name, ledger="technical", risk_delta=0, sentence=said.sentence, detail=dict(said.detail)
    )
    return Session.objects.select_related("exam__institution", "candidate").get(pk=scene.session.pk)


def everything(client: Client, session: Session) -> Iterator[str]:
    """All that is said about a session to those who watch."""
    for url in (
        f"/admin/proctoring/session/{session.pk}/change/",
        f"/admin/proctoring/session/{session.pk}/events.json",
        f"/admin/proctoring/session/wall/{session.exam_id}/",
        f"/admin/proctoring/session/wall/{session.exam_id}/events.json",
        "/admin/proctoring/session/",
        "/admin/proctoring/event/",
        f"/sessions/{session.pk}/export.csv?detail=1",
        f"/sessions/{session.pk}/export.json?detail=1",
    ):
        answer = client.get(url)
        assert answer.status_code == 200, url
        yield answer.content.decode()


@pytest.mark.parametrize("who", ["proctor", "reviewer"])
def test_nobody_who_watches_is_told_why(client: Client, scene: Scene, session: Session, who: str) -> None:
    client.force_login(getattr(scene.people, who))
    pages = list(everything(client, session))
    assert not [page for page in pages if WHY in page]
    assert "An accommodation applies" in pages[0]
    assert "One applies; not counted: Looking away; counted later or less easily: No face" in pages[0]
    assert "An accommodation applies to this session." in pages[6]
    assert json.loads(pages[7])["accommodated"] is True


def test_the_session_s_page_names_the_rules_that_held(client: Client, scene: Scene) -> None:
    policy = Policy(require_fullscreen=True, keep_snapshots=False)
    Session.objects.filter(pk=scene.session.pk).update(policy=policy.as_dict())
    client.force_login(scene.people.proctor)
    page = client.get(f"/admin/proctoring/session/{scene.session.pk}/change/").content.decode()
    for said in (
        "Looking away: longer than 3 s, +6 that fades, again after 3 s",
        "Tab switch: +5 that stays",
        "Not counted: Fullscreen left, Copy paste, Second screen.",
        "The page asks for full screen and leaves alone copy and paste",
        "Pictures are looked at and forgotten, none is kept",
    ):
        assert said in page, said
    assert "An accommodation applies" not in page and "session-accommodation" not in page


def test_an_export_of_the_exam_tells_the_sessions_apart(session: Session) -> None:
    whose: dict[str, Any] = exam_export._whose(session)
    assert whose["accommodated"] == 1
    assert exam_export._whose(factories.session(factories.exam()))["accommodated"] == 0
