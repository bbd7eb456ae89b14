"""One sitting in which the proctor adds time, the candidate takes a break, and hands in too early."""

from __future__ import annotations

from pathlib import Path

from tests.browser.camera import Segment, camera_file, looking_at_the_screen
from tests.browser.chromium import wait
from tests.browser.conftest import OpenCandidate, OpenProctor
from tests.browser.judging import judge
from tests.browser.people import Sitting
from tests.browser.seat import Candidate, Proctor
from tests.server import Site

BREAKS = """
from exams import services
from exams.models import Accommodation, User
candidate, admin = User.objects.get(username={username!r}), User.objects.get(username="admin")
accommodation = Accommodation(
    institution=candidate.memberships.get().institution, candidate=candidate, break_minutes=12, reason="Back pain."
)
services.accommodations.grant(by=admin, accommodation=accommodation)
answer = None
"""
TEXT = "#questions textarea"


def give_time(proctor: Proctor, reason: str) -> None:
    proctor.click("#time-open")
    proctor.find(f'#time-reason option[value="{reason}"]').click()
    proctor.click("#time-submit")
    wait(proctor.browser, lambda _: proctor.find_all(f'#time-changes [data-reason="{reason}"]'), f"time, {reason}")


def watched_again(candidate: Candidate) -> None:
    candidate.reaches("exam")
    candidate.sees("#questions", "prime")
    assert candidate.find(TEXT).get_attribute("value") == "It has one divisor."
    wait(candidate.browser, lambda _: candidate.data("camera") == "on", "the camera to come back")
    frames = candidate.frames_acked()
    wait(candidate.browser, lambda _: candidate.frames_acked() > frames, "frames again")


def test_added_time_a_break_and_going_on_after_handing_in(
    tmp_path: Path, site: Site, sitting: Sitting, open_candidate: OpenCandidate, open_proctor: OpenProctor
) -> None:
    site.ask(BREAKS.format(username=sitting.username))
    candidate = open_candidate(camera=camera_file(tmp_path, [Segment(looking_at_the_screen(), 12.35)]))
    candidate.sit_down(sitting.username, sitting.exam_id)
    candidate.sees("#questions", "prime")
    candidate.find(TEXT).send_keys("It has one divisor.")
    proctor = open_proctor()
    page = f"/admin/proctoring/session/{candidate.session_id}/change/"

    proctor.open(page)
    give_time(proctor, "technical")
    candidate.sees("#time-note", "You have been given 10 minutes more.")
    assert candidate.text("#time-left").startswith("1:0")
    assert "minutes left" in str(candidate.find("#announcer").get_attribute("textContent"))

    candidate.click("#break-start")
    candidate.reaches("break")
    assert not candidate.camera_tracks_live()
    proctor.sees("#live-connection", "On a break")
    wrong = judge(candidate, "room-break")
    candidate.browser.switch_to.new_window("tab")
    candidate.browser.close()
    candidate.browser.switch_to.window(candidate.browser.window_handles[0])
    candidate.browser.refresh()
    candidate.reaches("break")
    candidate.click("#break-end")
    watched_again(candidate)

    candidate.finish()
    proctor.open(page)
    give_time(proctor, "by_mistake")
    wrong += judge(proctor, "admin-session-reopened")
    candidate.open(f"/exams/{sitting.exam_id}/")
    candidate.click("button[value=enter]")
    watched_again(candidate)
    assert candidate.text("#time-left").startswith("14:")

    names = ["TIME_ADDED", "BREAK_BEGAN", "BREAK_ENDED", "ATTEMPT_REOPENED", "CONNECTION_LOST"]
    assert [
        name for name in proctor.ledger(candidate.session_id) if name in (*names, "TAB_SWITCH", "FRAMES_MISSING")
    ] == names
    assert proctor.export_json(candidate.session_id)["events"] == []
    assert not wrong, "\n".join(wrong)
