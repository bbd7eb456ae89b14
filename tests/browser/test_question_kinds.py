"""One sitting with every kind of question: answered by keyboard and mouse, cut off, gone on with, handed in."""

from __future__ import annotations

from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

from tests.browser import chromium, looks
from tests.browser.conftest import OpenCandidate
from tests.browser.judging import judge
from tests.browser.sheet import Sheet
from tests.server import Site

# Nobody watches: no camera is needed, and nothing but the questions is tried here.
MAKE = """
from exams import demo
from exams.models import Enrolment, Institution, User
from proctoring.models import ExamPolicy
place = Institution.objects.create(name="Kinds", slug="kinds")
exam, _ = demo.make_exam(place)
ExamPolicy.objects.update_or_create(exam=exam, defaults={"watched": False})
user = User.objects.create(username="kinds")
user.set_password("demo")
user.save()
Enrolment.objects.create(exam=exam, candidate=user)
answer = exam.pk
"""
SAVED = """
from exams import selectors
from exams.answers import for_browser
from exams.models import Attempt
attempt = Attempt.objects.get(candidate__username="kinds")
current = selectors.current_answers(attempt)
answer = {
    question.pk: for_browser(question=question, value=current[question.pk].value, seed=attempt.seed)
    for question in selectors.paper_of(attempt) if question.pk in current
}
"""
PUBLISH = """
from django.utils import timezone
from exams.models import Exam
answer = Exam.objects.filter(institution__slug="kinds").update(
    results_published_at=timezone.now(), afterwards="review", attempts_allowed=1)
"""


@pytest.fixture(scope="module")
def exam_id(site: Site) -> int:
    return int(site.ask(MAKE))


def test_a_sitting_with_every_kind_of_question(site: Site, exam_id: int, open_candidate: OpenCandidate) -> None:
    candidate = open_candidate()
    browser, sheet = candidate.browser, Sheet(candidate)
    candidate.sign_in("kinds")
    candidate.open(f"/exams/{exam_id}/")
    candidate.click("#enter")
    sheet.opened()
    room = browser.current_url
    assert {str(each.get_attribute("data-kind")) for each in sheet.questions()} == {
        "single_choice", "multiple_choice", "numeric", "short_text", "essay", "matching", "ordering"
    }  # fmt: skip
    wrong = judge(candidate, "kinds-empty")
    chromium.narrow(browser, 1280)
    assert looks.unreachable_by_tab(browser) == []

    sheet.answer_all(0)
    sheet.all_are("saved")
    total = len(sheet.questions())
    candidate.sees("#progress-text", f"{total} of {total} answered")

    # The network goes, everything is answered anew, and the browser's page with it.
    chromium.offline(browser, True)
    candidate.click(".flag")
    second = sheet.answer_all(1)
    sheet.all_are("retrying")
    candidate.click("#finish")
    candidate.sees("#finish-summary", f"{total} answers are not saved yet: 1, 2,")
    candidate.click("#finish-cancel")
    chromium.offline(browser, False)
    browser.get("about:blank")
    candidate.open(room)
    sheet.opened()
    sheet.all_are("saved")
    assert sheet.shown() == second
    assert candidate.find(".flag").get_attribute("aria-pressed") == "true"
    kept = site.ask(SAVED)
    assert set(kept) == set(second)
    assert {number: flat(value) for number, value in kept.items()} == {
        number: flat(value) for number, value in second.items()
    }
    orders = {number: value["order"] for number, value in kept.items() if "order" in value}
    assert orders
    assert orders == {number: second[number] for number in orders}
    wrong += judge(candidate, "kinds-answered")

    chromium.narrow(browser, 390)
    if not candidate.find("#question-links").is_displayed():
        candidate.click("#navigator summary")
    candidate.click("#question-links li:last-child a")
    last = sheet.questions()[-1].find_element(By.CSS_SELECTOR, ".question-number")
    assert browser.switch_to.active_element == last
    side = candidate.find(".side").rect
    top = browser.execute_script("return arguments[0].getBoundingClientRect().top", last)
    assert top >= side["height"], "the question begins under the bar at the top"

    chromium.narrow(browser, 1280)
    first_list = Select(candidate.find('[data-kind="matching"] select'))
    chosen = first_list.first_selected_option
    first_list.select_by_index(0)
    candidate.sees("#progress-text", f"{total - 1} of {total} answered")
    candidate.sees('[data-kind="matching"] .question-status', "not all of it answered")
    candidate.click("#finish")
    number = candidate.find('[data-kind="matching"]').get_attribute("data-number")
    candidate.sees("#finish-summary", f"Answered only in part: {number}.")
    candidate.sees("#finish-summary", "Everything is saved.")
    candidate.click("#finish-cancel")
    first_list.select_by_visible_text(chosen.text)

    candidate.click("#finish")
    candidate.sees("#finish-summary", "answered every question")
    candidate.sees("#finish-summary", "Flagged for review: 1.")
    candidate.click("#finish-confirm")
    candidate.reaches("finished")
    assert (
        browser.execute_script("return Object.keys(localStorage).filter((k) => !k.startsWith('answer:')).length") == 0
    )
    assert site.ask(PUBLISH) == 1
    candidate.open("/")
    candidate.click(".past a.button")
    candidate.sees("h1", "Results")
    assert len(candidate.find_all(".reviewed")) == total
    wrong += judge(candidate, "kinds-review")
    assert not wrong, "\n".join(wrong)


def flat(value: Any) -> list[str]:
    """What was said, whichever side tells it: the page's fields, or the answer in the database."""
    if isinstance(value, dict):
        [value] = value.values()
    if isinstance(value, dict):
        value = list(value.values())
    return sorted(str(each) for each in value) if isinstance(value, list) else [str(value)]
