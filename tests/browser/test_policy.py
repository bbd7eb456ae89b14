"""What a policy asks of the page, in one sitting: full screen, no clipboard, no calibration where nothing needs it; and
then an exam that nobody watches."""

from __future__ import annotations

from pathlib import Path

from selenium.webdriver.common.keys import Keys

from tests.browser.camera import Segment, camera_file, looking_at_the_screen
from tests.browser.chromium import wait
from tests.browser.conftest import OpenCandidate, OpenProctor
from tests.browser.people import Sitting
from tests.browser.seat import Candidate
from tests.server import Site

TEXT = "#questions textarea"
STRICT = """
from exams.models import Accommodation, Enrolment, Exam, User
from exams import services
from proctoring.models import DetectorAccommodation, ExamPolicy, PolicyRule
exam, candidate = Exam.objects.get(pk={exam}), User.objects.get(username={username!r})
policy = ExamPolicy.objects.create(exam=exam, require_fullscreen=True, restrict_clipboard=True, keep_snapshots=False)
for event in ("FULLSCREEN_LEFT", "COPY_PASTE"):
    PolicyRule.objects.create(policy=policy, event=event, hold_seconds=0, delta=5, permanent=True, cooldown_seconds=60)
granted = Accommodation.objects.create(
    institution=exam.institution, candidate=candidate, reason="Looks at a second reader.", granted_by=candidate
)
DetectorAccommodation.objects.create(accommodation=granted, muted=["LOOKING_AWAY"])
unwatched = Exam.objects.create(institution=exam.institution, title="Open book", state="published")
version = services.draft_of(unwatched)
version.sections.get().questions.create(position=1, kind="essay", text="Why?")
services.freeze(version)
Enrolment.objects.create(exam=unwatched, candidate=candidate)
ExamPolicy.objects.create(exam=unwatched, watched=False)
answer = unwatched.pk
"""


def in_full_screen(candidate: Candidate) -> bool:
    return bool(candidate.browser.execute_script("return document.fullscreenElement !== null"))


def test_a_policy_acts_on_the_page(
    site: Site, sitting: Sitting, tmp_path: Path, open_candidate: OpenCandidate, open_proctor: OpenProctor
) -> None:
    unwatched = site.ask(STRICT.format(exam=sitting.exam_id, username=sitting.username))
    candidate = open_candidate(camera=camera_file(tmp_path, [Segment(looking_at_the_screen(), 12.35)]))
    browser = candidate.browser
    candidate.sign_in(sitting.username)
    candidate.consent(sitting.exam_id)
    candidate.pass_check()
    candidate.reaches("ready")  # nothing is judged by where one looks, so there is nothing to calibrate
    candidate.start()
    wait(browser, lambda _: in_full_screen(candidate), "full screen with the first question")

    area = wait(browser, lambda _: candidate.find(TEXT), "the questions")
    area.send_keys("kept", Keys.CONTROL + "a", "c", "v", Keys.NULL)
    candidate.sees("#clipboard-notice", "switched off among the questions")
    assert area.get_attribute("value") == "kept"
    assert candidate.find("#exam-title").is_displayed()

    browser.execute_script("document.exitFullscreen()")
    candidate.sees("#fullscreen-notice", "You have left full screen. Your exam goes on.")
    candidate.click("#fullscreen-back")
    wait(browser, lambda _: in_full_screen(candidate), "full screen again")
    wait(browser, lambda _: not candidate.find("#fullscreen-notice").is_displayed(), "no notice any more")

    browser.refresh()
    candidate.reaches("fullscreen")
    candidate.click("#fullscreen-enter")
    candidate.reaches("exam")
    wait(browser, lambda _: candidate.find(TEXT).get_attribute("value") == "kept", "the answer after a reload")
    candidate.finish()
    wait(browser, lambda _: not in_full_screen(candidate), "out of full screen with the end")

    proctor = open_proctor()
    proctor.waits_for_event(candidate.session_id, "FULLSCREEN_LEFT")
    ledger = proctor.ledger(candidate.session_id)
    assert ledger[0] == "ACCOMMODATION_APPLIES"
    assert (ledger.count("COPY_PASTE"), ledger.count("FULLSCREEN_LEFT")) == (1, 1)
    assert "PASTE_PREVENTED" in ledger
    assert not [event for event in proctor.events(candidate.session_id, "COPY_PASTE") if event["snapshot_url"]]

    candidate.open(f"/exams/{unwatched}/")
    candidate.click("#enter")
    candidate.reaches("exam")
    candidate.sees("#nobody-watches", "Nobody watches this exam")
    wait(browser, lambda _: candidate.find(TEXT), "the question").send_keys("Because.")
    candidate.sees(".question-status", "Saved")
    candidate.finish()
    assert candidate.text("#finished-message") == "You have handed in your exam."
