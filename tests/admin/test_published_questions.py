"""Questions that were published stay as they are, whatever is posted and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from exams.models import Choice, Exam, Pool, Question, Section
from exams.services import states
from tests import factories
from tests.admin.conftest import Scene
from tests.admin.question_forms import LIST, add_url, change_url, form


@dataclass
class Frozen:
    exam: Exam
    section: Section
    pool: Pool
    question: Question
    choice: Choice


@pytest.fixture
def frozen(scene: Scene) -> Frozen:
    question = factories.choice_question(scene.draft)
    section = question.section
    pool = Pool.objects.create(section=section, name="P", draw=1)
    Section.objects.create(version=section.version, position=2)
    factories.choice_question(scene.draft, position=2)
    question.pool = pool
    question.save()
    states.publish(scene.draft, by=None)
    return Frozen(scene.draft, section, pool, question, question.choices.all()[0])


def everything() -> list[list[Any]]:
    return [list(model._default_manager.order_by("pk").values()) for model in (Section, Pool, Question, Choice)]


def attacks(frozen: Frozen) -> dict[str, tuple[str, dict[str, Any]]]:
    question, section, pool, choice = frozen.question, frozen.section, frozen.pool, frozen.choice
    row = {"id": choice.pk, "question": question.pk, "text": "changed"}
    new = [{"text": "a"}, {"text": "b", "correct": "on"}]
    moves = f"/admin/exams/exam/{frozen.exam.pk}/questions/?version=1"
    bulk = {"action": "delete_selected", "post": "yes", "index": "0"}
    return {
        "edit": (change_url(question), form(section, [row], text="changed")),
        "another kind": (change_url(question, "?kind=essay"), form(section, text="changed")),
        "inline": (change_url(question), form(section, [*new])),
        "inline delete": (change_url(question), form(section, [row | {"DELETE": "on"}])),
        "add": (add_url(frozen.exam, "essay"), form(section)),
        "delete": (f"{LIST}{question.pk}/delete/", {"post": "yes"}),
        "action": (LIST, bulk | {"_selected_action": question.pk}),
        "list_editable": (
            LIST,
            {
                "form-TOTAL_FORMS": 1,
                "form-INITIAL_FORMS": 1,
                "form-0-id": question.pk,
                "form-0-points": 9,
                "_save": "1",
            },
        ),
        "question up": (moves, {"question_up": question.pk}),
        "question down": (moves, {"question_down": question.pk}),
        "section down": (moves, {"section_down": section.pk}),
        "put": (moves, {"put": "", "question": question.pk, "to": f"s{section.pk}"}),
        "edit section": (f"/admin/exams/section/{section.pk}/change/", {"title": "changed"}),
        "delete section": (f"/admin/exams/section/{section.pk}/delete/", {"post": "yes"}),
        "add section": (f"/admin/exams/section/add/?version={section.version_id}", {"title": "new"}),
        "edit pool": (f"/admin/exams/pool/{pool.pk}/change/", {"name": "changed", "draw": 2}),
        "delete pool": (f"/admin/exams/pool/{pool.pk}/delete/", {"post": "yes"}),
        "add pool": (f"/admin/exams/pool/add/?section={section.pk}", {"name": "new", "draw": 1}),
        "delete exam": (f"/admin/exams/exam/{frozen.exam.pk}/delete/", {"post": "yes"}),
        "delete exams": ("/admin/exams/exam/", bulk | {"_selected_action": frozen.exam.pk}),
    }


@pytest.mark.parametrize("who", ["author", "administrator", "superuser"])
def test_no_post_changes_published_questions(client: Client, scene: Scene, frozen: Frozen, who: str) -> None:
    client.force_login(getattr(scene.people, who))
    before = everything()
    for name, (url, data) in attacks(frozen).items():
        assert client.post(url, data).status_code in {200, 302, 403, 404}, name
        assert everything() == before, name


def test_the_same_posts_change_a_draft(client: Client, scene: Scene, frozen: Frozen) -> None:
    """Else the test above would pass with addresses that lead nowhere."""
    client.force_login(scene.people.author)
    states.withdraw(frozen.exam, by=None)
    harmless = {
        "inline",
        "inline delete",
        "edit",
        "list_editable",
        "question up",
        "put",
    }  # here no changes, or mistakes
    last = {"delete", "action", "delete section", "delete pool", "delete exam", "delete exams"}
    tried = attacks(frozen)
    for name in [*(set(tried) - harmless - last), "delete"]:
        before = everything()
        client.post(*tried[name])
        assert everything() != before, name


def test_why_a_published_question_is_not_deleted_is_said(author: Client, frozen: Frozen) -> None:
    reason = "was published in version 1, and published questions stay as they are."
    alone = author.get(f"{LIST}{frozen.question.pk}/delete/")
    several = author.post(LIST, {"action": "delete_selected", "_selected_action": frozen.question.pk})
    assert reason in alone.content.decode()
    assert reason in several.content.decode()


def test_a_published_question_is_shown_without_any_field_to_write_into(author: Client, frozen: Frozen) -> None:
    page = author.get(change_url(frozen.question)).content.decode()
    assert "stays as it is" in page
    assert 'name="text"' not in page
    assert 'name="_save"' not in page


def test_a_form_that_was_open_when_the_questions_were_published_is_refused_in_words(
    author: Client, scene: Scene
) -> None:
    question = factories.text_question(scene.draft)
    assert author.get(change_url(question)).status_code == 200
    states.publish(scene.draft, by=None)
    answer = author.post(change_url(question), form(question.section, text="changed"), follow=True)
    assert "These questions were published and stay as they are." in answer.content.decode()
    question.refresh_from_db()
    assert question.text != "changed"
