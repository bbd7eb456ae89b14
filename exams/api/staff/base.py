"""What all staff endpoints share: who may, which exam, pages, limits."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.pagination import PageNumberPagination
from rest_framework.throttling import UserRateThrottle
from rest_framework.viewsets import GenericViewSet

from exams.models import Exam, Institution, User
from exams.results import exams_with_role
from exams.roles import STAFF, has_role, institution_ids, is_superuser

LARGEST_ID = 2**63 - 1
UUID_PATTERN = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class Pages(PageNumberPagination):
    """``?page=2&page_size=100``; at most 200 rows at once."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200


class Calls(UserRateThrottle):
    """A program that stores everything it reads never needs to ask ten times a second for long."""

    scope = "api"
    rate = "600/min"


class StaffViewSet(GenericViewSet[Any]):
    """Below ``/exams/<exam>/`` the exam is found first: unknown to who holds none of ``view_roles`` at its institution,
    closed to changes by who holds none of ``edit_roles`` there."""

    view_roles: frozenset[str] = STAFF
    edit_roles: frozenset[str] = frozenset()
    throttle_classes = [Calls]
    pagination_class: type[Pages] | None = Pages

    @property
    def person(self) -> User:
        """Behind ``IsAuthenticated`` there is always one; this tells the type checker."""
        user = self.request.user
        if not isinstance(user, User):
            raise NotFound
        return user

    def exam_or_404(self, *, change: bool = False, roles: frozenset[str] | None = None) -> Exam:
        """``roles``: who may change it, where that is not ``edit_roles``."""
        key = _number(self.kwargs["exam"])
        exam = exams_with_role(self.person, self.view_roles).select_related("institution").filter(pk=key).first()
        if exam is None:
            raise NotFound
        if change:
            self.must_hold(self.edit_roles if roles is None else roles, exam.institution_id)
        return exam

    def must_hold(self, roles: frozenset[str], institution_id: int) -> None:
        """403 for who may see the thing and not do this with it."""
        if not has_role(self.request, roles, institution_id):
            raise PermissionDenied("Your roles at this institution do not allow this.")

    def institution_or_404(self, key: int, roles: frozenset[str]) -> Institution:
        """An institution named in a request: unknown to who holds none of ``roles`` there."""
        found = self.institutions(roles).filter(pk=_number(key)).first()
        if found is None:
            raise NotFound("There is no such institution for you.")
        return found

    def institutions(self, roles: frozenset[str]) -> QuerySet[Institution]:
        places = Institution.objects.all()
        return places if is_superuser(self.request) else places.filter(pk__in=institution_ids(self.request, roles))

    def row_or_404(self, rows: QuerySet[Any], **lookup: Any) -> Any:
        """The row, or 404: what belongs to another exam does not exist here."""
        found = rows.filter(**lookup).first()
        if found is None:
            raise NotFound
        return found


def _number(value: Any) -> int:
    """Ids that no database takes lead nowhere, instead of to an error of the database."""
    number = int(value)
    if not 0 <= number <= LARGEST_ID:
        raise NotFound
    return number
