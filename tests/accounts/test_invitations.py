"""Inviting people, and what becomes of the link."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from exams.models import Invitation, Role, User
from exams.services import invitations
from exams.services.invitations import AccountExists, AlreadyThere, InvitationClosed, InvitationRefused
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough one"


def invited(email: str = "anna@example.org", *, role: str = Role.CANDIDATE, **fields: Any) -> Invitation:
    place = factories.institution()
    invitation = invitations.invite(institution=place, email=email, role=role, by=None)
    Invitation.objects.filter(pk=invitation.pk).update(**fields)
    invitation.refresh_from_db()
    return invitation


def accept_anew(invitation: Invitation) -> User:
    return invitations.accept_as_newcomer(
        invitation=invitation, first_name="Anna", last_name="Larsson", password=PASSWORD
    )


def test_the_link_leads_back_to_the_invitation() -> None:
    invitation = invited()
    assert invitations.invitation_of(invitations.token_of(invitation)) == invitation


@pytest.mark.parametrize("spoil", [lambda token: token[:-1], lambda token: "x" + token, lambda token: ""])
def test_a_link_that_was_changed_leads_nowhere(spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(Invitation.DoesNotExist):
        invitations.invitation_of(spoil(invitations.token_of(invited())))


@pytest.mark.parametrize("role", Role.values)
def test_a_newcomer_gets_an_account_and_the_role(role: str) -> None:
    invitation = invited(role=role)
    user = accept_anew(invitation)
    assert (user.username, user.email, user.display_name) == ("anna@example.org", "anna@example.org", "Anna Larsson")
    assert user.check_password(PASSWORD)
    assert [(held.role, held.institution) for held in user.memberships.all()] == [(role, invitation.institution)]
    assert user.is_staff is (role != Role.CANDIDATE)
    invitation.refresh_from_db()
    assert (invitation.accepted_by, invitation.state) == (user, Invitation.State.ACCEPTED)


def test_a_candidate_is_enrolled_in_the_exam_they_were_invited_to() -> None:
    exam = factories.exam()
    invitation = invitations.invite(
        institution=exam.institution, email="a@example.org", role=Role.CANDIDATE, by=None, exam=exam
    )
    user = accept_anew(invitation)
    assert exam.enrolments.get().candidate == user


def test_an_invitation_is_accepted_once() -> None:
    invitation = invited()
    accept_anew(invitation)
    with pytest.raises(InvitationClosed):
        invitations.accept(invitation=invitation, user=factories.user())


@pytest.mark.parametrize("closed", ["accepted_at", "revoked_at", "expires_at"])
def test_what_was_accepted_revoked_or_expired_is_not_accepted(closed: str) -> None:
    over: dict[str, Any] = {closed: timezone.now() - timedelta(seconds=1)}
    invitation = invited(**over)
    with pytest.raises(InvitationClosed):
        accept_anew(invitation)
    assert not User.objects.exists()


@pytest.mark.parametrize("active", [True, False])
def test_no_second_account_is_made_for_an_address(active: bool) -> None:
    factories.user(email="Anna@Example.org", is_active=active)
    with pytest.raises(AccountExists):
        accept_anew(invited())


def test_inviting_again_renews_the_open_invitation() -> None:
    first = invited(sent_at=timezone.now(), expires_at=timezone.now() + timedelta(hours=1), send_attempts=3)
    again = invitations.invite(institution=first.institution, email="ANNA@example.org ", role=first.role, by=None)
    assert again.pk == first.pk
    assert (again.state, again.send_attempts) == (Invitation.State.WAITING, 0)
    assert again.expires_at > timezone.now() + timedelta(days=13)


def test_an_expired_one_is_left_and_another_is_made() -> None:
    old = invited(expires_at=timezone.now() - timedelta(days=1))
    new = invitations.invite(institution=old.institution, email=old.email, role=old.role, by=None)
    assert new.pk != old.pk


def test_a_revoked_one_is_not_sent_again() -> None:
    invitation = invitations.revoke(invitation=invited())
    with pytest.raises(InvitationClosed):
        invitations.renew(invitation=invitation)


def test_an_accepted_one_is_not_revoked() -> None:
    invitation = invited()
    accept_anew(invitation)
    with pytest.raises(InvitationClosed):
        invitations.revoke(invitation=invitation)


def test_who_has_the_role_already_is_not_invited() -> None:
    place = factories.institution()
    factories.user(email="Anna@example.org", role=Role.PROCTOR, at=place)
    with pytest.raises(AlreadyThere, match="is proctor at"):
        invitations.invite(institution=place, email="anna@example.org", role=Role.PROCTOR, by=None)
    assert invitations.invite(institution=place, email="anna@example.org", role=Role.AUTHOR, by=None)


def test_a_candidate_is_invited_to_an_exam_they_are_not_yet_enrolled_in() -> None:
    exam = factories.exam()
    candidate = factories.user(email="anna@example.org", role=Role.CANDIDATE, at=exam.institution)
    kind: dict[str, Any] = {
        "institution": exam.institution,
        "email": "anna@example.org",
        "role": Role.CANDIDATE,
        "by": None,
    }
    invitation = invitations.invite(**kind, exam=exam)
    invitations.accept(invitation=invitation, user=candidate)
    with pytest.raises(AlreadyThere, match="is enrolled in"):
        invitations.invite(**kind, exam=exam)


def test_the_exam_must_be_the_institutions() -> None:
    with pytest.raises(InvitationRefused, match="is no exam of"):
        invitations.invite(
            institution=factories.institution(),
            email="a@example.org",
            role=Role.CANDIDATE,
            by=None,
            exam=factories.exam(),
        )


def test_staff_are_not_invited_to_sit_an_exam() -> None:
    exam = factories.exam()
    with pytest.raises(InvitationRefused, match="Only candidates"):
        invitations.invite(institution=exam.institution, email="a@example.org", role=Role.PROCTOR, by=None, exam=exam)


@pytest.mark.parametrize("address", ["", "anna", "anna@", "a b@example.org", "a@example.org\nBcc: b@example.org"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InvitationRefused, match="is no e-mail address"):
        invitations.invite(institution=factories.institution(), email=address, role=Role.CANDIDATE, by=None)


def test_a_taken_name_gets_a_number() -> None:
    factories.user("Anna@example.org")
    assert accept_anew(invited()).username == "anna@example.org.2"


def test_an_address_with_letters_no_user_name_may_have_still_makes_one() -> None:
    assert accept_anew(invited("an/na!x@example.org")).username == "annax@example.org"
