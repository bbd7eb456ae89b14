"""The administration's forms as somebody at a small laptop fills them in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.browser import chromium, seat
from tests.browser.chromium import wait
from tests.browser.judging import judge
from tests.browser.seat import Proctor
from tests.server import Site

# What of the form has the focus and lies, in part, under the bar with “Save”.
COVERED = """
const field = document.activeElement, bar = document.getElementById("submit-row");
if (!field.closest("#content-main") || bar.contains(field)) return null;
const { top, bottom } = field.getBoundingClientRect();
return bottom > bar.getBoundingClientRect().top + 1 && top < innerHeight ? field.outerHTML.slice(0, 120) : null;
"""
TYPED = """
const field = document.getElementById("id_opens_at");
field.value = "2026-04-03T09:00";
field.dispatchEvent(new Event("input", {bubbles: true}));
"""
TWICE = """
from datetime import datetime, timezone
from exams.models import Exam, Institution
place = Institution.objects.get(slug="demo-university")
closes = datetime(2026, 10, 25, 1, 30, tzinfo=timezone.utc)
answer = Exam.objects.create(institution=place, title="Closes at night", closes_at=closes).pk
"""
RING = "return getComputedStyle(arguments[0].closest('label')).outlineStyle"
RING_OF_CANCEL = (
    "return getComputedStyle(arguments[0].closest('tr').nextElementSibling.querySelector('label')).outlineStyle"
)


@pytest.fixture(scope="module")
def author(site: Site) -> Iterator[Proctor]:
    with seat.signed_in(Proctor, site.url, "author") as author:
        yield author


def test_no_field_that_has_the_focus_lies_under_the_bar_with_save(author: Proctor) -> None:
    chromium.narrow(author.browser, 1280, height=757)
    author.open("/admin/exams/exam/1/change/")
    covered, seen = [], set()
    for _ in range(60):
        ActionChains(author.browser).send_keys(Keys.TAB).perform()
        seen.add(author.browser.switch_to.active_element.get_attribute("id"))
        covered.append(author.browser.execute_script(COVERED))
    assert {"id_title", "id_opens_at", "id_afterwards"} <= seen
    assert [each for each in covered if each] == []


def test_a_date_is_said_in_words_as_it_is_typed(author: Proctor) -> None:
    """However the browser writes 3 April."""
    author.open("/admin/exams/exam/1/change/")
    wait(author.browser, lambda _: author.find("#id_opens_at_words").is_displayed(), "the words")
    assert "Time zone: Europe/Berlin" in author.text("#id_opens_at_words")
    author.browser.execute_script(TYPED)
    author.sees("#id_opens_at_words", "Friday 3 April 2026, 09:00")


def test_which_of_two_equal_hours_is_chosen_beside_the_date(site: Site, author: Proctor) -> None:
    exam = site.ask(TWICE)
    author.open(f"/admin/exams/exam/{exam}/change/")
    which = author.find("#id_closes_at_which")
    assert which.accessible_name == "The clocks are set back then, and this hour comes twice. Which one?"
    assert which.get_property("value") == "+01:00"
    assert not (wrong := judge(author, "admin-exam-twice")), "\n".join(wrong)
    which.send_keys(Keys.ARROW_UP)
    assert which.get_property("value") == "+02:00"


def test_an_enrolled_candidate_is_removed_by_keyboard(author: Proctor) -> None:
    author.open("/admin/exams/exam/1/change/")
    for _ in range(90):
        ActionChains(author.browser).send_keys(Keys.TAB).perform()
        box = author.browser.switch_to.active_element
        if (box.get_attribute("name") or "").endswith("-DELETE"):
            break
    assert box.accessible_name.startswith("Remove ") and " in Demo exam" in box.accessible_name
    assert author.browser.execute_script(RING, box) != "none"
    ActionChains(author.browser).send_keys(Keys.SPACE).perform()
    assert box.is_selected()
    wait(author.browser, lambda _: "This item will be deleted." in author.text("#enrolments-group"), "what follows")
    assert author.browser.execute_script(RING_OF_CANCEL, box) != "none"
    ActionChains(author.browser).send_keys(Keys.SPACE).perform()
    assert not box.is_selected()
