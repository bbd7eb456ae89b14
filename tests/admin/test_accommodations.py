"""Accommodations in the admin: granted and revoked by those who may, seen by nobody else, changed by nobody."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from exams.models import Accommodation, Enrolment
from proctoring.models import Session
from tests import factories
from tests.admin.conftest import Scene
from tests.exams.sittings import grant

LIST = "/admin/exams/accommodation/"
REASON = "Recovers from surgery."
QUERIES_OF_LIST = 10


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def filled(scene: Scene, **changes: Any) -> dict[str, Any]:
    data = {
        "institution": scene.people.institution.pk,
        "candidate": scene.people.candidate.pk,
        "exam": "",
        "extra_minutes": 15,
        "time_factor": "1.00",
        "break_minutes": 10,
        "reason": REASON,
    }
    return data | {f"detectors-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")} | changes


@pytest.mark.parametrize("who", ["administrator", "author", "superuser"])
def test_who_may_grant_does_and_is_kept_as_who_did(scene: Scene, who: str) -> None:
    person = getattr(scene.people, who)
    answer = signed_in(person).post(f"{LIST}add/", filled(scene))
    assert answer.status_code == 302, answer.context and answer.context["errors"]
    granted = Accommodation.objects.get()
    assert (granted.granted_by, granted.extra_minutes, granted.break_minutes) == (person, 15, 10)


@pytest.mark.parametrize("who", ["proctor", "reviewer", "candidate", "foreign_administrator"])
def test_others_neither_grant_nor_see_anything(scene: Scene, who: str) -> None:
    granted = grant(scene.people, reason=REASON)
    client = signed_in(getattr(scene.people, who))
    for path in (LIST, f"{LIST}add/", f"{LIST}{granted.pk}/change/", f"{LIST}{granted.pk}/revoke/"):
        answer = client.get(path)
        assert REASON not in answer.content.decode()
        assert scene.people.candidate.display_name not in answer.content.decode() or "add" in path
    answer = client.post(f"{LIST}add/", filled(scene))
    assert Accommodation.objects.count() == 1
    assert client.post(f"{LIST}{granted.pk}/revoke/").status_code in (302, 403, 404)
    granted.refresh_from_db()
    assert granted.revoked_at is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (lambda scene: {"candidate": scene.people.foreign_candidate.pk}, "Select a valid choice."),
        (lambda scene: {"candidate": scene.people.proctor.pk}, "Select a valid choice."),
        (lambda scene: {"institution": scene.people.other_institution.pk}, "Select a valid choice."),
        (lambda scene: {"exam": scene.foreign_exam.pk}, "Select a valid choice."),
        (lambda scene: {"reason": ""}, "This field is required."),
        (lambda scene: {"reason": "   "}, "This field is required."),
        (lambda scene: {"time_factor": "0.5"}, "greater than or equal to 1"),
        (lambda scene: {"time_factor": "9"}, "less than or equal to 5"),
        (lambda scene: {"extra_minutes": "-1"}, "greater than or equal to 0"),
        (lambda scene: {"break_minutes": "99999"}, "less than or equal to 1440"),
        (lambda scene: {"extra_minutes": 0, "break_minutes": 0}, "This would grant nothing."),
    ],
)
def test_what_is_wrong_is_named_and_nothing_granted(scene: Scene, changes: Any, sentence: str) -> None:
    answer = signed_in(scene.people.author).post(f"{LIST}add/", filled(scene, **changes(scene)))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not Accommodation.objects.exists()


def test_a_superuser_cannot_mix_institutions_either(scene: Scene) -> None:
    client = signed_in(scene.people.superuser)
    answer = client.post(f"{LIST}add/", filled(scene, exam=scene.foreign_exam.pk))
    assert "belongs to another institution" in answer.content.decode()
    answer = client.post(f"{LIST}add/", filled(scene, candidate=scene.people.foreign_candidate.pk))
    assert "no candidate of the institution" in answer.content.decode()
    assert not Accommodation.objects.exists()


def test_who_was_enrolled_by_hand_can_be_chosen(scene: Scene) -> None:
    enrolled = factories.user()
    Enrolment.objects.create(exam=scene.exam, candidate=enrolled)
    answer = signed_in(scene.people.author).post(
        f"{LIST}add/", filled(scene, candidate=enrolled.pk, exam=scene.exam.pk)
    )
    assert answer.status_code == 302


def test_what_was_granted_is_never_changed_or_deleted(scene: Scene) -> None:
    granted = grant(scene.people, extra_minutes=10, reason=REASON)
    client = signed_in(scene.people.administrator)
    page = client.get(f"{LIST}{granted.pk}/change/").content.decode()
    assert REASON in page
    assert 'name="extra_minutes"' not in page
    assert 'name="reason"' not in page
    client.post(f"{LIST}{granted.pk}/change/", filled(scene, extra_minutes=99))
    assert client.post(f"{LIST}{granted.pk}/delete/", {"post": "yes"}).status_code == 403
    granted.refresh_from_db()
    assert granted.extra_minutes == 10


def test_revoking_asks_first_and_keeps_the_record(scene: Scene) -> None:
    granted = grant(scene.people, extra_minutes=10, reason=REASON)
    client = signed_in(scene.people.author)
    assert "10 minutes more" in client.get(f"{LIST}{granted.pk}/revoke/").content.decode().lower()
    granted.refresh_from_db()
    assert granted.revoked_at is None
    answer = client.post(f"{LIST}{granted.pk}/revoke/", follow=True)
    assert "Revoked" in answer.content.decode()
    granted.refresh_from_db()
    assert (granted.revoked_at is None, granted.revoked_by) == (False, scene.people.author)


def test_several_are_revoked_from_the_list(scene: Scene) -> None:
    made = [grant(scene.people, extra_minutes=minutes) for minutes in (5, 10)]
    signed_in(scene.people.author).post(
        LIST, {"action": "revoke_chosen", "_selected_action": [each.pk for each in made]}
    )
    assert not Accommodation.objects.filter(revoked_at__isnull=True).exists()


def test_it_acts_at_once_on_an_attempt_that_runs(scene: Scene) -> None:
    attempt = scene.session.attempt
    assert attempt is not None and attempt.started_at is not None
    attempt.deadline = attempt.started_at
    attempt.save()
    signed_in(scene.people.author).post(f"{LIST}add/", filled(scene))
    before = attempt.deadline
    attempt.refresh_from_db()
    assert (attempt.deadline - before).total_seconds() == 900
    assert Session.objects.get(pk=scene.session.pk).accommodated


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_makes_the_same_queries_for_any_number_of_rows(
    scene: Scene, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        grant(scene.people, candidate=(scene.people.candidate, scene.people.other_candidate)[number % 2])
    client = signed_in(scene.people.administrator)
    client.get(LIST)
    with django_assert_num_queries(QUERIES_OF_LIST):
        page = client.get(LIST).content.decode()
    assert page.count("All exams of") == rows


@pytest.mark.parametrize("who", ["proctor", "reviewer"])
def test_those_who_watch_see_that_one_applies_and_not_why(scene: Scene, who: str) -> None:
    grant(scene.people, extra_minutes=10, reason=REASON)
    client = signed_in(getattr(scene.people, who))
    attempt = scene.session.attempt_id
    for path in (f"/admin/proctoring/session/{scene.session.pk}/change/", f"/admin/exams/attempt/{attempt}/change/"):
        page = client.get(path).content.decode()
        assert "accommodation applies" in page.lower()
        assert REASON not in page
    for path in ("export.json?detail=1", "export.csv?detail=1"):
        assert REASON not in client.get(f"/sessions/{scene.session.pk}/{path}").content.decode()
