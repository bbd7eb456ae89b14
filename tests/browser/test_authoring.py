"""Those who write exams at their pages: by eye at both widths, by keyboard alone, and trying an exam out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser import chromium, looks, seat
from tests.browser.chromium import wait
from tests.browser.conftest import OpenBrowser
from tests.browser.judging import judge
from tests.browser.seat import Person
from tests.server import Site

COPY = """
from exams.models import Exam
from exams.services.authoring import duplicate
exam = Exam.objects.get(title="Every kind of question")
answer = duplicate(exam, title={title!r}, by=None).pk
"""


FILE = """
from exams.interchange.formats import FORMATS
from exams.models import Exam, QuestionImport, User
from exams.services import question_imports
row = question_imports.upload(
    exam=Exam.objects.get(pk={exam}), by=User.objects.get(username="author"), format=FORMATS["gift"],
    file_name="Questions_of_the_examination_in_spring_with_every_change_of_the_board.gift.txt", data=b"a {{=x ~y}}",
)
error = "" if {state!r} in ("reading", "importing") else "The server may have been restarted. Try it again."
QuestionImport.objects.filter(pk=row.pk).update(state={state!r}, done=42, total=100, error=error)
answer = str(row.pk)
"""
FAIL = """
from exams.models import QuestionImport
answer = QuestionImport.objects.filter(pk={file!r}).update(state="failed", error="The disk is full. Try it again.")
"""


@pytest.fixture(scope="module")
def author_of_all(site: Site) -> Iterator[Person]:
    with seat.signed_in(Person, site.url, "author") as person:
        yield person


@pytest.fixture
def author(author_of_all: Person) -> Person:
    """At a desktop's width, and with nothing on the console yet."""
    chromium.as_it_is(author_of_all.browser)
    chromium.console(author_of_all.browser)
    return author_of_all


def draft(site: Site, title: str) -> str:
    """The address of an exam that was made as a copy of the demo's."""
    return f"/admin/exams/exam/{site.ask(COPY.format(title=title))}/"


def test_the_pages_of_authors_by_eye(author: Person, site: Site) -> None:
    exam = draft(site, "By eye")
    number = exam.split("/")[-2]
    pages = {
        "exam": f"{exam}change/",
        "questions": f"{exam}questions/",
        "preview": f"{exam}preview/?seed=a",
        "publish": f"{exam}do/publish/",
        "duplicate": f"{exam}duplicate/",
        "kinds": f"/admin/exams/question/add/?exam={number}",
        "question-list": "/admin/exams/question/",
        "import": f"{exam}import/",
    }
    for state in ("reading", "importing", "checked", "failed"):
        pages[f"import-{state}"] = f"{exam}import/{site.ask(FILE.format(exam=number, state=state))}/"
    for kind in ("single_choice", "numeric", "matching"):
        pages[kind] = f"/admin/exams/question/add/?exam={number}&kind={kind}"
    wrong = []
    for name, path in pages.items():
        author.open(path)
        assert "Not Found" not in author.browser.title, path
        wrong += judge(author, f"authoring-{name}")
        if name in {"questions", "preview", "matching", "import", "import-reading"}:
            wrong += [f"{name}: not reached by Tab: {each}" for each in looks.unreachable_by_tab(author.browser)]
    assert not wrong, "\n".join(wrong)


def test_a_question_is_moved_by_keyboard_and_the_focus_stays_with_it(author: Person, site: Site) -> None:
    author.open(f"{draft(site, 'By keyboard')}questions/")
    third = ids(author)[2]
    author.browser.execute_script("document.querySelector(arguments[0]).focus()", f"#{third} [name=question_up]")
    press_enter(author)
    wait(author.browser, lambda _: order_and_focus(author) == (1, third), "the question and the focus up one")
    press_enter(author)
    wait(author.browser, lambda _: order_and_focus(author) == (0, third), "the question and the focus on top")


def press_enter(author: Person) -> None:
    author.browser.switch_to.active_element.send_keys(Keys.ENTER)


def order_and_focus(author: Person) -> tuple[int, str]:
    """The place and the id of the question that the focus is on a button of; one look, as the page may be on its way
    to the next one: (-1, "") then."""
    place, focused = author.browser.execute_script("""
        const focused = document.activeElement?.closest(".au-questions > li");
        return [[...document.querySelectorAll(".au-questions > li")].indexOf(focused), focused?.id ?? ""];
    """)
    return int(place), str(focused)


def ids(author: Person) -> list[str]:
    return [str(each.get_attribute("id")) for each in author.find_all(".au-questions > li")]


def test_a_question_is_written_with_its_looks_beside_and_tried_as_a_candidate(author: Person, site: Site) -> None:
    exam = draft(site, "Written")
    author.open(f"/admin/exams/question/add/?exam={exam.split('/')[-2]}&kind=single_choice")
    author.find("#id_text").send_keys("How much is $2^3$?")
    author.sees("#question-preview", "How much is")
    assert author.find_all("#question-preview math")
    for row, text in enumerate(("6", "8")):
        author.find(f"#id_choices-{row}-text").send_keys(text)
        author.find(f"#id_choices-{row}-correct").send_keys(Keys.SPACE)
    assert not author.find("#id_choices-0-correct").is_selected()  # one alone is right
    author.find("#id_text").submit()
    wait(author.browser, lambda b: "/questions/" in b.current_url, "the exam's questions")
    author.find_all(".au-questions .au-question")[4].click()
    author.click("a[href*='/preview/']")
    for answer in author.find_all("#questions input[type=radio]"):
        answer.click()
        wait(author.browser, lambda _: " of 1 point" in author.text(".question-status"), "the mark")
    assert author.text(".question-status") in {"0 of 1 point", "1 of 1 point"}
    author.sees("#score", "of 1 points so far")
    author.browser.refresh()
    author.sees("#score", "Answer something")
    assert "SEVERE" not in chromium.console(author.browser)


def test_a_large_file_of_questions_is_followed_to_its_questions(author: Person, site: Site, tmp_path: Path) -> None:
    """Its page goes on by itself once it is read, and once it is imported."""
    exam = draft(site, "From a file")
    file = tmp_path / "many.gift.txt"
    file.write_text("".join(f"::Q{number}:: How many? {{=one ~two}}\n\n" for number in range(5_000)))
    author.open(f"{exam}import/")
    author.find("input[type=file]").send_keys(str(file))
    author.click("#check-file")
    wait(
        author.browser, lambda driver: driver.find_elements("id", "import-these"), "what would come of each", seconds=60
    )
    assert author.find("#import-these").text == "Import these 5000 questions"
    author.click("#import-these")
    wait(author.browser, lambda driver: "/questions/" in driver.current_url, "the questions", seconds=60)
    assert "5000 questions imported from “many.gift.txt”." in author.browser.page_source


def test_who_follows_a_file_hears_of_a_server_that_does_not_answer_of_failures_and_of_having_been_signed_out(
    open_browser: OpenBrowser, site: Site
) -> None:
    author = Person(open_browser(), site.url)
    author.sign_in("author")
    exam = draft(site, "Followed")
    number = exam.split("/")[-2]
    first, second = (str(site.ask(FILE.format(exam=number, state="reading"))) for _ in range(2))
    author.open(f"{exam}import/{first}/")
    author.sees('[data-part="text"]', "Running: 42 %")
    assert said(author) == "Running: 42 %"
    chromium.offline(author.browser, True)
    author.sees('[data-part="text"]', "The server does not answer; trying again.")
    assert said(author) == "The server does not answer; trying again."
    chromium.offline(author.browser, False)
    author.sees('[data-part="text"]', "Running: 42 %")
    site.ask(FAIL.format(file=first))
    author.sees("#question-import-progress", "The disk is full. Try it again.")
    page = author.text("#question-import-progress")
    assert "Choose a file again" in page
    assert "Next you see" not in page
    assert "Stop and delete" not in page
    author.click("#discard")
    author.sees("#own-files", ".gift.txt")
    assert first not in author.browser.page_source
    author.open(f"{exam}import/{second}/")
    author.browser.delete_all_cookies()
    author.sees('[data-part="text"]', "Sign in again, then reload this page.")


def said(author: Person) -> str:
    """What is read out, which nobody sees."""
    return str(author.find('[data-part="said"]').get_attribute("textContent"))
