"""Administrators invite people to their own institution, several at once, and see what became of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exams.models import Invitation, Role
from exams.services import invitations
from tests import factories
from tests.admin.conftest import Scene

LIST, ADD = "/admin/exams/invitation/", "/admin/exams/invitation/add/"


@pytest.fixture
def administrator(client: Client, scene: Scene) -> Client:
    client.force_login(scene.people.administrator)
    return client


def invite(client: Client, scene: Scene, addresses: str, **changed: Any) -> HttpResponse:
    data = {"institution": scene.people.institution.pk, "role": Role.CANDIDATE, "exam": "", "addresses": addresses}
    return client.post(ADD, data | changed)  # type: ignore[return-value]


def made(scene: Scene, **fields: Any) -> Invitation:
    kind: dict[str, Any] = {"institution": scene.people.institution, "email": "anna@example.org"}
    kind |= {"role": Role.CANDIDATE, "by": None}
    return invitations.invite(**(kind | fields))


def test_several_addresses_are_invited_at_once(administrator: Client, scene: Scene) -> None:
    answer = invite(administrator, scene, "Anna@example.org; ben@example.org\ncleo@example.org, anna@example.org")
    assert answer["Location"] == LIST
    rows = Invitation.objects.order_by("email")
    assert [row.email for row in rows] == ["anna@example.org", "ben@example.org", "cleo@example.org"]
    assert {row.invited_by for row in rows} == {scene.people.administrator}
    assert "3 invitations are on the way" in administrator.get(LIST).content.decode()


def test_every_wrong_address_is_named_and_nothing_is_half_done(administrator: Client, scene: Scene) -> None:
    page = invite(administrator, scene, "anna@example.org\nben@\nnonsense").content.decode()
    assert "“ben@” is no e-mail address" in page
    assert "“nonsense” is no e-mail address" in page
    assert not Invitation.objects.exists()


def test_more_than_a_page_can_do_is_a_rosters_work(administrator: Client, scene: Scene) -> None:
    page = invite(administrator, scene, " ".join(f"p{number}@example.org" for number in range(501))).content.decode()
    assert "use a roster" in page
    assert not Invitation.objects.exists()


def test_who_has_the_role_is_named_and_the_others_are_invited(administrator: Client, scene: Scene) -> None:
    factories.user(email="anna@example.org", role=Role.CANDIDATE, at=scene.people.institution)
    invite(administrator, scene, "anna@example.org ben@example.org")
    assert [row.email for row in Invitation.objects.all()] == ["ben@example.org"]
    assert "have this role already: anna@example.org" in administrator.get(LIST).content.decode()


def test_candidates_are_invited_to_an_exam(administrator: Client, scene: Scene) -> None:
    invite(administrator, scene, "anna@example.org", exam=scene.exam.pk)
    assert Invitation.objects.get().exam == scene.exam
    page = invite(administrator, scene, "ben@example.org", exam=scene.exam.pk, role=Role.PROCTOR).content.decode()
    assert "Only candidates are enrolled" in page


def test_nobody_is_invited_to_another_institution_or_its_exam(administrator: Client, scene: Scene) -> None:
    invite(administrator, scene, "anna@example.org", institution=scene.people.other_institution.pk)
    invite(administrator, scene, "anna@example.org", exam=scene.foreign_exam.pk)
    assert not Invitation.objects.exists()


def test_only_ones_own_are_listed_sent_again_and_revoked(administrator: Client, scene: Scene) -> None:
    own, foreign = made(scene), made(scene, institution=scene.people.other_institution)
    Invitation.objects.update(sent_at=timezone.now())
    assert list(administrator.get(LIST).context["cl"].result_list) == [own]
    assert administrator.get(f"{LIST}{foreign.pk}/change/").status_code == 302
    for action in ("send_again", "revoke"):
        administrator.post(LIST, {"action": action, "_selected_action": [own.pk, foreign.pk]})
    own.refresh_from_db()
    foreign.refresh_from_db()
    assert (own.state, own.sent_at) == (Invitation.State.REVOKED, None)
    assert foreign.state == Invitation.State.SENT


def test_one_that_was_accepted_is_left_as_it_is(administrator: Client, scene: Scene) -> None:
    invitation = made(scene)
    invitations.accept_as_newcomer(invitation=invitation, first_name="A", last_name="B", password=None)
    administrator.post(LIST, {"action": "revoke", "_selected_action": [invitation.pk]})
    invitation.refresh_from_db()
    assert invitation.state == Invitation.State.ACCEPTED
    assert "was accepted already" in administrator.get(LIST).content.decode()


def test_an_invitation_is_read_and_never_rewritten(administrator: Client, scene: Scene) -> None:
    invitation = made(scene)
    url = f"{LIST}{invitation.pk}/change/"
    assert "anna@example.org" in administrator.get(url).content.decode()
    assert administrator.post(url, {"email": "mallory@example.org"}).status_code == 403


@pytest.mark.parametrize("role", ["author", "proctor", "reviewer"])
@pytest.mark.parametrize("url", [LIST, ADD])
def test_others_invite_nobody(client: Client, scene: Scene, role: str, url: str) -> None:
    client.force_login(getattr(scene.people, role))
    assert client.get(url).status_code == 403


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        ("waiting", {}),
        ("sent", {"sent_at": timezone.now()}),
        ("revoked", {"revoked_at": timezone.now()}),
        ("accepted", {"accepted_at": timezone.now()}),
        ("expired", {"expires_at": timezone.now()}),
        ("failed", {"send_error": "no such user"}),
    ],
)
def test_the_list_is_filtered_by_what_became_of_them(
    administrator: Client, scene: Scene, state: str, fields: dict[str, Any]
) -> None:
    made(scene, email="other@example.org", role=Role.AUTHOR)
    Invitation.objects.update(sent_at=timezone.now() if state != "sent" else None)
    wanted = made(scene)
    Invitation.objects.filter(pk=wanted.pk).update(**fields)
    listed = administrator.get(LIST, {"state": state}).context["cl"].result_list
    assert list(listed) == [wanted]
    assert wanted.state == state or state == "failed" or Invitation.objects.get(pk=wanted.pk).state == state


def test_the_list_takes_as_many_queries_for_many(administrator: Client, scene: Scene) -> None:
    counts = []
    for number in range(30):
        made(scene, email=f"p{number}@example.org", by=scene.people.administrator, exam=scene.exam)
        if number in (2, 29):
            with CaptureQueriesContext(connection) as queries:
                administrator.get(LIST)
            counts.append(len(queries))
    assert counts[0] == counts[1]
