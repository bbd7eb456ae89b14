"""In the room, by keyboard: reading again what was agreed to, and withdrawing it without leaving the page."""

from __future__ import annotations

from pathlib import Path

from selenium.webdriver.common.keys import Keys

from tests.browser import chromium, looks
from tests.browser.camera import Segment, camera_file, looking_at_the_screen
from tests.browser.chromium import wait
from tests.browser.conftest import OpenCandidate, OpenProctor
from tests.browser.judging import judge
from tests.browser.people import Sitting
from tests.browser.seat import Candidate

TEXT = "#questions textarea"


def focused(candidate: Candidate) -> str:
    return str(candidate.browser.execute_script("return document.activeElement.id"))


def press(candidate: Candidate, *keys: str) -> None:
    candidate.browser.switch_to.active_element.send_keys(*keys)


def read_out(candidate: Candidate) -> set[str]:
    """The texts that a screen reader comes by."""
    tree = candidate.browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    shown = [node for node in tree if not node["ignored"] and node["role"]["value"] == "StaticText"]
    return {str(node["name"]["value"]).strip() for node in shown}


def to_the_button(candidate: Candidate) -> None:
    """From the dialog's heading to the second step of withdrawing, by keyboard alone."""
    candidate.find("#consent-open").send_keys(Keys.ENTER)
    assert focused(candidate) == "consent-title"
    press(candidate, Keys.TAB, Keys.TAB, Keys.ENTER)
    wait(candidate.browser, lambda _: candidate.find("#withdraw").is_displayed(), "the second step")
    press(candidate, Keys.TAB)
    assert focused(candidate) == "withdraw"


def test_consent_is_withdrawn_in_the_room_and_the_exam_goes_on(
    tmp_path: Path, sitting: Sitting, open_candidate: OpenCandidate, open_proctor: OpenProctor
) -> None:
    candidate = open_candidate(camera=camera_file(tmp_path, [Segment(looking_at_the_screen(), 12.35)]))
    browser = candidate.browser
    candidate.sign_in(sitting.username)
    candidate.consent(sitting.exam_id)
    candidate.reaches("check")
    candidate.sees('[data-check="connection"]', "Good")
    assert not {"…", "✓", "!"} & read_out(candidate)  # signs that the sentences beside them say already
    to_the_button(candidate)
    assert "you cannot begin the exam until you agree again" in candidate.text("#withdrawing")
    assert "Watching stops at once" not in candidate.text("#withdrawing")
    press(candidate, Keys.ESCAPE)
    candidate.pass_check()
    candidate.calibrate()
    candidate.start()
    candidate.sees("#questions", "prime")

    to_the_button(candidate)
    assert "How long it is kept" in candidate.text("#consent-text")
    assert "Watching stops at once" in candidate.text("#withdrawing")
    wrong = judge(candidate, "room-consent")
    chromium.as_it_is(browser)
    chromium.offline(browser, True)
    press(candidate, Keys.ENTER)
    candidate.sees("#withdraw-message", "Your consent is not withdrawn yet. The server could not be reached.")
    chromium.offline(browser, False)
    press(candidate, Keys.ENTER)
    candidate.sees("#consent-over", "You are not watched any more. What was recorded until then is kept")
    assert focused(candidate) == "consent-close"
    assert not candidate.find("#withdrawing").is_displayed()
    assert not candidate.camera_tracks_live()
    press(candidate, Keys.ENTER)
    assert focused(candidate) == "consent-open"
    candidate.sees("#unwatched", "You have withdrawn your consent.")
    wrong += judge(candidate, "room-consent-withdrawn")
    candidate.find(TEXT).send_keys("It has one divisor.")
    candidate.sees('.question[data-number="2"] .question-status', "Saved")
    assert not wrong, "\n".join(wrong)
    assert looks.unreachable_by_tab(browser) == []

    proctor = open_proctor()
    ledger = proctor.ledger(candidate.session_id)
    assert "CONSENT_WITHDRAWN" in ledger
    assert "TAB_SWITCH" not in ledger


def test_a_practice_run_ends_with_the_consent(sitting: Sitting, open_candidate: OpenCandidate) -> None:
    candidate = open_candidate()
    candidate.practise(sitting.username)
    to_the_button(candidate)
    assert "everything recorded in it is deleted" in candidate.text("#withdrawing")
    press(candidate, Keys.ENTER)
    candidate.reaches("finished")
    assert candidate.text("#finished-message") == "You have withdrawn your consent. You are not watched any more."
    assert not candidate.find("#consent-dialog").is_displayed()
    candidate.open("/practice/")
    assert candidate.find("#agreed").is_displayed()
