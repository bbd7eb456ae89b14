"""Bad input on an open socket: each kind has its code, is counted and recorded, and costs nobody anything else."""

from __future__ import annotations

import struct
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from proctoring.live import presence
from proctoring.live.database import read
from proctoring.live.limits import BURST, PROTOCOL_ERRORS, Arrivals
from proctoring.live.wire import pack_frame
from proctoring.models import BrowserSignal, Event, Session
from proctoring.services import signals
from tests import factories
from tests.live.conftest import Sitting
from tests.live.pages import CandidatePage, Closed


@pytest.fixture
async def page(sitting: Sitting) -> AsyncIterator[CandidatePage]:
    page = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    yield page
    await page.leave()


async def stored(sitting: Sitting) -> Session:
    return await read(lambda: Session.objects.get(pk=sitting.session.pk))


async def events(sitting: Sitting, name: str) -> list[Event]:
    return await read(lambda: list(Event.objects.filter(session=sitting.session, name=name)))


def huge() -> bytes:
    """A JPEG whose header claims 60000×60000 pixels."""
    jpeg = factories.jpeg()
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", 60000, 60000) + jpeg[at + 4 :]


@pytest.mark.parametrize(
    ("code", "jpeg"),
    [
        ("not_jpeg", b"GIF89a and more"),
        ("truncated", factories.jpeg()[:-20]),
        ("dimensions", huge()),
        ("empty", b""),
    ],
)
async def test_a_bad_picture_is_answered_counted_and_recorded(
    sitting: Sitting, page: CandidatePage, code: str, jpeg: bytes
) -> None:
    answer = await page.frame(jpeg)
    assert (answer["type"], answer["code"]) == ("frame_error", code)
    assert answer["message"].endswith(".")
    assert answer["next_frame_in_ms"] > 0
    await page.frame(jpeg)
    assert (await page.frame(factories.jpeg(width=320, height=240)))["type"] == "verdict"
    await page.leave()
    assert (await stored(sitting)).counters[f"rejected_{code}"] == 2
    recorded = await events(sitting, "FRAME_REJECTED")
    assert [event.detail for event in recorded] == [{"code": code, "count": 1}, {"code": code, "count": 1}]
    assert {event.ledger for event in recorded} == {"technical"}


async def test_a_bad_header_is_answered(page: CandidatePage) -> None:
    await page.socket.send_to(bytes_data=b"PRF0 is nothing known")
    answer = await page.expect("frame_error")
    assert (answer["code"], answer["seq"]) == ("bad_header", None)


async def test_a_frame_for_another_session_is_refused(page: CandidatePage) -> None:
    await page.socket.send_to(bytes_data=pack_frame(uuid4(), 1, 0.0, factories.jpeg()))
    assert (await page.expect("frame_error"))["code"] == "wrong_session"


async def test_a_frame_out_of_order_is_refused(page: CandidatePage) -> None:
    await page.frame(factories.jpeg(width=320, height=240))
    page.sequence -= 1
    answer = await page.frame(factories.jpeg(width=320, height=240))
    assert (answer["type"], answer["code"]) == ("frame_error", "out_of_order")


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("bad_json", "{"),
        ("bad_json", "[" * 100_000),
        ("bad_message", "[]"),
        ("bad_message", '{"type": 5}'),
        ("unknown_type", '{"type": "sing"}'),
        ("bad_message", '{"type": "signals"}'),
        ("bad_message", '{"type": "signals", "sent_ms": 1, "signals": [{"id": "x", "kind": "hidden", "time_ms": 1}]}'),
        ("bad_message", '{"type": "signals", "sent_ms": NaN, "signals": []}'),
        ("bad_message", f'{{"type": "signals", "sent_ms": 1{"0" * 400}, "signals": []}}'),
        ("bad_message", '{"type": "calibrate", "action": "dance"}'),
        ("bad_message", '{"type": "ping"}'),
        ("bad_message", '{"type": "ping", "t": NaN}'),
    ],
)
async def test_a_bad_message_is_answered_counted_and_recorded(
    sitting: Sitting, page: CandidatePage, code: str, text: str
) -> None:
    await page.socket.send_to(text_data=text)
    assert (await page.expect("error"))["code"] == code
    await page.say({"type": "ping", "t": 7})
    assert (await page.expect("pong"))["t"] == 7
    await page.leave()
    assert (await stored(sitting)).counters[f"rejected_{code}"] == 1
    assert len(await events(sitting, "MESSAGE_REJECTED")) == 1


async def test_a_message_over_256_kib_closes_the_connection(sitting: Sitting, page: CandidatePage) -> None:
    await page.show(bytes(256 * 1024))
    assert await page.closed() == 4413
    await page.leave()
    assert (await stored(sitting)).counters["rejected_too_large"] == 1


async def test_breaking_the_protocol_too_often_closes_the_connection(page: CandidatePage) -> None:
    for _ in range(PROTOCOL_ERRORS + 1):
        await page.socket.send_to(text_data="{")
    assert await page.closed() == 4400


async def test_a_flood_closes_the_connection_and_is_recorded(sitting: Sitting, page: CandidatePage) -> None:
    for number in range(BURST + 20):
        await page.say({"type": "ping", "t": number})
    assert await page.closed() == 4429
    await page.leave()
    assert len(await events(sitting, "FLOOD")) == 1
    assert (await stored(sitting)).counters["floods"] == 1


async def test_starting_without_calibration_is_refused(page: CandidatePage) -> None:
    await page.say({"type": "start"})
    assert (await page.expect("error"))["code"] == "not_calibrated"


async def test_more_signals_than_a_person_can_cause_are_a_flood(
    page: CandidatePage, sitting: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals, "MOST_AN_HOUR", 3)
    await page.signal("copy", "paste")
    now = 1000.0
    more = [{"id": str(uuid4()), "kind": "copy", "time_ms": now} for _ in range(2)]
    await page.say({"type": "signals", "sent_ms": now, "signals": more})
    assert await page.closed() == 4429
    (flood,) = await events(sitting, "FLOOD")
    assert flood.detail == {"signals_an_hour_allowed": 3}
    assert await read(lambda: BrowserSignal.objects.count()) == 2


async def test_a_page_that_connects_without_end_is_turned_away(
    page: CandidatePage, sitting: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    await page.leave()
    monkeypatch.setattr(presence, "arrivals", Arrivals())
    while presence.arrivals.take(sitting.session.pk, time.monotonic()):
        pass
    with pytest.raises(Closed) as refused:
        await CandidatePage(sitting.session.pk, sitting.candidate).open()
    assert refused.value.code == 4429
