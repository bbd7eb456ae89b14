"""Administrators manage the people of their own institution, and nobody beyond."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from exams.models import Membership, User
from tests.admin.conftest import Scene

ADD = "/admin/exams/user/add/"


@pytest.fixture
def administrator(client: Client, scene: Scene) -> Client:
    client.force_login(scene.people.administrator)
    return client


def newcomer(**changed: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"username": "newcomer", "first_name": "New", "last_name": "Comer", "role": "candidate"}
    password = {"usable_password": "true", "password1": "correct horse 9", "password2": "correct horse 9"}
    return data | password | changed


def change(user: User) -> str:
    return f"/admin/exams/user/{user.pk}/change/"


def test_a_new_person_gets_their_first_role(administrator: Client, scene: Scene) -> None:
    answer = administrator.post(ADD, newcomer(institution=scene.people.institution.pk))
    assert answer.status_code == 302
    membership = Membership.objects.get(user__username="newcomer")
    assert (membership.institution, membership.role) == (scene.people.institution, "candidate")


def test_a_role_is_chosen_and_never_given_by_default(administrator: Client, scene: Scene) -> None:
    add = "/admin/exams/membership/add/"
    field = administrator.get(add).context["adminform"].form["role"]
    assert (field.value(), field.field.choices[0][0]) == (None, "")
    data = {"user": scene.people.reviewer.pk, "institution": scene.people.institution.pk, "role": "", "reference": ""}
    assert administrator.post(add, data).status_code == 200
    assert administrator.post(add, data | {"role": "author"}).status_code == 302
    assert set(scene.people.reviewer.memberships.values_list("role", flat=True)) == {"reviewer", "author"}


def test_nobody_is_added_to_another_institution(administrator: Client, scene: Scene) -> None:
    administrator.post(ADD, newcomer(institution=scene.people.other_institution.pk))
    assert not User.objects.filter(username="newcomer").exists()


def test_nobody_makes_a_superuser_but_a_superuser(administrator: Client, scene: Scene) -> None:
    person = scene.people.candidate
    data = {"username": person.username, "is_active": "on", "is_superuser": "on", "is_staff": "on"}
    assert administrator.post(change(person), data).status_code == 302
    person.refresh_from_db()
    assert not person.is_superuser
    administrator.post(ADD, newcomer(institution=scene.people.institution.pk, is_superuser="on"))
    assert not User.objects.get(username="newcomer").is_superuser


def test_people_of_other_institutions_are_not_listed(administrator: Client, scene: Scene) -> None:
    listed = set(administrator.get("/admin/exams/user/").context["cl"].result_list)
    assert scene.people.candidate in listed
    assert scene.people.foreign_candidate not in listed
    assert administrator.get(change(scene.people.foreign_candidate)).status_code == 302


def test_someone_who_also_belongs_elsewhere_can_be_seen_but_not_changed(administrator: Client, scene: Scene) -> None:
    shared = scene.people.candidate
    Membership.objects.create(user=shared, institution=scene.people.other_institution, role="candidate")
    assert administrator.get(change(shared)).status_code == 200
    assert administrator.post(change(shared), {"username": "taken over"}).status_code == 403
    password = {"usable_password": "true", "password1": "correct horse 9", "password2": "correct horse 9"}
    assert administrator.post(f"/admin/exams/user/{shared.pk}/password/", password).status_code == 403


def test_a_superuser_is_not_changed_by_an_administrator(administrator: Client, scene: Scene) -> None:
    Membership.objects.create(user=scene.people.superuser, institution=scene.people.institution, role="proctor")
    assert administrator.post(change(scene.people.superuser), {"username": "x"}).status_code == 403
    assert administrator.get(f"/admin/exams/user/{scene.people.superuser.pk}/password/").status_code == 403


def test_a_role_is_given_only_to_own_people_at_the_own_institution(administrator: Client, scene: Scene) -> None:
    people = scene.people
    url = "/admin/exams/membership/add/"
    mine = {"user": people.candidate.pk, "institution": people.institution.pk, "role": "proctor"}
    administrator.post(url, mine | {"institution": people.other_institution.pk})
    administrator.post(url, mine | {"user": people.foreign_candidate.pk})
    assert Membership.objects.filter(role="proctor", user__in=[people.candidate, people.foreign_candidate]).count() == 0
    assert administrator.post(url, mine).status_code == 302
    assert people.candidate.memberships.filter(role="proctor").exists()


def test_searching_while_typing_finds_only_own_people(administrator: Client, scene: Scene) -> None:
    query = {"app_label": "exams", "model_name": "enrolment", "field_name": "candidate", "term": "stranger"}
    assert administrator.get("/admin/autocomplete/", query).json()["results"] == []


def test_the_staff_flag_follows_the_roles(administrator: Client, scene: Scene) -> None:
    person, url = scene.people.candidate, "/admin/exams/membership/"
    role = {"user": person.pk, "institution": scene.people.institution.pk, "role": "proctor"}
    administrator.post(f"{url}add/", role)
    person.refresh_from_db()
    assert person.is_staff
    given = person.memberships.get(role="proctor")
    administrator.post(f"{url}{given.pk}/delete/", {"post": "yes"})
    person.refresh_from_db()
    assert not person.is_staff
