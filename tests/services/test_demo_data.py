from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from exams.glance import glance
from exams.models import Choice, Enrolment, Exam, Membership, Question, Role, User
from exams.selectors import exams_open_to, questions_of
from exams.services import states
from exams.services.readiness import question_obstacles
from proctoring import selectors
from proctoring.management.commands.demo_data import is_open_to_others

pytestmark = pytest.mark.django_db
README = Path(__file__).resolve().parents[2] / "README.md"


def make() -> str:
    out = StringIO()
    call_command("demo_data", stdout=out)
    return out.getvalue()


def test_the_printed_logins_sign_in() -> None:
    text = make()
    for username in ("admin", "administrator", "proctor", "reviewer", "author", "candidate1"):
        assert username in text
        assert Client().login(username=username, password="demo")


def test_five_candidates_may_sit_the_exams_and_the_proctor_watch_them() -> None:
    make()
    exams = [Exam.objects.get(title="Demo exam"), Exam.objects.get(title="Every kind of question")]
    for candidate in User.objects.filter(username__startswith="cand"):
        assert list(exams_open_to(candidate)) == exams
    assert Enrolment.objects.count() == 10
    assert list(selectors.visible_exams(User.objects.get(username="proctor"))) == exams
    assert exams[0].institution.time_zone == "Europe/Berlin"


def test_each_role_of_the_institution_has_somebody() -> None:
    make()
    held = {role: set(User.objects.filter(memberships__role=role).values_list("username", flat=True)) for role in Role}
    assert len(held.pop(Role.CANDIDATE)) == 5
    assert held == {role: {role.value} for role in held}


def test_the_administrator_of_the_institution_sees_all_of_it_and_is_no_superuser() -> None:
    make()
    administrator = User.objects.get(username="administrator")
    assert not administrator.is_superuser
    assert list(selectors.visible_exams(administrator)) == list(Exam.objects.order_by("pk"))


def test_the_readme_names_everybody_that_the_demo_makes() -> None:
    make()
    told = README.read_text()
    staff = User.objects.exclude(memberships__role=Role.CANDIDATE).values_list("username", flat=True)
    assert [name for name in staff if f"| `{name}` |" not in told] == []
    assert "`candidate1` … `candidate5`" in told


def test_the_first_exam_has_four_questions_that_can_be_asked() -> None:
    make()
    version = Exam.objects.get(title="Demo exam").current_version
    assert version is not None
    assert len(questions_of(version)) == 4
    assert question_obstacles(version) == []


def test_the_second_exam_shows_every_kind_in_two_sections_with_a_pool_to_draw_from() -> None:
    make()
    exam = Exam.objects.get(title="Every kind of question")
    version = exam.current_version
    assert version is not None
    seen = glance(version)
    assert {question.kind for question in questions_of(version)} == set(Question.Kind.values)
    assert (len(seen.sections), seen.size, seen.asked) == (2, 11, 9)
    assert exam.attempts_allowed == 3


def test_a_second_exam_that_was_taken_back_and_changed_is_left_as_it_is() -> None:
    make()
    exam = Exam.objects.get(title="Every kind of question")
    states.withdraw(exam, by=None)
    Question.objects.filter(section__version__exam=exam).delete()
    make()
    assert not Question.objects.filter(section__version__exam=exam).exists()


def test_again_it_changes_nothing_and_keeps_what_was_edited() -> None:
    make()
    Exam.objects.update(duration_minutes=5)
    counted = [model._default_manager.count() for model in (User, Membership, Exam, Question, Choice)]
    assert make() == make()
    assert [model._default_manager.count() for model in (User, Membership, Exam, Question, Choice)] == counted
    assert set(Exam.objects.values_list("duration_minutes", flat=True)) == {5}


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
