"""A phone that stood there while the candidate was calibrated: shown to people with its picture, and not counted until
it is somewhere else. Real pictures, real detectors; also after a reconnection."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

import pytest

from proctoring.evidence import snapshots
from proctoring.live import payloads, presence
from proctoring.live.database import read
from proctoring.models import Event, Session
from proctoring.risk.policy import Policy
from proctoring.risk.standing import PHONE_AT_REST
from tests.data import clip_frames
from tests.live.conftest import Sitting
from tests.live.pages import CandidatePage, Message

STANDS, ELSEWHERE = 4, 0  # pictures of ``phone_at_webcam`` in which the weights surely find the phone, at two places
START_MS = 1_767_788_963_000.0


class Shown:
    """A replayed sitting, whose pictures keep their own time: two a second."""

    def __init__(self, page: CandidatePage) -> None:
        self.page = page
        self.at_ms = START_MS

    async def picture(self, number: int, *, times: int = 1) -> Message:
        for _ in range(times):
            self.at_ms += 500
            jpeg = clip_frames("phone_at_webcam")[number].read_bytes()
            verdict = await self.page.frame(jpeg, captured_ms=self.at_ms)
        return verdict


async def opened(sitting: Sitting) -> CandidatePage:
    return await CandidatePage(sitting.session.pk, sitting.candidate).open()


@pytest.fixture
async def shown(sitting: Sitting) -> AsyncIterator[Shown]:
    policy = Policy(phone_every=1).as_dict()
    replayed = Session.objects.filter(pk=sitting.session.pk)
    await read(lambda: replayed.update(policy=policy, kind=Session.Kind.REPLAY))
    shown = Shown(await opened(sitting))
    yield shown
    await shown.page.leave()


async def calibrated(shown: Shown) -> None:
    await shown.page.say({"type": "calibrate", "action": "start"})
    await shown.picture(STANDS, times=20)
    await shown.page.say({"type": "calibrate", "action": "finish"})
    while (await shown.page.expect("calibration"))["state"] != "done":
        pass


async def events(shown: Shown, name: str) -> list[Event]:
    return await read(lambda: list(Event.objects.filter(session=shown.page.session_id, name=name)))


async def test_it_is_shown_to_people_and_counts_once_it_is_elsewhere(shown: Shown, sitting: Sitting) -> None:
    await calibrated(shown)
    (entry,) = await events(shown, PHONE_AT_REST)
    assert (entry.ledger, entry.risk_delta) == ("environment", 0)
    picture = clip_frames("phone_at_webcam")[STANDS].read_bytes()
    assert entry.snapshot_sha256 == hashlib.sha256(picture).hexdigest()
    assert await read(lambda: snapshots.read(entry.snapshot)) == picture
    assert len(entry.detail["boxes"]["phones"]) == 1

    await shown.page.say({"type": "start"})
    await shown.page.expect("started")
    assert "phone" not in (await shown.picture(STANDS, times=16))["warnings"]
    await shown.page.leave()
    shown.page = await opened(sitting)
    await shown.picture(STANDS, times=16)
    assert await events(shown, "PHONE_DETECTED") == []
    live = presence.connected[shown.page.session_id].live
    told = payloads.live_session(live, connection="live", with_observation=True)["observation"]
    assert (len(told["phones"]), len(told["phones_at_rest"])) == (0, 1)

    assert "phone" in (await shown.picture(ELSEWHERE, times=13))["warnings"]
    (event,) = await events(shown, "PHONE_DETECTED")
    assert event.risk_delta == 15


async def test_without_snapshots_in_the_policy_no_picture_is_kept(shown: Shown, sitting: Sitting) -> None:
    policy = Policy(keep_snapshots=False).as_dict()
    await shown.page.leave()
    await read(lambda: Session.objects.filter(pk=sitting.session.pk).update(policy=policy))
    shown.page = await opened(sitting)
    await calibrated(shown)
    (entry,) = await events(shown, PHONE_AT_REST)
    assert entry.snapshot == ""
    assert entry.detail["measured"]["phones"]


async def test_without_a_calibration_what_stood_there_in_the_check_is_what_counts_for_nothing(shown: Shown) -> None:
    await shown.picture(STANDS, times=20)
    await shown.page.say({"type": "start"})
    await shown.page.expect("started")
    assert "phone" not in (await shown.picture(STANDS, times=16))["warnings"]
    (entry,) = await events(shown, PHONE_AT_REST)
    assert "before watching began" in entry.sentence
    assert entry.snapshot
    assert await events(shown, "PHONE_DETECTED") == []
