"""Every page at a desktop's and a phone's width: nothing cut, WCAG 2.2 AA by axe, all controls by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser import chromium, looks, seat
from tests.browser.camera import Segment, camera_file, looking_at_the_screen
from tests.browser.chromium import wait
from tests.browser.judging import judge
from tests.browser.people import Sitting
from tests.browser.seat import Candidate, Person, Proctor
from tests.server import Site

# Two warnings, the longest of them, as the server's would be shown.
WARN = """
const warnings = ["We can’t see your face", "The camera’s picture repeats itself: stop the camera and start it again"];
document.getElementById("warnings").replaceChildren(...warnings.map((words) => {
  const line = document.createElement("li");
  line.textContent = words;
  return line;
}));
window.scrollTo({top: 0, behavior: "instant"});
"""
# What of the first question's head another element lies over, at the top of the page.
COVERED = """
return [...document.querySelectorAll("#exam-title, .question:first-child :is(.question-number, .flag)")]
  .filter((each) => {
    const {left, top} = each.getBoundingClientRect();
    return !each.contains(document.elementFromPoint(left + 4, top + 4));
  }).map((each) => each.textContent);
"""


@pytest.fixture(scope="module")
def taken(sittings: Iterator[Sitting]) -> Sitting:
    return next(sittings)


@pytest.fixture(scope="module")
def candidate(site: Site) -> Iterator[Candidate]:
    with TemporaryDirectory() as folder:
        camera = camera_file(Path(folder), [Segment(looking_at_the_screen(), 12.35)])
        browser = chromium.start(Path(folder, "profile"), camera=camera)
        yield Candidate(browser, site.url)
        browser.quit()


@pytest.fixture(scope="module")
def administrator(site: Site) -> Iterator[Proctor]:
    with seat.signed_in(Proctor, site.url, "admin") as proctor:
        yield proctor


def test_the_candidates_pages_by_eye(candidate: Candidate, taken: Sitting, administrator: Proctor) -> None:
    """Each stage of a sitting, the live pages of the proctor meanwhile, and the record afterwards."""
    wrong = []
    candidate.open("/accounts/login/")
    wrong += judge(candidate, "login")
    candidate.sign_in(taken.username)
    candidate.open("/")
    wrong += judge(candidate, "home")
    candidate.open("/practice/")
    wrong += judge(candidate, "practice")
    candidate.open(f"/exams/{taken.exam_id}/")
    wrong += judge(candidate, "exam")
    candidate.consent(taken.exam_id)
    candidate.reaches("check")
    wrong += judge(candidate, "room-check")
    candidate.pass_check()
    candidate.reaches("calibration")
    wrong += judge(candidate, "room-calibration")
    candidate.calibrate()
    wrong += judge(candidate, "room-ready")
    candidate.start()
    candidate.sees("#questions", "prime")
    wrong += judge(candidate, "room-exam")

    administrator.open(f"/admin/proctoring/session/wall/{taken.exam_id}/")
    administrator.sees("#tiles", "Sam")
    wrong += judge(administrator, "admin-wall")
    administrator.open(f"/admin/proctoring/session/{candidate.session_id}/change/")
    wrong += judge(administrator, "admin-session-live")

    candidate.open(f"/exams/{taken.exam_id}/")
    assert not candidate.find("#withdraw").is_displayed()
    candidate.click("#withdrawing summary")
    wrong += judge(candidate, "exam-withdraw")
    candidate.open(f"/sessions/{candidate.session_id}/")
    candidate.sees("#questions", "prime")
    chromium.narrow(candidate.browser, 390)
    candidate.browser.execute_script(WARN)
    looks.screenshot(candidate.browser, "room-warned-390")
    wait(candidate.browser, lambda b: b.execute_script(COVERED) == [], "warnings to cover nothing")
    chromium.narrow(candidate.browser, 1280)

    candidate.click("#finish")
    wrong += judge(candidate, "room-finish")
    candidate.click("#finish-confirm")
    candidate.reaches("finished")
    wrong += judge(candidate, "room-finished")
    administrator.browser.refresh()
    wrong += judge(administrator, "admin-session-record")
    assert not wrong, "\n".join(wrong)


ADMIN_PAGES = [
    "/admin/",
    "/admin/exams/exam/",
    "/admin/exams/exam/1/change/",
    "/admin/exams/institution/",
    "/admin/exams/user/",
    "/admin/exams/attempt/",
    "/admin/exams/accommodation/",
    "/admin/exams/accommodation/add/",
    "/admin/exams/outage/",
    "/admin/proctoring/session/",
    "/admin/proctoring/event/",
    "/admin/proctoring/exampolicy/",
    "/admin/proctoring/purgerecord/",
    "/admin/exams/exam/1/exports/",
]


def test_the_administrations_pages_by_eye(administrator: Proctor) -> None:
    wrong = []
    for path in ADMIN_PAGES:
        administrator.open(path)
        assert "Not Found" not in administrator.browser.title, path
        wrong += judge(administrator, path.strip("/").replace("/", "-"))
    assert not wrong, "\n".join(wrong)


def test_the_candidates_pages_by_keyboard(candidate: Candidate, sittings: Iterator[Sitting]) -> None:
    """From signing in to handing in with Tab, Space, Enter and arrow keys alone."""
    sitting, browser = next(sittings), candidate.browser
    browser.delete_all_cookies()
    chromium.narrow(browser, 1280)
    candidate.open("/accounts/login/")
    candidate.find("#id_username").send_keys(sitting.username, Keys.TAB, "demo", Keys.ENTER)
    wait(browser, lambda b: "login" not in b.current_url, "signed in")
    assert looks.unreachable_by_tab(browser) == []
    candidate.open(f"/exams/{sitting.exam_id}/")
    assert looks.unreachable_by_tab(browser) == []
    press(candidate, "#agreed", Keys.SPACE)
    press(candidate, "#agree", Keys.ENTER)
    candidate.reaches("check")
    candidate.session_id = candidate.data("session-id")
    press(candidate, "#camera-start", Keys.ENTER)
    wait(browser, lambda _: candidate.check("face") == "ok", "a face in the system check", seconds=30)
    press(candidate, "#check-done", Keys.ENTER)
    press(candidate, "#calibration-start", Keys.ENTER)
    candidate.reaches("ready", seconds=40)
    press(candidate, "#start-exam", Keys.ENTER)
    candidate.sees("#questions", "prime")
    assert looks.unreachable_by_tab(browser) == []
    for width, height in ((390, 757), (1280, 600), (320, 256)):  # the last: a laptop's window at four times the size
        chromium.narrow(browser, width, height)
        assert looks.out_of_sight_at_focus(browser) == [], (width, height)
    chromium.narrow(browser, 390)
    candidate.click("#navigator summary")
    browser.switch_to.active_element.send_keys(Keys.SHIFT, Keys.TAB)
    wait(browser, lambda _: candidate.find("#navigator details").get_attribute("open") is None, "the list to fold")
    chromium.narrow(browser, 1280)
    press(candidate, '#questions input[type="radio"]', Keys.SPACE)
    candidate.sees('.question[data-number="1"] .question-status', "Saved")
    press(candidate, "#finish", Keys.ENTER)
    press(candidate, "#finish-confirm", Keys.ENTER)
    candidate.reaches("finished")


def press(person: Person, selector: str, key: str) -> None:
    """Goes to the control by Tab and presses the key there; fails when Tab never comes by."""
    wait(person.browser, lambda _: person.find(selector).is_displayed(), selector)
    for _ in range(80):
        if person.browser.execute_script("return document.activeElement.matches(arguments[0])", selector):
            person.browser.switch_to.active_element.send_keys(key)
            return
        person.browser.switch_to.active_element.send_keys(Keys.TAB)
    pytest.fail(f"Tab never reached {selector} at {person.browser.current_url}")


def test_the_proctors_pages_by_keyboard(administrator: Proctor, taken: Sitting) -> None:
    chromium.narrow(administrator.browser, 1280)
    administrator.open(f"/admin/proctoring/session/wall/{taken.exam_id}/")
    assert looks.unreachable_by_tab(administrator.browser) == []
    administrator.open("/admin/proctoring/session/")
    found = administrator.browser.find_elements(By.CSS_SELECTOR, "#result_list a")
    assert found
    administrator.open(str(found[0].get_attribute("href")))
    assert looks.unreachable_by_tab(administrator.browser) == []
