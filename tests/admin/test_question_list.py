"""The list of questions: what it is narrowed by, and what it asks of the database."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exams import services
from exams.models import Question
from tests import factories
from tests.admin.conftest import Scene
from tests.admin.question_forms import LIST


def found(client: Client, **query: Any) -> set[int]:
    return {question.pk for question in client.get(LIST, query).context["cl"].result_list}


def test_the_list_is_narrowed_by_exam_kind_and_version(author: Client, scene: Scene) -> None:
    old = set(factories.questions(scene.exam).values_list("pk", flat=True))
    draft = services.revise(scene.exam, by=None)
    new = set(Question.objects.filter(section__version=draft).values_list("pk", flat=True))
    other = factories.text_question(scene.draft).pk
    assert found(author) == new | {other}
    assert found(author, exam=scene.exam.pk) == new
    assert found(author, version="published") == old
    assert found(author, version="draft") == new | {other}
    assert found(author, version="all") == old | new | {other}
    assert len(found(author, exam=scene.exam.pk, kind__exact="essay")) == 1
    assert found(author, version="nonsense") == old | new | {other}


def test_lists_and_pages_take_as_many_queries_for_thirty_questions_as_for_three(author: Client, scene: Scene) -> None:
    urls = [LIST, f"/admin/exams/exam/{scene.draft.pk}/questions/", f"/admin/exams/exam/{scene.draft.pk}/change/"]

    def queries(url: str) -> int:
        author.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert author.get(url).status_code == 200
        return len(captured)

    for position in (1, 2, 3):
        factories.choice_question(scene.draft, position=position)
    before = [queries(url) for url in urls]
    for position in range(4, 31):
        factories.choice_question(scene.draft, position=position)
    assert [queries(url) for url in urls] == before
