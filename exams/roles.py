"""Which roles open what, and what a request's user holds. For the admin and the API alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exams.models import Membership, Role
from exams.services.roles import STAFF as STAFF

WATCHERS: frozenset[str] = frozenset({Role.ADMINISTRATOR, Role.PROCTOR, Role.REVIEWER})
EDITORS: frozenset[str] = frozenset({Role.ADMINISTRATOR, Role.AUTHOR})
ADMINISTRATORS: frozenset[str] = frozenset({Role.ADMINISTRATOR})


def roles_by_institution(request: Any) -> Mapping[int, frozenset[str]]:
    """The signed-in person's roles by institution id; asked of the database once a request."""
    known: Mapping[int, frozenset[str]] | None = getattr(request, "_roles_by_institution", None)
    if known is None:
        found: dict[int, set[str]] = {}
        if request.user.is_authenticated:
            rows = Membership.objects.filter(user_id=request.user.pk).values_list("institution_id", "role")
            for institution_id, role in rows:
                found.setdefault(institution_id, set()).add(role)
        known = {institution_id: frozenset(roles) for institution_id, roles in found.items()}
        request._roles_by_institution = known
    return known


def is_superuser(request: Any) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)


def institution_ids(request: Any, roles: frozenset[str]) -> list[int]:
    """Institutions in which the signed-in person has one of ``roles``. Superusers: see ``has_role``."""
    return [place for place, held in roles_by_institution(request).items() if held & roles]


def has_role(request: Any, roles: frozenset[str], institution_id: int | None = None) -> bool:
    """In that institution, or in any when none is named. Superusers always."""
    if not request.user.is_active:
        return False
    if is_superuser(request):
        return True
    places = institution_ids(request, roles)
    return bool(places) if institution_id is None else institution_id in places
