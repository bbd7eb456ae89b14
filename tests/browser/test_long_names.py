"""Exams with titles as institutions give them, people with long names: lists, rosters and plots show all of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser import chromium, looks, seat
from tests.browser.chromium import wait
from tests.browser.seat import Person
from tests.server import Site

TITLE = "Zwischenprüfung Mathematik und Allgemeinwissen (Wintersemester 2026/27, zweiter Termin)"
MAKE = f"""
from decimal import Decimal
from exams import services
from exams.models import Accommodation, Choice, Enrolment, Exam, Institution, Membership, Question, User
from exams.services import rosters
place = Institution.objects.get(slug="demo-university")
by = User.objects.get(username="admin")
exam = Exam.objects.create(institution=place, title={TITLE!r}, state="published", passing_percent=Decimal(50))
version = services.draft_of(exam)
question = Question.objects.create(section=version.sections.get(), position=1, text="Which is prime?")
right = Choice.objects.create(question=question, position=1, text="23", correct=True)
services.freeze(version)
for number in range(8):  # more than the window holds, so that its scroll bar takes some of the width
    person = User.objects.create(username=f"long{{number}}", first_name="Bartholomäus-Maximilian",
                                 last_name=f"von und zu Hohenlohe-Langenburg {{number}}")
    Membership.objects.create(user=person, institution=place, role="candidate")
    Enrolment.objects.create(exam=exam, candidate=person)
    Accommodation.objects.create(institution=place, exam=exam, candidate=person, granted_by=by, extra_minutes=15)
    attempt = services.start_attempt(attempt=services.open_attempt(candidate=person, exam=exam))
    services.submit_attempt(attempt=attempt)
lines = "".join(f"person.number{{number}}@example.org\\n" for number in range(60))
roster = rosters.check(institution=place, exam=exam, by=by, file_name="r.csv", data=b"email\\n" + lines.encode())
answer = [exam.pk, str(roster.pk)]
"""
# A cell, or what stands in it, is lower than its text.
CUT_BELOW = """
return [...document.querySelectorAll("#result_list td, #result_list th")]
  .filter((each) => each.offsetParent !== null && each.scrollHeight > each.clientHeight + 1)
  .map((each) => each.textContent.trim().slice(0, 80)).slice(0, 5);
"""
# More lines than words: some word was broken.
BROKEN_WORDS = """
return [...document.querySelectorAll("#result_list .pv-link, #roster-rows .pv-break")]
  .filter((each) => {
    const text = document.createRange();
    text.selectNodeContents(each);
    const lines = new Set([...text.getClientRects()].map((line) => Math.round(line.top)));
    return lines.size > each.textContent.trim().split(/[\\s-]+/).length;
  })
  .map((each) => each.textContent).slice(0, 5);
"""
PLOTS_SCROLLED = """
return [...document.querySelectorAll(".mk-figure")].filter((each) => each.scrollWidth > each.clientWidth + 1).length;
"""
SMALLEST_WORDS = """
return Math.min(...[...document.querySelectorAll(".mk-plot")].map((plot) =>
  parseFloat(getComputedStyle(plot.querySelector("text")).fontSize) * plot.getBoundingClientRect().width / 520));
"""
# What stands beside bare text in a grid becomes a row of its own.
BARE_BESIDE_ELEMENTS = """
return [...document.querySelectorAll(".pv-empty")]
  .filter((each) => each.children.length)
  .filter((each) => [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()))
  .map((each) => each.textContent.trim().slice(0, 80));
"""
LISTS = ("exams/exam", "exams/attempt", "exams/question", "exams/rosterimport", "proctoring/policypreset")


@pytest.fixture(scope="module")
def made(site: Site) -> tuple[int, str]:
    exam, roster = site.ask(MAKE)
    return int(exam), str(roster)


@pytest.fixture(scope="module")
def signed_in(site: Site) -> Iterator[Person]:
    with seat.signed_in(Person, site.url, "admin") as person:
        yield person


@pytest.fixture
def administrator(signed_in: Person) -> Person:
    chromium.as_it_is(signed_in.browser)
    return signed_in


def at(person: Person, width: int, path: str) -> None:
    chromium.narrow(person.browser, width)
    person.open(path)
    wait(person.browser, lambda b: b.execute_script("return innerWidth") == width, f"a width of {width}")


@pytest.mark.parametrize("width", [1280, 390])
def test_lists_show_long_titles_whole(administrator: Person, made: tuple[int, str], width: int) -> None:
    wrong = []
    for name in LISTS:
        at(administrator, width, f"/admin/{name}/")
        assert administrator.find_all("#result_list tbody tr"), name
        for script in (CUT_BELOW, BROKEN_WORDS):
            wrong += [f"{name} at {width}: {each}" for each in administrator.browser.execute_script(script)]
    assert wrong == []


def test_the_attempts_need_no_scrolling_aside(administrator: Person, made: tuple[int, str]) -> None:
    at(administrator, 1280, "/admin/exams/attempt/")
    script = "const t = document.querySelector('#result_list'); return t.scrollWidth - t.parentElement.clientWidth"
    assert administrator.browser.execute_script(script) <= 0


@pytest.mark.parametrize("width", [1280, 390])
def test_a_roster_is_read_as_one_page(administrator: Person, made: tuple[int, str], width: int) -> None:
    at(administrator, width, f"/admin/exams/rosterimport/{made[1]}/change/")
    assert len(administrator.find_all("#roster-rows tbody tr")) == 60
    high = "return [...document.querySelectorAll('.pv-scroll')].map((e) => e.scrollHeight - e.clientHeight)"
    assert max(administrator.browser.execute_script(high)) <= 1
    if width == 1280:
        assert administrator.browser.execute_script(BROKEN_WORDS) == []


def test_plots_fit_a_phone_and_can_be_read_there(administrator: Person, made: tuple[int, str]) -> None:
    at(administrator, 390, f"/admin/exams/exam/{made[0]}/results/statistics/")
    assert administrator.find_all(".mk-plot")
    assert administrator.browser.execute_script(PLOTS_SCROLLED) == 0
    assert administrator.browser.execute_script(SMALLEST_WORDS) > 10
    assert looks.violations(administrator.browser) == []


def test_the_model_card_fits_a_phone(administrator: Person) -> None:
    at(administrator, 390, "/accuracy/model-card/")
    assert administrator.browser.execute_script("return document.documentElement.scrollWidth") <= 390
    assert looks.violations(administrator.browser) == []


def test_sentences_with_a_link_stay_sentences(administrator: Person) -> None:
    for path in ("/admin/", "/accuracy/", "/accuracy/model-card/"):
        administrator.open(path)
        assert administrator.browser.execute_script(BARE_BESIDE_ELEMENTS) == [], path
