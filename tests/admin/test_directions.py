"""A title or name that turns the direction of text turns itself alone: the sentence around it stays as it was."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.test import Client

from exams.models import Attempt, Exam, User
from exams.services import rosters
from tests import factories
from tests.admin.question_files import looked_at
from tests.exams import marked
from tests.factories import People

pytestmark = pytest.mark.django_db
TURNS = "\u202e"  # right-to-left override, without an end
ENDS_IT = {"bdi", "p", "h1", "h2", "h3", "li", "td", "th", "dd", "dt", "option", "title", "button"}
VOID = {"br", "img", "input", "link", "meta", "hr", "source", "path", "rect", "line", "circle"}


class Turned(HTMLParser):
    """What stands in one element with text that turns it, and is not all of it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append("main" if "pv-page" in (dict(attrs).get("class") or "") else tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self.open:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        before, found, _ = data.strip().partition(TURNS)
        if found and "main" in self.open and (before or self.open[-1] not in ENDS_IT):
            self.wrong.append(" ".join(data.split())[:80])


def wrong_in(page: str) -> list[str]:
    parser = Turned()
    parser.feed(page)
    return parser.wrong


@pytest.fixture
def people() -> People:
    people = factories.people()
    User.objects.update(first_name=f"{TURNS}Ada")
    return people


@pytest.fixture
def attempt(people: People) -> Attempt:
    exam = marked.exam(people.institution, marked.PRIME, marked.ESSAY, title=f"{TURNS}Algebra", passing_percent=50)
    return marked.handed_in(exam, {"prime": "23", "essay": "Because."}, people.candidate)


def test_the_pages_of_staff_read_as_written(client: Client, people: People, attempt: Attempt) -> None:
    exam: Exam = attempt.exam
    draft = factories.exam(people.institution, title=f"{TURNS}Botany", state=Exam.State.DRAFT)
    pending = looked_at(draft, people.administrator)
    roster = rosters.check(
        institution=people.institution, exam=exam, by=people.administrator, file_name="r.csv", data=b"email\na@b.ch\n"
    )
    granted = factories.accommodation(exam, people.candidate, granted_by=people.administrator)
    client.force_login(people.administrator)
    pages = [
        f"/admin/exams/attempt/{attempt.pk}/change/",
        f"/admin/exams/accommodation/{granted.pk}/revoke/",
        f"/admin/exams/rosterimport/{roster.pk}/change/",
        f"/admin/exams/exam/{draft.pk}/import/{pending.row.pk}/",
        f"/admin/exams/exam/{draft.pk}/do/publish/",
        f"/admin/exams/exam/{exam.pk}/duplicate/",
        f"/admin/exams/exam/{exam.pk}/export/",
        f"/admin/exams/exam/{exam.pk}/exports/",
        f"/admin/exams/exam/{exam.pk}/results/publish/",
        f"/admin/exams/exam/{exam.pk}/results/attempts/{attempt.pk}/",
        "/admin/exams/mark/",
    ]
    shown = {page: client.get(page) for page in pages}
    assert {page for page, answer in shown.items() if answer.status_code != 200} == set()
    assert {page: wrong for page in pages if (wrong := wrong_in(shown[page].content.decode()))} == {}


def test_the_pages_of_candidates_read_as_written(client: Client, people: People, attempt: Attempt) -> None:
    Exam.objects.update(results_published_at=attempt.submitted_at)
    client.force_login(people.candidate)
    for page in ("/", f"/results/{attempt.pk}/"):
        assert wrong_in(client.get(page).content.decode()) == [], page
