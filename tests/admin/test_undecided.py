"""Publishing results while sessions are to be followed up or need a look: it is said, and a person decides."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exams.errors import ResultsNotReady
from exams.models import Attempt, Exam, User
from exams.services import publish_results
from exams.undecided import undecided
from proctoring import services
from proctoring.models import Session
from tests import factories
from tests.admin.records import event
from tests.exams import marked
from tests.factories import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(people: People) -> Exam:
    return marked.exam(people.institution, marked.PRIME)


def sat(exam: Exam, people: People, name: str, *, events: int = 1) -> Session:
    """Handed in and watched, with so many integrity events."""
    person = factories.user(role="candidate", at=people.institution, first_name=name, last_name="Quimby")
    session = factories.ended_session(exam, person, at=timezone.now())
    assert session.attempt is not None
    Attempt.objects.filter(pk=session.attempt.pk).update(state="submitted", score=1, max_score=2)
    for _ in range(events):
        event(session)
    return session


def url(exam: Exam) -> str:
    return f"/admin/exams/exam/{exam.pk}/results/publish/"


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def published(exam: Exam) -> bool:
    exam.refresh_from_db()
    return exam.results_published_at is not None


def sentences(exam: Exam, by: User) -> list[str]:
    return [one.sentence for one in undecided(exam, by)]


def test_the_page_names_who_is_to_be_followed_up_and_whom_nobody_looked_at(
    client: Client, people: People, exam: Exam
) -> None:
    followed, unseen = sat(exam, people, "Abel"), sat(exam, people, "Beth")
    sat(exam, people, "Cleo", events=0)
    services.review_session(people.reviewer, followed.pk, "follow_up", "A phone.")
    client.force_login(people.administrator)
    page = text(client.get(url(exam)))
    assert "1 session is to be followed up." in page
    assert "1 session needs a look: nobody has said yet what its record comes to." in page
    assert "1 session more has no review: no integrity event was recorded in it, or each was dismissed." in page
    for session in (followed, unseen):
        link = f'<a class="pv-link" href="/admin/proctoring/session/{session.pk}/change/">'
        assert f"{link}<bdi>{session.candidate.display_name}</bdi></a>" in page
    assert "Cleo" not in page
    assert "publish although nothing is decided about 2 sessions" in page


def test_it_is_published_only_after_a_second_look_and_that_is_on_record(
    client: Client, people: People, exam: Exam
) -> None:
    session = sat(exam, people, "Abel")
    services.review_session(people.reviewer, session.pk, "follow_up", "A phone.")
    client.force_login(people.administrator)
    refused = client.post(url(exam))
    assert (refused.status_code, published(exam)) == (422, False)
    assert "1 session is to be followed up. Look at them first, or publish all the same." in text(refused)
    assert client.post(url(exam), {"undecided": "on"}).status_code == 302
    assert published(exam)
    assert "1 session is to be followed up." in LogEntry.objects.get(object_id=str(exam.pk)).change_message


@pytest.mark.parametrize("decided", ["dismissed", "reviewed", "nothing recorded"])
def test_where_all_is_decided_nobody_is_asked(client: Client, people: People, exam: Exam, decided: str) -> None:
    session = sat(exam, people, "Abel", events=0 if decided == "nothing recorded" else 1)
    if decided == "dismissed":
        services.judge_event(people.proctor, session.pk, session.events.get().pk, "dismissed")
    if decided == "reviewed":
        services.review_session(people.proctor, session.pk, "follow_up", "A phone.")
        services.review_session(people.reviewer, session.pk, "nothing")
    client.force_login(people.administrator)
    assert 'name="undecided"' not in text(client.get(url(exam)))
    assert client.post(url(exam)).status_code == 302
    assert published(exam)


def test_an_author_is_told_how_many_and_not_who(client: Client, people: People, exam: Exam) -> None:
    """Authors publish results and see no session."""
    sat(exam, people, "Abel")
    client.force_login(people.author)
    page = text(client.get(url(exam)))
    assert "1 session needs a look" in page
    assert "Its proctors, reviewers and administrators can tell whose." in page
    assert "Abel" not in page and "/proctoring/session/" not in page
    assert client.post(url(exam), {"undecided": "on"}).status_code == 302


def test_other_exams_runs_and_replays_are_no_matter_of_this_one(people: People, exam: Exam) -> None:
    other = marked.exam(people.institution, marked.PRIME)
    sat(other, people, "Abel")
    replayed = sat(exam, people, "Beth")
    Session.objects.filter(pk=replayed.pk).update(kind="replay")
    running = factories.session(exam, people.candidate)
    event(running)
    assert sentences(exam, people.administrator) == []


def test_a_program_has_to_insist_too(people: People, exam: Exam) -> None:
    sat(exam, people, "Abel")
    with pytest.raises(ResultsNotReady, match="1 session needs a look"):
        publish_results(exam=exam, by=people.administrator, force=True)
    publish_results(exam=exam, by=people.administrator, although_undecided=True)
    assert published(exam)


def test_of_many_the_first_are_named_and_all_are_a_link_away(client: Client, people: People, exam: Exam) -> None:
    client.force_login(people.administrator)
    for number in range(3):
        sat(exam, people, f"Nr {number:02}")
    client.get(url(exam))
    with CaptureQueriesContext(connection) as few:
        client.get(url(exam))
    for number in range(3, 23):
        sat(exam, people, f"Nr {number:02}")
    with CaptureQueriesContext(connection) as many:
        page = text(client.get(url(exam)))
    assert len(many) == len(few)
    assert page.count("<bdi>Nr ") == 20
    link = f"/admin/proctoring/session/?exam={exam.pk}&amp;look=ended"
    assert f'and <a class="pv-link" href="{link}">3 more</a>' in page
    assert len(client.get(link.replace("&amp;", "&")).context["cl"].result_list) == 23
