"""Exams are put together, published and closed by those who write them at their institution."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exams import selectors, services
from exams.models import Exam, Pool, Question, Section
from exams.services import states
from exams.services.states import TRANSITIONS, Step
from tests import factories
from tests.admin.conftest import Scene


def exam_data(**changed: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"title": "Calculus", "duration_minutes": 60}
    data |= {"attempts_allowed": 1, "counting": "best", "afterwards": "score"}
    return data | {"enrolments-TOTAL_FORMS": 0, "enrolments-INITIAL_FORMS": 0} | changed


def test_times_of_an_exam_are_those_of_the_institution(author: Client, scene: Scene) -> None:
    opening = {"opens_at": "2026-01-07T10:00"}
    data = exam_data(institution=scene.people.institution.pk, **opening)
    assert author.post("/admin/exams/exam/add/", data).status_code == 302
    opens_at = Exam.objects.get(title="Calculus").opens_at
    assert opens_at is not None
    assert opens_at.isoformat() == "2026-01-07T09:00:00+00:00"  # Europe/Berlin is an hour ahead in winter


def test_no_exam_is_made_at_another_institution(author: Client, scene: Scene) -> None:
    author.post("/admin/exams/exam/add/", exam_data(institution=scene.people.other_institution.pk))
    assert not Exam.objects.filter(title="Calculus").exists()


def test_only_people_of_the_institution_can_be_enrolled(author: Client, scene: Scene) -> None:
    exam = factories.exam(scene.people.institution, questions=False, title="Empty")
    url = f"/admin/exams/exam/{exam.pk}/change/"
    data = exam_data(institution=exam.institution_id, **{"enrolments-TOTAL_FORMS": 1, "enrolments-0-exam": exam.pk})
    author.post(url, data | {"enrolments-0-candidate": scene.people.foreign_candidate.pk})
    assert not exam.enrolments.exists()
    author.post(url, data | {"enrolments-0-candidate": scene.people.candidate.pk})
    assert exam.enrolments.get().candidate == scene.people.candidate


def test_candidates_are_named_removed_and_never_exchanged(author: Client, scene: Scene) -> None:
    exam = factories.exam(scene.people.institution, candidates=(scene.people.candidate,))
    row = exam.enrolments.get()
    url = f"/admin/exams/exam/{exam.pk}/change/"
    assert scene.people.candidate.display_name in author.get(url).content.decode()
    data = exam_data(**{"enrolments-TOTAL_FORMS": 1, "enrolments-INITIAL_FORMS": 1, "enrolments-0-id": row.pk})
    data |= {"enrolments-0-exam": exam.pk}
    author.post(url, data | {"enrolments-0-candidate": scene.people.other_candidate.pk})
    assert exam.enrolments.get().candidate == scene.people.candidate
    author.post(url, data | {"enrolments-0-DELETE": "on"})
    assert not exam.enrolments.exists()


def test_who_has_begun_stays_enrolled(author: Client, scene: Scene) -> None:
    people = scene.people
    exam = factories.exam(people.institution, candidates=(people.candidate, people.other_candidate))
    services.open_attempt(candidate=people.candidate, exam=exam)
    begun, other = (exam.enrolments.get(candidate=one) for one in (people.candidate, people.other_candidate))
    url = f"/admin/exams/exam/{exam.pk}/change/"
    assert author.get(url).content.decode().count("Has begun") == 1
    rows = {"enrolments-TOTAL_FORMS": 2, "enrolments-INITIAL_FORMS": 2}
    for place, row in enumerate((begun, other)):
        rows |= {f"enrolments-{place}-id": row.pk, f"enrolments-{place}-exam": exam.pk}
    data = exam_data(**rows)
    both = author.post(url, data | {"enrolments-0-DELETE": "on", "enrolments-1-DELETE": "on"})
    assert f"{people.candidate.display_name} has begun the exam and stays enrolled" in both.content.decode()
    assert exam.enrolments.count() == 2
    assert author.post(url, data | {"enrolments-1-DELETE": "on"}).status_code == 302
    assert list(exam.enrolments.all()) == [begun]


def test_who_has_handed_in_is_not_said_to_have_merely_begun(author: Client, scene: Scene) -> None:
    people = scene.people
    exam = factories.exam(people.institution, candidates=(people.candidate, people.other_candidate))
    for candidate in (people.candidate, people.other_candidate):
        services.open_attempt(candidate=candidate, exam=exam)
    attempt = services.start_attempt(attempt=exam.attempts.get(candidate=people.candidate))
    services.submit_attempt(attempt=attempt)
    page = author.get(f"/admin/exams/exam/{exam.pk}/change/").content.decode()
    assert (page.count("Has handed in"), page.count("Has begun")) == (1, 1)


def test_an_exams_page_takes_as_many_queries_for_thirty_candidates_as_for_three(author: Client, scene: Scene) -> None:
    exam = factories.exam(scene.people.institution)
    url = f"/admin/exams/exam/{exam.pk}/change/"

    def queries(candidates: int) -> int:
        while exam.enrolments.count() < candidates:
            exam.enrolments.create(candidate=factories.user(role="candidate", at=scene.people.institution))
        author.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert author.get(url).status_code == 200
        return len(captured)

    assert queries(3) == queries(30)


def test_a_window_shorter_than_the_exam_is_pointed_out_before_publishing(author: Client, scene: Scene) -> None:
    factories.choice_question(scene.draft)
    sentence = "closes before anybody can have had the whole time"
    for minutes, said in ((59, True), (61, False)):
        Exam.objects.filter(pk=scene.draft.pk).update(closes_at=timezone.now() + timedelta(minutes=minutes))
        assert (sentence in author.get(do(scene.draft, "publish")).content.decode()) is said


def test_those_who_watch_see_no_right_answers(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.proctor)
    page = client.get(f"/admin/exams/exam/{scene.exam.pk}/change/").content.decode()
    assert "Which of these is a prime number?" not in page


def test_an_author_here_who_watches_there_changes_nothing_there(client: Client, scene: Scene) -> None:
    both = factories.user(role="author", at=scene.people.institution)
    both.memberships.create(institution=scene.people.other_institution, role="proctor")
    client.force_login(both)
    url = f"/admin/exams/exam/{scene.foreign_exam.pk}/change/"
    assert client.get(url).status_code == 200
    assert client.post(url, exam_data(institution=scene.people.institution.pk)).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": scene.foreign_exam.pk, "post": "yes"}
    client.post("/admin/exams/exam/", chosen)
    assert Exam.objects.filter(pk=scene.foreign_exam.pk).exists()


# ---- from draft to archive ----


def do(exam: Exam, name: str) -> str:
    return f"/admin/exams/exam/{exam.pk}/do/{name}/"


def test_the_state_is_no_field_of_the_form(author: Client, scene: Scene) -> None:
    author.post(
        f"/admin/exams/exam/{scene.draft.pk}/change/",
        exam_data(state="published", title="Changed"),
    )
    scene.draft.refresh_from_db()
    assert (scene.draft.title, scene.draft.state) == ("Changed", "draft")


def test_a_new_exam_leads_to_its_page_and_has_a_draft_to_write_into(author: Client, scene: Scene) -> None:
    answer = author.post("/admin/exams/exam/add/", exam_data(institution=scene.people.institution.pk), follow=True)
    exam = Exam.objects.get(title="Calculus")
    assert answer.redirect_chain[-1][0] == f"/admin/exams/exam/{exam.pk}/change/"
    assert exam.versions.get().sections.count() == 1
    assert f"/admin/exams/exam/{exam.pk}/questions/" in answer.content.decode()


def test_an_exam_is_published_closed_opened_again_and_archived_by_its_buttons(author: Client, scene: Scene) -> None:
    factories.choice_question(scene.draft)
    way = [
        ("publish", "published"),
        ("withdraw", "draft"),
        ("publish", "published"),
        ("close", "closed"),
        ("reopen", "published"),
        ("close", "closed"),
        ("archive", "archived"),
        ("restore", "closed"),
    ]
    for name, state in way:
        page = author.get(f"/admin/exams/exam/{scene.draft.pk}/change/").content.decode()
        assert f'href="{do(scene.draft, name)}"' in page
        assert "What follows" in author.get(do(scene.draft, name)).content.decode()
        author.post(do(scene.draft, name))
        scene.draft.refresh_from_db()
        assert scene.draft.state == state
    history = author.get(f"/admin/exams/exam/{scene.draft.pk}/history/").content.decode()
    assert "Published the exam." in history


@pytest.mark.parametrize("state", Exam.State)
def test_a_page_offers_the_steps_of_its_state_and_no_other(author: Client, scene: Scene, state: Exam.State) -> None:
    Exam.objects.filter(pk=scene.exam.pk).update(state=state)
    page = author.get(f"/admin/exams/exam/{scene.exam.pk}/change/").content.decode()
    offered = set(re.findall(r'data-action="([a-z-]+)"', page))
    assert offered == {step.value for step, way in TRANSITIONS.items() if way.source == state}


@pytest.mark.parametrize("name", [*Step, "publish-changes", "discard-changes"])
def test_a_step_that_the_state_does_not_allow_says_so(author: Client, scene: Scene, name: str) -> None:
    value = name.value if isinstance(name, Step) else name
    state = TRANSITIONS[name].target if isinstance(name, Step) else Exam.State.DRAFT
    Exam.objects.filter(pk=scene.exam.pk).update(state=state)
    for answer in (author.get(do(scene.exam, value), follow=True), author.post(do(scene.exam, value), follow=True)):
        assert "The exam is" in str([str(message) for message in answer.context["messages"]])
    assert Exam.objects.get(pk=scene.exam.pk).state == state


def test_what_stands_in_the_way_is_listed_with_links_and_nothing_is_published(author: Client, scene: Scene) -> None:
    question = factories.choice_question(scene.draft)
    question.choices.update(correct=False)
    link = f'href="/admin/exams/question/{question.pk}/change/"'
    assert link in author.get(f"/admin/exams/exam/{scene.draft.pk}/change/").content.decode()
    page = author.get(do(scene.draft, "publish")).content.decode()
    assert link in page
    assert "none is marked right" in page
    assert 'id="confirm"' not in page
    assert author.post(do(scene.draft, "publish")).status_code == 422
    assert Exam.objects.get(pk=scene.draft.pk).state == Exam.State.DRAFT


def test_changing_published_questions_makes_a_version_to_be_published_or_discarded(
    author: Client, scene: Scene
) -> None:
    url = f"/admin/exams/exam/{scene.exam.pk}/revise/"
    assert author.post(url)["Location"] == f"/admin/exams/exam/{scene.exam.pk}/questions/?version=2"
    author.post(do(scene.exam, "discard-changes"))
    assert scene.exam.versions.count() == 1
    author.post(url)
    author.post(do(scene.exam, "publish-changes"))
    assert scene.exam.current_version is not None
    assert scene.exam.current_version.number == 2


def test_an_archived_exam_changes_in_nothing(author: Client, scene: Scene) -> None:
    Exam.objects.filter(pk=scene.exam.pk).update(state=Exam.State.ARCHIVED)
    url = f"/admin/exams/exam/{scene.exam.pk}/change/"
    row = {"enrolments-TOTAL_FORMS": 1, "enrolments-0-exam": scene.exam.pk}
    data = exam_data(**row, **{"enrolments-0-candidate": scene.people.author.pk})
    assert 'name="title"' not in author.get(url).content.decode()
    assert author.post(url, data).status_code == 403
    author.post(f"/admin/exams/exam/{scene.exam.pk}/revise/")
    exam = Exam.objects.get(pk=scene.exam.pk)
    assert (exam.title, exam.enrolments.count(), exam.versions.count()) == ("Algebra", 2, 1)


def test_the_order_of_questions_stays_once_somebody_has_begun(author: Client, scene: Scene) -> None:
    author.post(f"/admin/exams/exam/{scene.exam.pk}/change/", exam_data(title="Algebra", shuffle_questions="on"))
    assert not Exam.objects.get(pk=scene.exam.pk).shuffle_questions  # scene.session has an attempt
    author.post(f"/admin/exams/exam/{scene.draft.pk}/change/", exam_data(shuffle_questions="on"))
    assert Exam.objects.get(pk=scene.draft.pk).shuffle_questions


def test_an_exam_is_copied(author: Client, scene: Scene) -> None:
    url = f"/admin/exams/exam/{scene.exam.pk}/duplicate/"
    assert 'value="Copy of Algebra"' in author.get(url).content.decode()
    assert author.post(url, {"title": ""}).status_code == 200
    author.post(url, {"title": "Algebra, second try"})
    copy = Exam.objects.get(title="Algebra, second try")
    assert (copy.state, copy.institution) == ("draft", scene.people.institution)
    assert factories.questions(copy).count() == 2


@pytest.mark.parametrize("state", [Exam.State.PUBLISHED, Exam.State.CLOSED, Exam.State.ARCHIVED])
def test_only_a_draft_is_deleted_and_why_is_said(author: Client, scene: Scene, state: Exam.State) -> None:
    exam = factories.exam(scene.people.institution, state=state, title="Kept")
    page = author.post(f"/admin/exams/exam/{exam.pk}/delete/", {"post": "yes"}).content.decode()
    assert f"“Kept” is {state.label.lower()}. Only a draft is deleted; archive it instead." in page
    author.post("/admin/exams/exam/", {"action": "delete_selected", "_selected_action": exam.pk, "post": "yes"})
    assert Exam.objects.filter(pk=exam.pk).exists()


def test_a_draft_is_deleted_with_its_questions_and_older_versions(author: Client, scene: Scene) -> None:
    exam = factories.exam(scene.people.institution)
    services.revise(exam, by=None)
    services.publish_changes(exam, by=None)
    states.withdraw(exam, by=None)
    author.post(f"/admin/exams/exam/{exam.pk}/delete/", {"post": "yes"})
    assert not Exam.objects.filter(pk=exam.pk).exists()


PAGES = ["questions/", "do/publish/", "duplicate/"]


@pytest.mark.parametrize("page", [*PAGES, "do/nonsense/", "revise/"])
@pytest.mark.parametrize("name", ["proctor", "reviewer", "foreign_administrator"])
def test_pages_around_an_exam_do_not_exist_for_those_who_do_not_write_it(
    client: Client, scene: Scene, name: str, page: str
) -> None:
    client.force_login(getattr(scene.people, name))
    url = f"/admin/exams/exam/{scene.draft.pk}/{page}"
    assert client.post(url).status_code == 404
    assert client.get(url).status_code in {404, 405}
    assert Exam.objects.get(pk=scene.draft.pk).versions.count() == 1


# ---- the page of the questions ----


@dataclass
class Paper:
    exam: Exam
    url: str

    def texts(self) -> list[str]:
        return [question.text for question in selectors.questions_of(self.exam.versions.get())]


@pytest.fixture
def paper(scene: Scene) -> Paper:
    section = factories.section(scene.draft)
    for position, text in enumerate("abc", start=1):
        Question.objects.create(section=section, position=position, kind="essay", text=text)
    return Paper(scene.draft, f"/admin/exams/exam/{scene.draft.pk}/questions/")


def test_questions_move_by_buttons_and_the_page_comes_back_to_the_one_pressed(author: Client, paper: Paper) -> None:
    last = factories.questions(paper.exam).get(text="c")
    answer = author.post(paper.url, {"question_up": last.pk})
    assert answer["Location"] == f"{paper.url}?version=1#question_up-{last.pk}"
    assert paper.texts() == ["a", "c", "b"]
    author.post(paper.url, {"question_down": last.pk})
    assert paper.texts() == ["a", "b", "c"]


def test_sections_move_by_buttons(author: Client, paper: Paper) -> None:
    section = Section.objects.create(version=paper.exam.versions.get(), position=2)
    Question.objects.create(section=section, kind="essay", text="z")
    author.post(paper.url, {"section_up": section.pk})
    assert paper.texts() == ["z", "a", "b", "c"]


def test_ticked_questions_go_into_a_pool(author: Client, paper: Paper) -> None:
    pool = Pool.objects.create(section=factories.section(paper.exam), name="P", draw=1)
    chosen = list(factories.questions(paper.exam).exclude(text="a").values_list("pk", flat=True))
    author.post(paper.url, {"put": "", "question": chosen, "to": f"p{pool.pk}"})
    assert set(pool.questions.values_list("pk", flat=True)) == set(chosen)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [({"put": "", "to": "s1"}, "Tick the questions"), ({"put": "", "question": "first"}, "Choose where")],
)
def test_what_is_missing_for_a_move_is_said(author: Client, paper: Paper, data: dict[str, Any], sentence: str) -> None:
    if "question" in data:
        data = data | {"question": factories.questions(paper.exam)[0].pk}
    answer = author.post(paper.url, data, follow=True)
    assert sentence in answer.content.decode()


@pytest.mark.parametrize("to", ["s0", "p0", "x", "s", "p" + "9" * 30])
def test_questions_are_not_moved_to_what_is_not_there(author: Client, paper: Paper, to: str) -> None:
    question = factories.questions(paper.exam)[0]
    assert author.post(paper.url, {"put": "", "question": question.pk, "to": to}).status_code == 404


def test_questions_of_other_exams_are_not_moved(author: Client, scene: Scene, paper: Paper) -> None:
    foreign = factories.questions(scene.foreign_exam)[0].pk
    assert author.post(paper.url, {"question_up": foreign}).status_code == 404
    assert author.post(paper.url, {"section_up": factories.section(scene.foreign_exam).pk}).status_code == 404
    assert author.post(paper.url, {}).status_code == 404


def test_each_version_is_shown_and_one_that_is_not_there_is_not(author: Client, scene: Scene) -> None:
    services.revise(scene.exam, by=None)
    url = f"/admin/exams/exam/{scene.exam.pk}/questions/"
    assert 'data-version="2"' in author.get(url).content.decode()
    assert 'data-frozen="true"' in author.get(f"{url}?version=1").content.decode()
    for wanted in ("3", "0", "x", "1%00"):
        assert author.get(f"{url}?version={wanted}").status_code == 404


def test_sections_and_pools_are_added_changed_and_deleted(author: Client, paper: Paper) -> None:
    version = paper.exam.versions.get()
    author.post(f"/admin/exams/section/add/?version={version.pk}", {"title": "Proofs", "text": ""})
    section = version.sections.get(title="Proofs")
    assert section.position == 2
    author.post(f"/admin/exams/pool/add/?section={section.pk}", {"name": "Hard", "draw": 1})
    again = author.post(f"/admin/exams/pool/add/?section={section.pk}", {"name": "Hard", "draw": 1})
    assert "already has a pool called “Hard”" in again.content.decode()
    pool = section.pools.get()
    answer = author.post(f"/admin/exams/pool/{pool.pk}/change/", {"name": "Hard", "draw": 2})
    assert answer["Location"] == f"{paper.url}?version=1#section-{section.pk}"
    Question.objects.create(section=section, pool=pool, kind="essay", text="p")
    author.post(f"/admin/exams/pool/{pool.pk}/delete/", {"post": "yes"})
    assert paper.texts() == ["a", "b", "c", "p"]
    author.post(f"/admin/exams/section/{section.pk}/delete/", {"post": "yes"})
    assert paper.texts() == ["a", "b", "c"]


@pytest.mark.parametrize("part", ["section/add/?version={}", "pool/add/?section={}"])
def test_no_part_is_added_to_another_institutions_exam_or_to_none(author: Client, scene: Scene, part: str) -> None:
    foreign = factories.exam(scene.people.other_institution, state=Exam.State.DRAFT)
    pk = foreign.versions.get().pk if part.startswith("section") else factories.section(foreign).pk
    for key in (pk, "", "x", "9" * 30):
        assert (
            author.post(f"/admin/exams/{part.format(key)}", {"title": "t", "name": "n", "draw": 1}).status_code == 404
        )
