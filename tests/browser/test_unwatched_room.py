"""The room of an exam that nobody watches: an outage, which no connection tells of, a reload and handing in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser import chromium
from tests.browser.chromium import wait
from tests.browser.judging import judge
from tests.browser.people import Sitting
from tests.browser.seat import Candidate, signed_in
from tests.server import Site

UNWATCHED = """
from exams.models import Exam
from proctoring.models import ExamPolicy
ExamPolicy.objects.create(exam=Exam.objects.get(pk={exam}), watched=False)
answer = None
"""
CHOICE = '#questions input[type="radio"]'
TEXT = "#questions textarea"
FLAG = '.question[data-number="2"] .flag'
STATUS = '.question[data-number="2"] .question-status'


@pytest.fixture(scope="module")
def candidate(site: Site, sittings: Iterator[Sitting]) -> Iterator[Candidate]:
    """Sitting an exam that nobody watches."""
    sitting = next(sittings)
    site.ask(UNWATCHED.format(exam=sitting.exam_id))
    with signed_in(Candidate, site.url, sitting.username) as candidate:
        candidate.open(f"/exams/{sitting.exam_id}/")
        candidate.click("#enter")
        candidate.reaches("exam")
        candidate.sees("#questions", "prime")
        yield candidate


def test_an_outage_is_seen_with_what_is_not_saved_and_passes(candidate: Candidate) -> None:
    browser = candidate.browser
    assert (candidate.data("connection"), candidate.text("#connection-state")) == ("open", "Connected")
    chromium.offline(browser, True)
    candidate.click(CHOICE)
    candidate.find(TEXT).send_keys("It has one divisor.")
    candidate.sees("#connection-state", "Connection lost – trying again. Your answers are kept.")
    candidate.sees("#unsaved", "Not saved yet: questions 1, 2. They are kept in this browser and will be sent")
    assert candidate.data("connection") == "lost"
    wrong = judge(candidate, "unwatched-outage")
    chromium.as_it_is(browser)
    chromium.offline(browser, False)
    candidate.sees("#connection-state", "Connected")
    candidate.sees(STATUS, "Saved")
    wait(browser, lambda _: candidate.text("#unsaved") == "", "nothing unsaved")
    assert not wrong, "\n".join(wrong)


def test_whoever_answers_nothing_meanwhile_sees_it_too(candidate: Candidate) -> None:
    chromium.offline(candidate.browser, True)
    candidate.sees("#connection-state", "Connection lost")
    assert candidate.text("#unsaved") == ""
    chromium.offline(candidate.browser, False)
    candidate.sees("#connection-state", "Connected")


def test_times_are_the_institution_s_and_a_device_set_to_another_zone_is_told(candidate: Candidate) -> None:
    browser = candidate.browser
    said = []
    for zone, told in (("Europe/Berlin", False), ("Asia/Kolkata", True)):
        browser.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": zone})
        browser.refresh()
        candidate.reaches("exam")
        candidate.sees(STATUS, "Saved")
        said.append(candidate.text(STATUS))
        assert candidate.find("#zone-note").is_displayed() is told
    assert said[0] == said[1]
    candidate.sees("#zone-note", "those of Europe/Berlin")
    assert not (wrong := judge(candidate, "unwatched-elsewhere")), "\n".join(wrong)
    chromium.as_it_is(browser)
    browser.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": ""})


def test_what_was_typed_and_not_sent_and_the_flags_are_there_after_a_reload(candidate: Candidate) -> None:
    browser = candidate.browser
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/answers/"]})
    candidate.click(FLAG)
    candidate.find(TEXT).send_keys(" Refused by nobody,")
    candidate.sees("#unsaved", "Not saved yet: question 2.")
    candidate.find(TEXT).send_keys(" and typed last.")
    browser.refresh()  # within the second in which one who types is left alone
    candidate.reaches("exam")
    candidate.sees("#questions", "prime")
    assert str(candidate.find(TEXT).get_attribute("value")).endswith(" Refused by nobody, and typed last.")
    assert candidate.find(FLAG).get_attribute("aria-pressed") == "true"
    candidate.sees("#unsaved", "Not saved yet: question 2. It is kept in this browser and will be sent by itself.")
    browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    candidate.sees(STATUS, "Saved")


def test_who_hands_in_is_shown_a_receipt_to_keep(candidate: Candidate) -> None:
    candidate.finish()
    wait(candidate.browser, lambda _: candidate.text("#receipt-code"), "the receipt's code")
    code, attempt = candidate.text("#receipt-code"), candidate.data("attempt-id")
    assert candidate.text("#receipt-answered") == "2 of 2"
    assert "(Europe/Berlin)" in candidate.text("#receipt-handed-in")
    wrong = judge(candidate, "room-receipt")
    candidate.open(f"/receipts/{attempt}/")
    candidate.sees("main", code)
    wait(candidate.browser, lambda _: candidate.find("#print").is_displayed(), "a button to print")
    wrong += judge(candidate, "receipt")
    assert code in candidate.fetch(f"/receipts/{attempt}/receipt.txt").body.decode()
    assert not wrong, "\n".join(wrong)
