"""A poster behind the candidate: shown to people with its picture, and not counted until it moves. Real pictures, real
detectors; also after a reconnection."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable
from functools import cache
from itertools import islice

import pytest

from proctoring.evidence import snapshots
from proctoring.live import payloads, presence
from proctoring.live.database import read
from proctoring.models import Event, Session
from proctoring.risk.faces_at_rest import FACE_AT_REST
from proctoring.risk.policy import Policy
from tests.live.conftest import Sitting
from tests.live.pages import CandidatePage, Message
from tests.posters import with_poster
from tests.risk.test_faces_at_rest import START

FACE = "2839.jpg"
LOOKS = 20


@cache
def on_the_wall(*, x: int = 20, shift: float = 0.0) -> tuple[bytes, ...]:
    """The candidate of ``reading_down`` before a poster, two pictures a second."""
    shown = with_poster("reading_down", every=3.35, face=FACE, side=140, corner=(x, 20), shift=shift)
    return tuple(islice(shown, 2 * LOOKS))


class Shown:
    """A replayed sitting, whose pictures keep their own time: two a second."""

    def __init__(self, page: CandidatePage) -> None:
        self.page = page
        self.at_ms = START * 1000

    async def pictures(self, jpegs: Iterable[bytes]) -> Message:
        for jpeg in jpegs:
            self.at_ms += 500
            verdict = await self.page.frame(jpeg, captured_ms=self.at_ms)
        return verdict


@pytest.fixture
async def shown(sitting: Sitting) -> AsyncIterator[Shown]:
    replayed = Session.objects.filter(pk=sitting.session.pk)
    await read(lambda: replayed.update(policy=Policy().as_dict(), kind=Session.Kind.REPLAY))
    shown = Shown(await CandidatePage(sitting.session.pk, sitting.candidate).open())
    yield shown
    await shown.page.leave()


async def calibrated(shown: Shown, jpegs: Iterable[bytes]) -> Message:
    """What the page is told at the end of the calibration."""
    await shown.page.say({"type": "calibrate", "action": "start"})
    await shown.pictures(jpegs)
    await shown.page.say({"type": "calibrate", "action": "finish"})
    while (told := await shown.page.expect("calibration"))["state"] == "collecting":
        pass
    return told


async def events(shown: Shown, name: str) -> list[Event]:
    return await read(lambda: list(Event.objects.filter(session=shown.page.session_id, name=name)))


async def test_it_is_shown_to_people_and_counts_once_it_is_elsewhere(shown: Shown, sitting: Sitting) -> None:
    pictures = on_the_wall()
    assert (await calibrated(shown, pictures[:LOOKS]))["state"] == "done"
    (entry,) = await events(shown, FACE_AT_REST)
    assert (entry.ledger, entry.risk_delta) == ("environment", 0)
    assert entry.snapshot_sha256 == hashlib.sha256(pictures[LOOKS - 1]).hexdigest()
    assert await read(lambda: snapshots.read(entry.snapshot)) == pictures[LOOKS - 1]
    assert len(entry.detail["measured"]["faces"]) == 1
    assert "multiple_faces" not in (await shown.pictures(pictures[:1]))["warnings"]

    await shown.page.say({"type": "start"})
    await shown.page.expect("started")
    assert "multiple_faces" not in (await shown.pictures(pictures[LOOKS : LOOKS + 8]))["warnings"]
    await shown.page.leave()
    shown.page = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    verdict = await shown.pictures(pictures[LOOKS + 8 :])
    assert (verdict["faces"], "multiple_faces" in verdict["warnings"]) == (2, False)
    assert await events(shown, "MULTIPLE_FACES") == []
    live = presence.connected[shown.page.session_id].live
    told = payloads.live_session(live, connection="live", with_observation=True)["observation"]
    assert (len(told["faces"]), len(told["faces_at_rest"])) == (1, 1)
    assert all("patch" not in face for face in (*told["faces"], *told["faces_at_rest"]))

    assert "multiple_faces" in (await shown.pictures(on_the_wall(x=480)[:8]))["warnings"]
    (event,) = await events(shown, "MULTIPLE_FACES")
    assert (event.risk_delta, event.face_count) == (10, 2)


async def test_a_face_that_moves_fails_the_calibration(shown: Shown) -> None:
    told = await calibrated(shown, on_the_wall(shift=2.0)[:LOOKS])
    assert (told["state"], told["code"]) == ("failed", "several_faces")
    assert await events(shown, FACE_AT_REST) == []


async def test_without_a_calibration_what_stood_there_in_the_check_is_what_counts_for_nothing(shown: Shown) -> None:
    pictures = on_the_wall()
    await shown.pictures(pictures[:LOOKS])
    await shown.page.say({"type": "start"})
    await shown.page.expect("started")
    assert "multiple_faces" not in (await shown.pictures(pictures[LOOKS:]))["warnings"]
    (entry,) = await events(shown, FACE_AT_REST)
    assert "before watching began" in entry.sentence
    assert entry.snapshot
    assert await events(shown, "MULTIPLE_FACES") == []
