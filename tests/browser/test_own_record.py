"""A candidate reads on a phone what was recorded of them and says something by keyboard; a proctor sees it."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser import chromium, looks
from tests.browser.chromium import wait
from tests.browser.conftest import OpenCandidate, OpenProctor
from tests.browser.judging import judge
from tests.browser.seat import Candidate
from tests.browser.test_pages import press
from tests.server import Site

MAKE = """
from datetime import timedelta
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from proctoring import consent
from proctoring.models import Session
from exams.models import Enrolment, Exam, Institution, Membership, User
from tests import factories
from tests.admin.records import event, risk
place = Institution.objects.get(slug="demo-university")
person = User.objects.create(username="told", first_name="Tove", last_name="Told", password=make_password("demo"))
Membership.objects.create(user=person, institution=place, role="candidate")
exam = factories.exam(place, candidates=(person,), title="Read on a phone")
agreed, at = consent.give(person, exam), timezone.now()
session = factories.ended_session(exam, person, at=at, started_at=at - timedelta(minutes=40), consent=agreed)
for number, (name, points, words) in enumerate((
    ("NO_FACE", 5, "No face was in the picture for 2.2 seconds (the limit is 2)."),
    ("LOOKING_AWAY", 6, "The head was turned 31° to the picture's left (more than 25° counts) for 3.4 seconds."),
    ("PHONE_DETECTED", 15, "A phone was in view for 5.2 seconds (the limit is 5); the detector scored it 0.71 of 1."),
)):
    moment = at - timedelta(minutes=30 - 9 * number)
    event(session, name, risk_delta=points, risk_total=5 * number + points, sentence=words, time=moment.timestamp(),
          jpeg=factories.jpeg(width=640, height=480, shade=60 * number + 40),
          detail={"rule": {"permanent": name == "PHONE_DETECTED"}})
    risk(session, round(moment.timestamp() * 1000), 5 * number + points)
    risk(session, round(moment.timestamp() * 1000) + 200_000, 5 * number)
event(session, "CONNECTION_LOST", ledger="technical", risk_delta=0,
      sentence="The connection was lost for 3.0 seconds; nothing was watched or scored meanwhile.")
Session.objects.filter(pk=session.pk).update(risk_total=15, record_shown="handed_in")
answer = [str(session.attempt_id), str(session.pk)]
"""
MAKE_LONG = """
from datetime import timedelta
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from exams.models import Institution, Membership, User
from proctoring.models import Session
from proctoring.services.recording import append_events, lock
from tests import factories
from tests.admin.records import drafted, risk
place = Institution.objects.get(slug="demo-university")
person = User.objects.create(username="long", first_name="Lotte", last_name="Long", password=make_password("demo"))
Membership.objects.create(user=person, institution=place, role="candidate")
exam, at = factories.exam(place, candidates=(person,), title="A long one"), timezone.now()
session = factories.ended_session(exam, person, at=at, started_at=at - timedelta(minutes=90))
began = at.timestamp() - 5000
drafts = [drafted(time=began + 4 * n, sentence=f"Counted number {n}.") for n in range(1, 931)]
drafts += [drafted("CONNECTION_LOST", ledger="technical", risk_delta=0, sentence=f"Technical number {n}.")
           for n in range(1, 311)]
with transaction.atomic():
    append_events(lock(session.pk), drafts)
for n in range(1, 900):
    risk(session, round((began + 4 * n) * 1000), n % 40)
Session.objects.filter(pk=session.pk).update(risk_total=15, record_shown="handed_in")
answer = str(session.attempt_id)
"""
TEXT = "What looks like a phone is my calculator."


AT_THE_TOP = "return Math.abs(document.querySelector(arguments[0]).getBoundingClientRect().top) < 40"


@pytest.fixture(scope="module")
def made(site: Site) -> tuple[str, str]:
    attempt, session = site.ask(MAKE)
    return attempt, session


def test_a_candidate_is_told_and_heard(
    open_candidate: OpenCandidate, open_proctor: OpenProctor, made: tuple[str, str]
) -> None:
    candidate = open_candidate()
    chromium.narrow(candidate.browser, 390)
    candidate.sign_in("told")
    candidate.open("/")
    press(candidate, f'a[href="/attempts/{made[0]}/record/"]', Keys.ENTER)
    candidate.sees("#counted", "A phone was in view")
    candidate.click("details:has(#uncounted) summary")
    wrong = judge(candidate, "own-record")
    chromium.narrow(candidate.browser, 390)
    assert looks.unreachable_by_tab(candidate.browser) == []

    press(candidate, "#say-text", TEXT)
    candidate.sees("#say-count", f"{len(TEXT)} written.")
    candidate.browser.refresh()  # a page that is lost costs nobody their words
    wait(candidate.browser, lambda _: said(candidate) == TEXT, "the words to be there still")
    press(candidate, "#say-send", Keys.ENTER)
    candidate.sees("#statements", TEXT)
    candidate.sees(".messages", "Your statement is kept")
    assert said(candidate) == ""
    wrong += judge(candidate, "own-record-said")

    proctor = open_proctor()
    proctor.open("/admin/proctoring/session/?statement=new")
    proctor.sees("#result_list", "Tove Told")
    proctor.open(f"/admin/proctoring/session/{made[1]}/change/")
    proctor.sees("#has-statement", "The candidate wrote 1 statement, not reviewed since.")
    press(proctor, "#has-statement a", Keys.ENTER)
    proctor.sees("#statements", TEXT)
    wrong += judge(proctor, "admin-session-statement")
    assert not wrong, "\n".join(wrong)


def test_a_long_record_is_paged_by_keyboard_on_a_phone(site: Site, open_candidate: OpenCandidate) -> None:
    attempt = site.ask(MAKE_LONG)
    candidate = open_candidate()
    chromium.narrow(candidate.browser, 390)
    candidate.sign_in("long")
    candidate.open(f"/attempts/{attempt}/record/")
    candidate.sees(".jumps", "What raised the score: 930 entries")
    press(candidate, ".jumps a", Keys.ENTER)
    press(candidate, '.pages a[rel="next"]', Keys.ENTER)
    candidate.sees("#counted", "Counted number 101.")
    candidate.sees('.pages [aria-current="page"]', "2")
    wait(candidate.browser, lambda b: b.execute_script(AT_THE_TOP, "#counted-title"), "the list to be in sight")
    candidate.click("details:has(#uncounted) summary")
    press(candidate, 'details:has(#uncounted) .pages a[rel="next"]', Keys.ENTER)
    candidate.sees("#uncounted", "Technical number 101.")
    assert "Counted number 101." in candidate.find("#counted").text
    assert not (wrong := judge(candidate, "own-record-long")), "\n".join(wrong)
    chromium.narrow(candidate.browser, 390)


TOP = "return document.querySelector('#review').getBoundingClientRect().top"


def test_staff_who_look_at_the_session_are_told_of_a_statement_at_once(
    open_candidate: OpenCandidate, open_proctor: OpenProctor, made: tuple[str, str]
) -> None:
    proctor, candidate = open_proctor(), open_candidate()
    proctor.open(f"/admin/proctoring/session/{made[1]}/change/")
    press(proctor, "#review-note", "Half a thought")
    before = proctor.browser.execute_script(TOP)
    candidate.sign_in("told")
    candidate.open(f"/attempts/{made[0]}/record/")
    press(candidate, "#say-text", "It was the cat.")
    press(candidate, "#say-send", Keys.ENTER)
    proctor.sees('#statement-news[role="status"]', "The candidate has written a statement.")
    assert proctor.browser.execute_script(TOP) == before
    assert not (wrong := judge(proctor, "admin-session-statement-news")), "\n".join(wrong)
    assert looks.unreachable_by_tab(proctor.browser) == []

    press(proctor, "#statement-news button", Keys.ENTER)
    proctor.sees("#statements", "It was the cat.")
    assert proctor.browser.execute_script("return document.activeElement.id") == "statements-title"
    assert proctor.text("#statement-news") == ""
    assert proctor.find("#review-note").get_property("value") == "Half a thought"
    press(candidate, "#say-text", "Or the dog.")
    press(candidate, "#say-send", Keys.ENTER)
    proctor.sees("#statement-news", "The candidate has written a statement.")


def said(candidate: Candidate) -> str:
    return str(candidate.find("#say-text").get_property("value"))
