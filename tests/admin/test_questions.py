"""Questions are written by those of their institution, in a form for each kind."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from exams.admin.kinds import KIND_FORMS
from exams.item_of import item_of
from exams.items import ItemChoice, Kind
from exams.models import Exam, Pool, Question, Section
from tests import factories
from tests.admin.conftest import Scene
from tests.admin.question_forms import ADD, LIST, OPTIONS, RIGHT, add_url, change_url, form


@pytest.mark.parametrize("kind", Kind)
def test_a_question_of_each_kind_is_written(author: Client, scene: Scene, kind: Kind) -> None:
    section = factories.section(scene.draft)
    answer = author.post(add_url(scene.draft, kind.value), form(section, **RIGHT[kind]))
    question = Question.objects.get(text="Which?")
    assert (question.kind, question.section) == (kind.value, section)
    assert question.choices.count() == len(RIGHT[kind].get("choices", []))
    assert answer["Location"] == f"/admin/exams/exam/{scene.draft.pk}/questions/?version=1#question-{question.pk}"


@pytest.mark.parametrize("kind", Kind)
def test_a_form_has_the_fields_of_its_kind_alone(author: Client, scene: Scene, kind: Kind) -> None:
    page = author.get(add_url(scene.draft, kind.value))
    fields = set(page.context["adminform"].form.fields)
    specific = {"number", "tolerance", "case_sensitive", "guidance", "penalty", "shuffle"}
    wanted = KIND_FORMS[kind]
    assert fields & specific == set(wanted.answer + wanted.marking) & specific
    assert "kind" not in fields
    assert bool(page.context["inline_admin_formsets"]) is ("choices" in RIGHT[kind])


@pytest.mark.parametrize(
    ("kind", "fields", "field", "sentence"),
    [
        ("single_choice", {"choices": []}, "choices", "A single choice needs two options or more."),
        ("single_choice", {"choices": OPTIONS[:1] * 2}, "choices", "none is marked right"),
        ("single_choice", {"choices": OPTIONS[1:] * 2}, "choices", "2 are marked right"),
        ("multiple_choice", {"choices": OPTIONS[:1] * 2}, "choices", "needs one right option or more"),
        ("multiple_choice", {"choices": [*OPTIONS, {"correct": "on"}]}, "choices-2-text", "Choice 3 has no text."),
        ("numeric", {}, "number", "needs the right number"),
        ("numeric", {"number": "x"}, "number", "Enter a number."),
        ("numeric", {"number": "1", "tolerance": "-1"}, "tolerance", "0"),
        ("short_text", {"choices": []}, "choices", "needs one accepted answer or more"),
        ("essay", {"text": "  "}, "text", "required"),
        ("essay", {"points": "-1"}, "points", "0"),
        ("essay", {"points": "9" * 6}, "points", "5 digits before the decimal point"),
        ("essay", {"text": "a\0b"}, "text", "Null characters"),
        ("essay", {"text": "x" * 20_001}, "text", "20000"),
        ("matching", {"choices": [{"text": "a", "match": "A"}]}, "choices", "needs two pairs or more"),
        (
            "matching",
            {"choices": [*RIGHT[Kind.MATCHING]["choices"], {"text": "c"}]},
            "choices-3-match",
            "Pair 4 has no right-hand side.",
        ),
        ("ordering", {"choices": [{"text": "one"}]}, "choices", "needs two items or more"),
        ("ordering", {"choices": [], "place": "s0"}, "place", "Choose a section or a pool of this exam."),
    ],
)
def test_what_cannot_be_asked_is_refused_at_its_field(
    author: Client, scene: Scene, kind: str, fields: dict[str, Any], field: str, sentence: str
) -> None:
    if "choices" not in fields and "choices" in RIGHT[Kind(kind)]:
        fields = {"choices": RIGHT[Kind(kind)]["choices"]} | fields
    answer = author.post(add_url(scene.draft, kind), form(factories.section(scene.draft), **fields))
    assert answer.status_code == 200
    assert not factories.questions(scene.draft).exists()
    errors = dict(answer.context["adminform"].form.errors)
    for inline in answer.context["inline_admin_formsets"]:
        errors["choices"] = inline.formset.non_form_errors()
        for row in inline.formset.forms:
            errors |= {f"{row.prefix}-{name}": messages for name, messages in row.errors.items()}
    assert sentence.rstrip(".") in " ".join(map(str, errors[field]))


def test_where_and_which_kind_are_asked_first(author: Client, scene: Scene) -> None:
    page = author.get(f"{ADD}?exam={scene.draft.pk}&place=s1").content.decode()
    for kind in Kind:
        assert f'name="kind" value="{kind.value}"' in page
    anywhere = author.get(ADD).content.decode()
    assert "Calculus I" in anywhere
    assert "Algebra" not in anywhere  # published
    assert "Botany" not in anywhere


def test_rows_stand_in_the_order_of_their_numbers_those_without_one_last(author: Client, scene: Scene) -> None:
    rows = [
        {"text": "c", "position": "3"},
        {"text": "a", "position": "1"},
        {"text": "d"},
        {"text": "b", "position": "2"},
    ]
    author.post(add_url(scene.draft, "ordering"), form(factories.section(scene.draft), rows))
    question = Question.objects.get(text="Which?")
    assert list(question.choices.values_list("text", "position")) == [("a", 1), ("b", 2), ("c", 3), ("d", 4)]


def test_rows_nobody_wrote_into_are_left_out_even_when_dragging_numbered_them(author: Client, scene: Scene) -> None:
    rows = [{"text": "a", "position": "0"}, {"text": "b", "position": "1"}, {"text": "", "position": "2"}]
    author.post(add_url(scene.draft, "ordering"), form(factories.section(scene.draft), rows))
    assert Question.objects.get(text="Which?").choices.count() == 2


def test_a_question_is_changed_with_its_options(author: Client, scene: Scene) -> None:
    question = factories.choice_question(scene.draft)
    first, right, last = question.choices.all()
    rows: list[dict[str, Any]] = [
        {"id": first.pk, "question": question.pk, "text": "27", "position": "3"},
        {"id": right.pk, "question": question.pk, "text": "29", "position": "1", "correct": "on"},
        {"id": last.pk, "question": question.pk, "text": "25", "position": "2", "DELETE": "on"},
        {"text": "31"},
    ]
    answer = author.post(change_url(question), form(question.section, rows, points="2.5", text="New?"))
    assert answer.status_code == 302
    item = item_of(Question.objects.get(pk=question.pk))
    assert (item.text, item.points) == ("New?", Decimal("2.5"))
    assert item.choices == (ItemChoice("29", correct=True), ItemChoice("27"), ItemChoice("31"))


def test_a_question_is_made_one_of_another_kind_and_nothing_of_the_old_is_left(author: Client, scene: Scene) -> None:
    question = factories.choice_question(scene.draft)
    answer = author.post(change_url(question, "?kind=numeric"), form(question.section, number="23"))
    assert answer.status_code == 302
    question.refresh_from_db()
    assert (question.kind, question.number, question.choices.count()) == ("numeric", Decimal(23), 0)
    author.post(change_url(question, "?kind=essay"), form(question.section, guidance="g"))
    question.refresh_from_db()
    assert (question.kind, question.number) == ("essay", None)


def test_a_question_goes_into_a_pool_and_to_another_section(author: Client, scene: Scene) -> None:
    question = factories.text_question(scene.draft)
    section = Section.objects.create(version=question.section.version, position=2)
    pool = Pool.objects.create(section=section, name="P", draw=1)
    author.post(change_url(question), form(section, place=f"p{pool.pk}", position="1"))
    question.refresh_from_db()
    assert (question.section, question.pool) == (section, pool)


def test_adding_another_goes_on_with_the_same_place_and_kind(author: Client, scene: Scene) -> None:
    section = factories.section(scene.draft)
    answer = author.post(add_url(scene.draft, "essay"), form(section, _addanother="1"))
    assert answer["Location"] == f"{ADD}?exam={scene.draft.pk}&kind=essay&place=s{section.pk}"


def test_no_question_is_put_into_a_foreign_exam(author: Client, scene: Scene) -> None:
    foreign = factories.exam(scene.people.other_institution, state=Exam.State.DRAFT, questions=False)
    data = form(factories.section(foreign), OPTIONS)
    assert author.post(add_url(foreign), data).status_code == 404
    answer = author.post(add_url(scene.draft), data)
    assert "Choose a section or a pool of this exam." in answer.content.decode()
    assert not Question.objects.filter(text="Which?").exists()


def test_no_question_is_added_to_a_published_exam(author: Client, scene: Scene) -> None:
    answer = author.post(add_url(scene.exam), form(factories.section(scene.exam), OPTIONS))
    assert answer["Location"] == f"/admin/exams/exam/{scene.exam.pk}/change/"
    assert not Question.objects.filter(text="Which?").exists()


@pytest.mark.parametrize("name", ["proctor", "reviewer", "candidate", "foreign_administrator"])
def test_only_those_who_write_the_exam_read_its_questions(client: Client, scene: Scene, name: str) -> None:
    question = factories.questions(scene.exam)[0]
    client.force_login(getattr(scene.people, name))
    for url in (change_url(question), f"/admin/exams/exam/{scene.exam.pk}/questions/"):
        answer = client.get(url)
        assert answer.status_code in {302, 403, 404}
        assert question.text not in answer.content.decode()


def test_the_preview_shows_what_is_being_written_and_saves_nothing(author: Client, scene: Scene) -> None:
    data = form(factories.section(scene.draft), [{"text": "**2**", "correct": "on"}, {"text": "<script>"}])
    page = author.post(f"{LIST}preview/", data | {"kind": "single_choice", "text": "A *word*"}).content.decode()
    assert "<em>word</em>" in page
    assert "<strong>2</strong>" in page
    assert "<script>" not in page
    assert not factories.questions(scene.draft).exists()


@pytest.mark.parametrize(
    "data",
    [{}, {"kind": "x"}, {"kind": "ordering", "choices-TOTAL_FORMS": "9" * 30}, {"kind": "numeric", "number": "²"}],
)
def test_a_preview_of_nonsense_breaks_nothing(author: Client, data: dict[str, str]) -> None:
    assert author.post(f"{LIST}preview/", data).status_code == 200


def test_those_who_write_no_exams_get_no_preview(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.proctor)
    assert client.post(f"{LIST}preview/", {"text": "a"}).status_code == 403
