"""Who gets which page: every role, at their own institution and at another."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.admin.conftest import Scene

SEEN, REFUSED, NOT_THERE, SENT_HOME = 200, 403, 404, 302

STAFF = ("superuser", "administrator", "author", "proctor", "reviewer")
WATCHERS = ("superuser", "administrator", "proctor", "reviewer")
EDITORS = ("superuser", "administrator", "author")
ADMINISTRATORS = ("superuser", "administrator")

LISTS = {
    "/admin/": STAFF,
    "/admin/proctoring/session/": WATCHERS,
    "/admin/proctoring/event/": WATCHERS,
    "/admin/proctoring/purgerecord/": ADMINISTRATORS,
    "/admin/proctoring/exampolicy/": STAFF,
    "/admin/proctoring/exampolicy/add/": EDITORS,
    "/admin/proctoring/policypreset/": EDITORS,
    "/admin/proctoring/policypreset/add/": (),
    "/admin/exams/exam/": STAFF,
    "/admin/exams/exam/add/": EDITORS,
    "/admin/exams/question/": EDITORS,
    "/admin/exams/question/add/": EDITORS,
    "/admin/exams/user/": EDITORS,
    "/admin/exams/user/add/": ADMINISTRATORS,
    "/admin/exams/membership/": ADMINISTRATORS,
    "/admin/exams/membership/add/": ADMINISTRATORS,
    "/admin/exams/institution/": ADMINISTRATORS,
    "/admin/exams/institution/add/": ("superuser",),
    "/admin/proctoring/session/add/": (),
    "/admin/proctoring/event/add/": (),
    "/admin/proctoring/purgerecord/add/": (),
}
WATCHING_PAGES = (
    "/admin/proctoring/session/wall/{exam}/",
    "/admin/proctoring/session/wall/{exam}/events.json",
    "/admin/proctoring/session/{session}/change/",
    "/admin/proctoring/session/{session}/events.json",
    "/admin/exams/exam/{exam}/exports/",
)


def sign_in(client: Client, scene: Scene, role: str) -> None:
    client.force_login(getattr(scene.people, role))


@pytest.mark.parametrize("url", LISTS)
@pytest.mark.parametrize("role", STAFF)
def test_a_list_or_form_opens_for_its_roles_only(client: Client, scene: Scene, role: str, url: str) -> None:
    sign_in(client, scene, role)
    assert client.get(url).status_code == (SEEN if role in LISTS[url] else REFUSED)


@pytest.mark.parametrize("page", WATCHING_PAGES)
@pytest.mark.parametrize("role", STAFF)
def test_who_watches_sees_their_own_institution(client: Client, scene: Scene, role: str, page: str) -> None:
    sign_in(client, scene, role)
    url = page.format(exam=scene.exam.pk, session=scene.session.pk)
    assert client.get(url).status_code == (SEEN if role in WATCHERS else NOT_THERE)


@pytest.mark.parametrize("page", WATCHING_PAGES)
@pytest.mark.parametrize("role", ["administrator", "author", "proctor", "reviewer"])
def test_another_institution_does_not_exist(client: Client, scene: Scene, role: str, page: str) -> None:
    sign_in(client, scene, role)
    url = page.format(exam=scene.foreign_exam.pk, session=scene.foreign_session.pk)
    assert client.get(url).status_code == NOT_THERE


def test_a_superuser_sees_every_institution(client: Client, scene: Scene) -> None:
    sign_in(client, scene, "superuser")
    assert client.get(f"/admin/proctoring/session/{scene.foreign_session.pk}/change/").status_code == SEEN


@pytest.mark.parametrize("role", ["administrator", "author", "proctor", "reviewer"])
def test_the_exam_of_another_institution_cannot_be_opened(client: Client, scene: Scene, role: str) -> None:
    sign_in(client, scene, role)
    answer = client.get(f"/admin/exams/exam/{scene.foreign_exam.pk}/change/")
    assert (answer.status_code, answer["Location"]) == (SENT_HOME, "/admin/")


def test_a_candidate_is_told_that_the_pages_are_for_staff(client: Client, scene: Scene) -> None:
    sign_in(client, scene, "candidate")
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == REFUSED


def test_nobody_in_particular_is_sent_to_the_ordinary_login(client: Client, scene: Scene) -> None:
    answer = client.get("/admin/proctoring/session/", follow=True)
    assert answer.redirect_chain[-1] == ("/accounts/login/?next=%2Fadmin%2Fproctoring%2Fsession%2F", SENT_HOME)


def test_the_staff_flag_alone_opens_nothing(client: Client, scene: Scene) -> None:
    scene.people.candidate.is_staff = True
    scene.people.candidate.save()
    sign_in(client, scene, "candidate")
    assert client.get("/admin/", follow=True).status_code == REFUSED


def test_a_role_opens_without_the_staff_flag(client: Client, scene: Scene) -> None:
    scene.people.proctor.is_staff = False
    scene.people.proctor.save()
    sign_in(client, scene, "proctor")
    assert client.get("/admin/").status_code == SEEN


def test_a_deactivated_person_is_out(client: Client, scene: Scene) -> None:
    sign_in(client, scene, "proctor")
    scene.people.proctor.is_active = False
    scene.people.proctor.save()
    assert client.get("/admin/").status_code == SENT_HOME


def test_records_cannot_be_changed_or_deleted_even_by_a_superuser(client: Client, scene: Scene) -> None:
    sign_in(client, scene, "superuser")
    assert client.post(f"/admin/proctoring/session/{scene.session.pk}/delete/").status_code == REFUSED
    client.post(f"/admin/proctoring/session/{scene.session.pk}/change/", {"risk_total": 99})
    scene.session.refresh_from_db()
    assert scene.session.risk_total == 0
