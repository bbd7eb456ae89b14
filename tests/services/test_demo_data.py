from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from exams.models import Choice, Exam, Membership, Question, User
from exams.selectors import exams_open_to
from proctoring import selectors

pytestmark = pytest.mark.django_db


def make() -> str:
    out = StringIO()
    call_command("demo_data", stdout=out)
    return out.getvalue()


def test_the_printed_logins_sign_in() -> None:
    text = make()
    for username in ("admin", "proctor", "reviewer", "author", "candidate1"):
        assert username in text
        assert Client().login(username=username, password="demo")


def test_five_candidates_may_sit_the_exam_and_the_proctor_watch_it() -> None:
    make()
    exam = Exam.objects.get(title="Demo exam")
    assert [list(exams_open_to(candidate)) for candidate in User.objects.filter(username__startswith="cand")] == [
        [exam]
    ] * 5
    assert list(selectors.visible_exams(User.objects.get(username="proctor"))) == [exam]
    assert exam.institution.time_zone == "Europe/Berlin"


def test_each_choice_question_has_one_right_answer() -> None:
    make()
    assert Question.objects.count() == 4
    for question in Question.objects.filter(kind=Question.Kind.SINGLE_CHOICE):
        assert question.choices.filter(correct=True).count() == 1


def test_again_it_changes_nothing_and_keeps_what_was_edited() -> None:
    make()
    Exam.objects.update(duration_minutes=5)
    counted = [model._default_manager.count() for model in (User, Membership, Exam, Question, Choice)]
    assert make() == make()
    assert [model._default_manager.count() for model in (User, Membership, Exam, Question, Choice)] == counted
    assert Exam.objects.get().duration_minutes == 5
