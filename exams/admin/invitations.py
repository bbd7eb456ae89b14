"""Invitations in the admin: several addresses at once, what became of each, sending again and revoking."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.widgets import UnfoldAdminTextareaWidget

from exams.accounts.mail import send_invitations_soon
from exams.errors import ExamError
from exams.models import Exam, Institution, Invitation, Role
from exams.roles import ADMINISTRATORS, institution_ids
from exams.scoped_admin import ScopedModelAdmin
from exams.services import invitations
from exams.services.invitations import AlreadyThere, InvitationRefused

MOST_AT_ONCE = 500
SHOWN = 10  # names in one message


class InviteForm(forms.ModelForm):  # type: ignore[type-arg]
    addresses = forms.CharField(
        label="E-mail addresses",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
        help_text=f"One a line, or separated by commas or semicolons; at most {MOST_AT_ONCE} at once.",
    )

    class Meta:
        model = Invitation
        fields = ("institution", "role", "exam")

    def clean_addresses(self) -> list[str]:
        """Without repetitions. Names every one that is none."""
        given = [part.strip() for part in re.split(r"[\s,;]+", self.cleaned_data["addresses"]) if part.strip()]
        if len(given) > MOST_AT_ONCE:
            raise forms.ValidationError(
                f"These are {len(given)} addresses. Give at most {MOST_AT_ONCE} at once, or use a roster."
            )
        good, bad = [], []
        for address in given:
            try:
                good.append(invitations.clean_address(address))
            except InvitationRefused as refused:
                bad.append(forms.ValidationError(refused.message))
        if bad:
            raise forms.ValidationError(bad[:SHOWN])
        return list(dict.fromkeys(good))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        institution, exam = cleaned.get("institution"), cleaned.get("exam")
        if isinstance(exam, Exam) and isinstance(institution, Institution):
            if exam.institution_id != institution.pk:
                self.add_error("exam", f"“{exam}” is no exam of {institution}.")
            elif cleaned.get("role") != Role.CANDIDATE:
                self.add_error("exam", "Only candidates are enrolled in an exam: leave it out, or choose Candidate.")
        return cleaned


class StateFilter(DropdownFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [*Invitation.State.choices, ("failed", "Could not be sent")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> QuerySet[Invitation]:
        now = timezone.now()
        still = queryset.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now)
        ways = {
            Invitation.State.WAITING.value: still.filter(sent_at__isnull=True),
            Invitation.State.SENT.value: still.filter(sent_at__isnull=False),
            Invitation.State.ACCEPTED.value: queryset.filter(accepted_at__isnull=False),
            Invitation.State.REVOKED.value: queryset.filter(accepted_at__isnull=True, revoked_at__isnull=False),
            Invitation.State.EXPIRED.value: queryset.filter(
                accepted_at__isnull=True, revoked_at__isnull=True, expires_at__lte=now
            ),
            "failed": still.exclude(send_error=""),
        }
        return ways.get(self.value() or "", queryset)


@admin.register(Invitation)
class InvitationAdmin(ScopedModelAdmin):
    form = InviteForm
    view_roles = edit_roles = ADMINISTRATORS
    list_display = ("email", "role", "institution", "exam", "what_became", "expires_at", "invited_by")
    nothing_yet = "Invite people by e-mail: each gets a link with which they choose a password."
    list_filter = (StateFilter, ("role", ChoicesDropdownFilter))
    list_select_related = ("institution", "exam", "invited_by")
    search_fields = ("email", "exam__title")
    actions = ("send_again", "revoke")
    shown = (
        *("email", "role", "institution", "exam", "what_became", "send_error", "created_at", "sent_at", "expires_at"),
        *("accepted_at", "accepted_by", "revoked_at", "invited_by"),
    )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("institution", "role", "exam", "addresses") if obj is None else self.shown

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else self.shown

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An invitation is sent again or revoked, never rewritten: the link is with somebody already."""
        return obj is None and super().has_change_permission(request, obj)

    @admin.display(description="State")
    def what_became(self, invitation: Invitation) -> str:
        if invitation.state == Invitation.State.WAITING and invitation.send_error:
            return f"Not sent: {invitation.send_error}"
        return invitation.state.label

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        places = institution_ids(request, self.edit_roles)
        only = {"institution": places[0]} if len(places) == 1 else {}
        return {"role": Role.CANDIDATE, **only, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        chosen = form.cleaned_data
        kind = {"institution": chosen["institution"], "role": chosen["role"], "exam": chosen["exam"]}
        there: list[str] = []
        done = 0
        for address in chosen["addresses"]:
            try:
                made = invitations.invite(email=address, by=request.user, **kind)  # type: ignore[arg-type]
            except AlreadyThere:
                there.append(address)
            else:
                done += 1
                super().log_addition(request, made, [{"added": {}}])
        if done:
            send_invitations_soon()
            messages.success(request, f"{done} invitation{'s are' if done > 1 else ' is'} on the way.")
        if there:
            names = ", ".join(there[:SHOWN]) + (f" and {len(there) - SHOWN} more" if len(there) > SHOWN else "")
            messages.warning(request, f"Not invited, because they have this role already: {names}.")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        only_send = {"show_save_and_continue": False, "show_save_and_add_another": False}
        return super().add_view(request, form_url, only_send | (extra_context or {}))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing hangs on an invitation."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Each one is logged where it is made."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return redirect("admin:exams_invitation_changelist")

    @admin.action(description="Send again, for another two weeks")
    def send_again(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        done = self._each(request, queryset, lambda one: invitations.renew(invitation=one))
        if done:
            send_invitations_soon()
            messages.success(request, f"Sent again: {done}.")

    @admin.action(description="Revoke")
    def revoke(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        done = self._each(request, queryset, lambda one: invitations.revoke(invitation=one))
        if done:
            messages.success(request, f"Revoked: {done}. Their links open nothing any more.")

    def _each(self, request: HttpRequest, queryset: QuerySet[Invitation], act: Any) -> int:
        done = 0
        for invitation in queryset:
            try:
                act(invitation)
            except ExamError as error:
                messages.warning(request, f"{invitation.email}: {error.message}")
            else:
                done += 1
        return done
