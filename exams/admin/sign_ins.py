"""Sign-ins that failed, the names that are locked because of it, and unlocking them.

Administrators see those of the people in their institutions; names that are nobody's, only superusers.
"""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.admin.exceptions import NotRegistered
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from exams.accounts import lockout
from exams.models import FailedSignIn, Membership, SignInLock, User
from exams.roles import ADMINISTRATORS, institution_ids
from exams.scoped_admin import ReadOnlyMixin, ScopedModelAdmin

# allauth brings pages for its tables, secrets included; what of it anybody needs is at the person.
for model in (EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken):
    try:
        admin.site.unregister(model)
    except NotRegistered:  # some versions leave one out
        continue


class SignInRecordAdmin(ReadOnlyMixin, ScopedModelAdmin):
    view_roles = ADMINISTRATORS
    search_fields = ("username", "ip_address")
    actions: Any = None

    def scoped(self, rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
        members = Membership.objects.filter(institution__in=institution_ids(request, self.view_roles))
        people = User.objects.filter(pk__in=members.values("user"), is_superuser=False)
        return rows.filter(username__in=people.values("username"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.view_roles, None)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Which rows there are for somebody is said by ``scoped``."""
        return self._may(request, self.view_roles, None)

    @admin.display(description="Name", ordering="username")
    def name(self, row: Any) -> str:
        return str(row.username)

    @admin.display(description="Last failure", ordering="attempt_time")
    def moment(self, row: Any) -> Any:
        return row.attempt_time

    @admin.display(description="Network", ordering="ip_address")
    def network(self, row: Any) -> str:
        return row.ip_address or "unknown"


@admin.register(SignInLock)
class LockAdmin(SignInRecordAdmin):
    """Names with failures in the last minutes, by the network they came from."""

    list_display = ("name", "network", "failures", "moment", "locked")
    nothing_yet = "Nobody has failed to sign in lately. Who is locked out stands here and can be let in again."
    fields = ("name", "network", "failures", "moment", "locked", "user_agent")
    readonly_fields = fields
    actions = ("unlock",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return lockout.with_standing(super().get_queryset(request))

    @admin.display(description="Failures", ordering="failures_since_start")
    def failures(self, attempt: SignInLock) -> int:
        return int(attempt.failures_since_start)

    @admin.display(description="Next try in")
    def locked(self, attempt: SignInLock) -> str:
        seconds = lockout.standing_of(attempt).wait(timezone.now())
        return "at once" if not seconds else f"{seconds} s" if seconds < 100 else f"{round(seconds / 60)} min"

    @admin.action(description="Unlock")
    def unlock(self, request: HttpRequest, queryset: QuerySet[SignInLock]) -> None:
        names = lockout.unlock(*queryset.values_list("username", flat=True))
        messages.success(request, f"Unlocked: {names}. They can try again at once.")


@admin.register(FailedSignIn)
class FailureAdmin(SignInRecordAdmin):
    """Every one of the last month."""

    list_display = ("name", "network", "moment", "led_to_lock")
    nothing_yet = "Nobody has failed to sign in during the last month."
    list_filter = ("locked_out",)
    fields = ("name", "network", "moment", "led_to_lock", "user_agent")
    readonly_fields = fields

    @admin.display(description="Led to the lock", ordering="locked_out", boolean=True)
    def led_to_lock(self, failure: FailedSignIn) -> bool:
        return bool(failure.locked_out)
