"""The camera's name as the browser gives it: recorded once and at every change, checked, and forgotten with the log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from proctoring.live.camera import Camera, CameraInUse
from proctoring.live.database import read
from proctoring.models import Event, Session
from tests.live.conftest import Sitting
from tests.live.pages import CandidatePage
from tests.live.pictures import clutter

BUILT_IN: dict[str, Any] = {"label": "Integrated Webcam (0c45:6730)", "device": "0f" * 8, "width": 640, "height": 480}
OTHER: dict[str, Any] = {"label": "USB 2.0 Camera", "device": "a1" * 8, "width": 640, "height": 480}
OBS: dict[str, Any] = {"label": "OBS Virtual Camera", "device": "b2" * 8, "width": 1280, "height": 720}
NOW = 1_767_788_963.0


@pytest.fixture
async def page(sitting: Sitting) -> AsyncIterator[CandidatePage]:
    """Watched since just now, without a calibration."""
    rules = {**sitting.session.policy, "rules": {}}
    await read(lambda: Session.objects.filter(pk=sitting.session.pk).update(policy=rules))
    page = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    yield page
    await page.leave()


async def start(page: CandidatePage) -> None:
    await page.say({"type": "start"})
    await page.expect("started")


async def tells(page: CandidatePage, camera: dict[str, Any]) -> dict[str, Any]:
    await page.say({"type": "camera", **camera})
    return await page.expect("camera")


async def entries(page: CandidatePage) -> list[Event]:
    names = ("CAMERA_IN_USE", "CAMERA_CHANGED", "VIRTUAL_CAMERA")
    found = Event.objects.filter(session=page.session_id, name__in=names).order_by("sequence")
    return await read(lambda: list(found))


async def test_the_camera_is_recorded_when_watching_begins_and_not_again_after_a_reconnection(
    page: CandidatePage, sitting: Sitting
) -> None:
    assert await tells(page, BUILT_IN) == {
        "type": "camera",
        "label": BUILT_IN["label"],
        "program": False,
        "changed": False,
    }
    assert await entries(page) == []
    await start(page)
    await page.frame(clutter())
    (entry,) = await entries(page)
    assert (entry.name, entry.ledger, entry.risk_delta) == ("CAMERA_IN_USE", "technical", 0)
    assert entry.sentence == "The camera in use: “Integrated Webcam (0c45:6730)”, 640×480 pixels."
    await page.leave()
    page = await CandidatePage(sitting.session.pk, sitting.candidate).open()
    assert (await tells(page, BUILT_IN))["changed"] is False
    assert len(await entries(page)) == 1
    # Another one, after the page was away, is another one all the same.
    assert (await tells(page, OTHER))["changed"] is True
    assert [entry.name for entry in await entries(page)] == ["CAMERA_IN_USE", "CAMERA_CHANGED"]
    assert (await entries(page))[1].detail == {"camera": OTHER, "before": BUILT_IN}
    await page.leave()


async def test_a_programs_camera_is_an_entry_that_scores_nothing(page: CandidatePage) -> None:
    await start(page)
    assert (await tells(page, OBS))["program"] is True
    assert [(entry.name, entry.ledger) for entry in await entries(page)] == [
        ("CAMERA_IN_USE", "technical"),
        ("VIRTUAL_CAMERA", "technical"),
    ]
    session = await read(lambda: Session.objects.get(pk=page.session_id))
    assert (session.camera, session.risk_total) == (OBS, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"label": "x" * 201},
        {"label": None},
        {"device": "not hex"},
        {"device": "0" * 65},
        {"width": -1},
        {"height": 1.5},
        {"height": True},
        {"width": 10**9},
    ],
)
def test_what_no_page_of_ours_says_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="A camera's"):
        Camera.told({**BUILT_IN, **wrong})


async def test_a_wrong_message_is_answered_with_what_is_wrong(page: CandidatePage) -> None:
    await page.say({"type": "camera", **BUILT_IN, "device": "?"})
    answer = await page.expect("error")
    assert (answer["code"], "hexadecimal" in answer["message"]) == ("bad_message", True)


def test_a_name_is_one_line_of_what_can_be_read() -> None:
    assert Camera.told({**BUILT_IN, "label": " Web\u202ecam\n\x00 1 "}).label == "Web cam 1"


def test_switching_to_and_fro_does_not_fill_the_log() -> None:
    camera, recorded = CameraInUse(BUILT_IN), []
    for second in range(60):
        camera.told = Camera(**(OTHER if second % 2 == 0 else BUILT_IN))
        recorded += camera.due(NOW + second)
    assert 1 < len(recorded) <= 6
    assert {entry.name for entry in recorded} == {"CAMERA_CHANGED"}


def test_a_change_is_recorded_within_ten_seconds_of_the_one_before() -> None:
    camera = CameraInUse(BUILT_IN)
    camera.told = Camera(**OTHER)
    assert len(camera.due(NOW)) == 1
    camera.told = Camera(**BUILT_IN)
    assert camera.due(NOW + 5) == []
    assert [entry.name for entry in camera.due(NOW + 10)] == ["CAMERA_CHANGED"]


def test_another_size_of_the_same_camera_is_said_to_be_that() -> None:
    camera = CameraInUse(BUILT_IN)
    camera.told = Camera(**{**BUILT_IN, "width": 1280, "height": 720})
    (entry,) = camera.due(NOW)
    assert entry.sentence.startswith("The camera's picture changed its size")


@pytest.mark.parametrize(
    "label",
    [
        "OBS Virtual Camera",
        "OBS-Camera2",
        "ManyCam Virtual Webcam",
        "Snap Camera",
        "XSplit VCam",
        "Dummy video device (0x0000)",
        "DroidCam Source 3",
        "fake_device_0",
        "/home/ada/camera.mjpeg",
    ],
)
def test_programs_are_known_by_the_names_they_give(label: str) -> None:
    assert Camera(label, "", 640, 480).of_a_program


@pytest.mark.parametrize(
    "label",
    [
        "Integrated Webcam",
        "FaceTime HD Camera (Built-in)",
        "HD Pro Webcam C920 (046d:082d)",
        "camera2 1, facing front",
        "",
    ],
)
def test_cameras_are_not_taken_for_programs(label: str) -> None:
    assert not Camera(label, "", 640, 480).of_a_program
