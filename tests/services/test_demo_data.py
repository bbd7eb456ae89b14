from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from exams.models import Choice, Exam, Membership, Question, User
from exams.selectors import exams_open_to
from proctoring import selectors
from proctoring.management.commands.demo_data import is_open_to_others

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


@pytest.mark.parametrize(
    ("host", "others"), [("0.0.0.0", True), ("::", True), ("127.0.0.1", False), ("localhost", False)]
)
def test_the_demo_password_is_warned_of_where_others_can_reach_it(host: str, others: bool) -> None:
    assert not is_open_to_others(host)
    make()
    assert is_open_to_others(host) is others
    admin = User.objects.get(username="admin")
    admin.set_password("another one, that nobody knows")
    admin.save()
    assert not is_open_to_others(host)
