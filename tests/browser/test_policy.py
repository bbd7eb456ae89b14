"""What a policy asks of the page, in one sitting: full screen, no clipboard, no calibration where nothing needs it; and
then an exam that nobody watches."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.request import Request, urlopen

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
# Who may grant, with a key: what is granted while the exam runs has to reach the process that holds the connection.
GRANTER = """
from exams.models import Exam, Membership, User
from exams.services import tokens
exam = Exam.objects.get(pk={exam})
author, _ = User.objects.get_or_create(username="granter", defaults={{"is_staff": True, "first_name": "Grace"}})
Membership.objects.get_or_create(user=author, institution=exam.institution, role="author")
_, key = tokens.make_token(user=author, name="Grants", scope="write", days=1)
answer = [key, exam.institution_id, User.objects.get(username={username!r}).pk]
"""


def grant_now(site: Site, sitting: Sitting) -> None:
    """Neither full screen nor the clipboard's rule from now on."""
    key, institution, candidate = site.ask(GRANTER.format(exam=sitting.exam_id, username=sitting.username))
    detectors = {"muted": ["COPY_PASTE"], "lift_fullscreen": True, "lift_clipboard": True}
    wanted = {"institution": institution, "candidate": candidate, "reason": "Dictates.", "detectors": detectors}
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = Request(f"{site.url}/api/v1/accommodations/", json.dumps(wanted).encode(), headers)
    with urlopen(request, timeout=30) as answer:
        assert answer.status == 201


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
    grant_now(site, sitting)
    candidate.sees("#watching-note", "An accommodation applies to you. Not counted: looking away, copy paste.")
    browser.execute_script("document.exitFullscreen()")
    wait(browser, lambda _: not in_full_screen(candidate), "out of full screen, as is allowed now")
    area = candidate.find(TEXT)
    area.send_keys(Keys.CONTROL + "a", "c", Keys.ARROW_RIGHT, "v", Keys.NULL)
    wait(browser, lambda _: area.get_attribute("value") == "keptkept", "what was copied")
    assert not candidate.find("#fullscreen-notice").is_displayed()
    candidate.finish()

    proctor = open_proctor()
    proctor.waits_for_event(candidate.session_id, "FULLSCREEN_LEFT")
    ledger = proctor.ledger(candidate.session_id)
    assert ledger.index("ACCOMMODATION_APPLIES") < ledger.index("ACCOMMODATION_CHANGED")
    assert (ledger.count("COPY_PASTE"), ledger.count("FULLSCREEN_LEFT")) == (1, 2)
    assert {"COPY", "PASTE"} <= set(ledger[ledger.index("ACCOMMODATION_CHANGED") :])
    scored = [event["risk_delta"] for event in proctor.events(candidate.session_id, "FULLSCREEN_LEFT")]
    assert sum(scored) == 5  # once: the second time it was allowed
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
