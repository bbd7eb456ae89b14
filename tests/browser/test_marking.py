"""Marking from the keyboard, and how the pages of marking and results look with real results on them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser import chromium, looks, seat
from tests.browser.chromium import wait
from tests.browser.judging import judge
from tests.browser.seat import Person
from tests.server import Site

MAKE = """
import uuid
from datetime import timedelta
from django.utils import timezone
from exams import services
from exams.items import Item, ItemChoice, Kind
from exams.models import Exam, Institution, Mark, User
place = Institution.objects.get(name="Demo University")
exam = Exam.objects.create(institution=place, title="To be marked", passing_percent=50)
section = services.draft_of(exam).sections.get()
options = (ItemChoice("21"), ItemChoice("23", correct=True), ItemChoice("25"))
prime = services.write_item(section, Item(Kind.SINGLE_CHOICE, "Which is *prime*?", choices=options), 1)
essay = services.write_item(section, Item(Kind.ESSAY, "Why is $1$ no prime?", points=4, guidance="Two divisors."), 2)
services.freeze(section.version)
Exam.objects.filter(pk=exam.pk).update(state="published")
now = timezone.now()
for number in range(4):
    user = User.objects.create(username=f"marked{number}", first_name="Mia", last_name=f"Marked {number}")
    attempt = exam.attempts.create(
        candidate=user, version=section.version, started_at=now, deadline=now + timedelta(hours=1)
    )
    chosen = {"choice": prime.choices.all()[number % 3].pk}
    for question, value in ((prime, chosen), (essay, {"text": f"Reason {number}."})):
        services.save_answer(attempt=attempt, client_id=uuid.uuid4(), question_id=question.pk, value=value)
    services.submit_attempt(attempt=attempt)
mark = Mark.objects.filter(attempt__exam=exam, question=essay).first()
answer = {"exam": exam.pk, "essay": str(essay.uid), "prime": prime.pk, "attempt": str(mark.attempt_id), "mark": mark.pk}
"""
GIVEN = """
from exams.models import Mark
answer = sorted(Mark.objects.filter(question__uid="{essay}", by__isnull=False).values_list("points", "comment"))
"""


@pytest.fixture(scope="module")
def made(site: Site) -> dict[str, str]:
    return {name: str(value) for name, value in site.ask(MAKE).items()}


@pytest.fixture(scope="module")
def author(site: Site) -> Iterator[Person]:
    with seat.signed_in(Person, site.url, "author") as person:
        yield person


def test_a_number_and_enter_mark_one_answer_after_the_other(author: Person, site: Site, made: dict[str, str]) -> None:
    browser = author.browser
    chromium.narrow(browser, 1280)
    author.open("/admin/exams/mark/queue/{exam}/{essay}/".format(**made))

    def typed(*keys: str) -> None:
        """Into whatever has the focus; then the next answer is there."""
        before = author.text("#answer")
        browser.switch_to.active_element.send_keys(*keys)
        wait(browser, lambda _: author.text("#answer") != before, "the next answer")

    assert browser.switch_to.active_element.get_attribute("id") == "points"
    typed("3.5", Keys.ENTER)
    typed("s")
    browser.switch_to.active_element.send_keys("2", "c")
    assert browser.switch_to.active_element.get_attribute("id") == "comment"
    typed("Almost.", Keys.CONTROL + Keys.ENTER)
    typed("0", Keys.ENTER)
    assert site.ask(GIVEN.format(**made)) == [["0.00", ""], ["2.00", "Almost."], ["3.50", ""]]


def test_the_pages_of_marking_and_results_by_eye(author: Person, made: dict[str, str]) -> None:
    results = f"/admin/exams/exam/{made['exam']}/results/"
    pages = {
        "marking": "/admin/exams/mark/",
        "marking-answer": "/admin/exams/mark/queue/{exam}/{essay}/",
        "marking-marked": "/admin/exams/mark/queue/{exam}/{essay}/marked/",
        "mark": "/admin/exams/mark/{mark}/change/",
        "results-list": "/admin/exams/exam/results/",
        "results": results,
        "results-statistics": f"{results}statistics/",
        "results-attempt": f"{results}attempts/{{attempt}}/",
        "results-publish": f"{results}publish/",
        "results-key": f"{results}key/{{prime}}/",
    }
    wrong = []
    for name, path in pages.items():
        author.open(path.format(**made))
        assert "Not Found" not in author.browser.title, path
        wrong += judge(author, name)
    assert not wrong, "\n".join(wrong)


def test_results_are_reached_by_keyboard(author: Person, made: dict[str, str]) -> None:
    chromium.narrow(author.browser, 1280)
    for page in ("", "statistics/", "key/{prime}/"):
        author.open(f"/admin/exams/exam/{made['exam']}/results/{page}".format(**made))
        assert looks.unreachable_by_tab(author.browser) == []
