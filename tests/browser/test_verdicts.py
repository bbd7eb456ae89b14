"""What a proctor does by keyboard on the record of a session, and what the wall says of who is not watched."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser import chromium
from tests.browser.chromium import wait
from tests.browser.conftest import OpenProctor
from tests.browser.judging import judge
from tests.browser.seat import Proctor
from tests.server import Site

MAKE = """
from proctoring import consent, services
from exams import services as exam_services
from exams.items import Item, Kind
from exams.models import Enrolment, Exam, Institution, Membership, User
from proctoring.models import Session
from tests.admin.records import event
place = Institution.objects.get(slug="demo-university")
exam = Exam.objects.create(institution=place, title="Judged by keyboard", state="published", passing_percent=50)
version = exam_services.draft_of(exam)
exam_services.write_item(version.sections.get(), Item(Kind.ESSAY, "Why?"), 1)
exam_services.freeze(version)
person = User.objects.create(username="judged", first_name="Jude", last_name="Judged")
Membership.objects.create(user=person, institution=place, role="candidate")
Enrolment.objects.create(exam=exam, candidate=person)
consent.give(person, exam)
session = services.begin_session(candidate=person, exam=exam, kind="exam")
exam_services.start_attempt(attempt=session.attempt)
Session.objects.filter(pk=session.pk).update(state="live", started_at=session.created_at)
event(session)
services.withdraw_consent(candidate=person, exam=exam)
answer = [exam.pk, str(session.pk)]
"""
MAKE_LIVE = """
from exams import services as exam_services
from exams.models import Exam, Institution, User
from proctoring.models import Session
from tests import factories
from tests.admin.records import event
exam = factories.exam(Institution.objects.get(slug="demo-university"), title="Judged on the wall")
session = factories.session(exam, User.objects.create(username="walled", first_name="Wanda", last_name="Wall"))
Session.objects.filter(pk=session.pk).update(risk_total=35)
events = [event(session).pk for _ in "ab"]
answer = [exam.pk, str(session.pk), *events]
"""
MAKE_LATE = """
from django.utils import timezone
from exams.models import Institution, User
from tests import factories
from tests.admin.records import event
exam = factories.exam(Institution.objects.get(slug="demo-university"), title="Told late")
session = factories.session(exam, User.objects.create(username="late", first_name="Lale", last_name="Late"))
now = timezone.now().timestamp()
answer = [exam.pk, str(session.pk), *(event(session, time=now - ago).pk for ago in (20, 30, 10))]
"""
DISMISS = """
const done = arguments[2];
const token = document.cookie.match(/csrftoken=([^;]+)/)[1];
fetch(`/admin/proctoring/session/${arguments[0]}/events/${arguments[1]}/verdict/`, {
  method: "POST", headers: {"Content-Type": "application/json", "X-CSRFToken": token}, body: '{"verdict": "dismissed"}',
}).then((answer) => done(answer.status));
"""
NUMBERS = """
const found = [...document.querySelectorAll(arguments[0])];
return found.map((each) => Number(each.dataset.eventId ?? each.id.replace("event-", "")));
"""
MANY = "for (const each of document.querySelectorAll('#wall-counts strong')) each.textContent = 128"
SIDE_BY_SIDE = """
const [counts, ...others] = ["#wall-counts", "#wall-filter", "#wall-pause"].map(
  (each) => document.querySelector(each).getBoundingClientRect());
return others.every(({ top, bottom, left }) => left >= counts.right && top < counts.bottom && bottom > counts.top);
"""
FOCUSED = "return document.activeElement.dataset.verdict ?? document.activeElement.tagName"


@pytest.fixture(scope="module")
def made(site: Site) -> tuple[int, str]:
    exam, session = site.ask(MAKE)
    return exam, session


def test_confirming_and_dismissing_by_keyboard_keeps_focus(open_proctor: OpenProctor, made: tuple[int, str]) -> None:
    proctor = open_proctor()
    browser = proctor.browser
    proctor.open(f"/admin/proctoring/session/{made[1]}/change/")
    wait(browser, lambda _: proctor.find('[data-verdict="confirmed"]').is_displayed(), "the button")
    browser.execute_script("document.querySelector('[data-verdict=\"confirmed\"]').focus()")
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    proctor.sees(".pv-verdict:has(button)", "Confirmed")
    assert browser.execute_script(FOCUSED) == "confirmed"
    browser.switch_to.active_element.send_keys(Keys.TAB)
    browser.switch_to.active_element.send_keys(Keys.SPACE)
    proctor.sees(".pv-verdict:has(button)", "Dismissed")
    assert browser.execute_script(FOCUSED) == "dismissed"
    proctor.sees("#looks", "No event needs a look. 5 points recorded, all of them from dismissed events.")
    browser.switch_to.active_element.send_keys(Keys.TAB)
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    proctor.sees(".pv-verdict:has(button)", "Taken back")
    assert browser.execute_script(FOCUSED) == "taken_back"
    assert proctor.find('[data-verdict="taken_back"]').get_attribute("aria-disabled") == "true"
    proctor.sees("#looks", "1 event needs a look. 5 points recorded.")
    proctor.sees(".pv-verdict:has(button) details", "2 earlier verdicts")


def test_the_wall_says_who_sits_the_exam_unwatched(open_proctor: OpenProctor, made: tuple[int, str]) -> None:
    proctor = open_proctor()
    proctor.open(f"/admin/proctoring/session/wall/{made[0]}/")
    wait(proctor.browser, lambda _: proctor.find("#wall-empty").is_displayed(), "an empty wall that is connected")
    proctor.sees("#wall-empty-title", "1 candidate sits this exam unwatched.")
    proctor.sees("#wall-counts", "1 unwatched")


def test_the_wall_s_summary_leaves_room_for_what_stands_beside_it(
    open_proctor: OpenProctor, made: tuple[int, str]
) -> None:
    proctor = open_proctor()
    proctor.open(f"/admin/proctoring/session/wall/{made[0]}/")
    proctor.sees("#wall-empty-title", "1 candidate sits this exam unwatched.")
    chromium.narrow(proctor.browser, 1280)
    proctor.browser.execute_script(MANY)
    assert proctor.browser.execute_script(SIDE_BY_SIDE), "the counts, the search and the button on one line"
    assert not (wrong := judge(proctor, "admin-wall-summary")), "\n".join(wrong)


def test_what_was_dismissed_needs_no_look_on_the_wall_and_the_risk_stays(site: Site, open_proctor: OpenProctor) -> None:
    exam, session, first, second = site.ask(MAKE_LIVE)
    proctor = open_proctor()
    proctor.open(f"/admin/proctoring/session/wall/{exam}/")
    tile = f'[data-session="{session}"]'
    proctor.sees(f"{tile} .pv-looks", "2 events need a look")
    assert proctor.browser.execute_async_script(DISMISS, session, first) == 200
    proctor.sees(f"{tile} .pv-looks", "1 event needs a look")
    assert proctor.browser.execute_async_script(DISMISS, session, second) == 200
    wait(proctor.browser, lambda _: not proctor.find(f"{tile} .pv-looks").is_displayed(), "nothing that needs a look")
    assert "35 high" in " ".join(proctor.find(f"{tile} .pv-risk").text.split())


def test_what_was_written_down_late_stands_where_it_happened(site: Site, open_proctor: OpenProctor) -> None:
    exam, session, second, first, third = site.ask(MAKE_LATE)
    proctor = open_proctor()
    assert shown(proctor, f"{session}/change/", "[data-sequence]") == [third, second, first]
    assert shown(proctor, f"wall/{exam}/", "[data-event-id]") == [third, second, first]


def shown(proctor: Proctor, page: str, events: str) -> list[int]:
    """The three events of a page, from top to bottom, by their numbers."""
    proctor.open(f"/admin/proctoring/session/{page}")
    wait(proctor.browser, lambda _: len(proctor.find_all(events)) == 3, "three events")
    numbers: list[int] = proctor.browser.execute_script(NUMBERS, events)
    return numbers
