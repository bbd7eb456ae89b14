"""Who holds which role where."""

from __future__ import annotations

from exams.models import Institution, Membership, Role, User

STAFF: frozenset[str] = frozenset({Role.ADMINISTRATOR, Role.AUTHOR, Role.PROCTOR, Role.REVIEWER})


def follow_roles(user: User) -> None:
    """The staff flag only decides which links a person is shown; what they may do follows from the roles themselves."""
    staff = user.is_superuser or user.memberships.filter(role__in=STAFF).exists()
    if user.is_staff != staff:
        user.is_staff = staff
        user.save(update_fields=["is_staff"])


def give_role(*, user: User, institution: Institution, role: str) -> Membership:
    """Giving it again changes nothing."""
    membership, _ = Membership.objects.get_or_create(user=user, institution=institution, role=role)
    follow_roles(user)
    return membership
