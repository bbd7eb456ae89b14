"""Accommodations: granted once and revoked once, never changed. Only those who grant see them, and why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.contrib.filters.admin import DropdownFilter

from exams.admin.base import who
from exams.errors import InvalidAccommodation
from exams.models import Accommodation, Enrolment, Membership, Role, User
from exams.roles import EDITORS, institution_ids, is_superuser
from exams.scoped_admin import ScopedModelAdmin
from exams.services import accommodations

FIELDS = (
    "institution", "candidate", "exam", "extra_minutes", "time_factor", "break_minutes", "larger_type", "reason",
)  # fmt: skip
RECORD = ("granted_by", "granted_at", "revoked_by", "revoked_at")


class AccommodationForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Accommodation
        fields = FIELDS

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.instance.pk is None and not self.errors:
            try:
                accommodations.check(Accommodation(**{name: cleaned[name] for name in FIELDS}))
            except InvalidAccommodation as error:
                self.add_error(error.field, error.message)
        return cleaned


class ActiveFilter(DropdownFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [("active", "Active"), ("revoked", "Revoked")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Accommodation]) -> QuerySet[Accommodation]:
        wanted = {"active": True, "revoked": False}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(revoked_at__isnull=wanted)


@admin.register(Accommodation)
class AccommodationAdmin(ScopedModelAdmin):
    form = AccommodationForm
    view_roles = edit_roles = EDITORS
    list_display = ("candidate_name", "where", "granted", "state", "granted_by_name", "granted_at")
    nothing_yet = "An accommodation gives one candidate more time, breaks or other rules of watching."
    list_filter = (ActiveFilter,)
    list_select_related = ("candidate", "exam", "institution", "granted_by")
    search_fields = ("candidate__username", "candidate__first_name", "candidate__last_name", "exam__title")
    search_help_text = "Search by candidate or exam"
    autocomplete_fields = ("candidate",)
    actions = ("revoke_chosen",)
    change_form_outer_before_template = "exams_admin/accommodation_state.html"

    @admin.display(description="Candidate", ordering="candidate__last_name")
    def candidate_name(self, accommodation: Accommodation) -> str:
        return accommodation.candidate.display_name

    @admin.display(description="In")
    def where(self, accommodation: Accommodation) -> str:
        return str(accommodation.exam or f"All exams of {accommodation.institution}")

    @admin.display(description="Granted")
    def granted(self, accommodation: Accommodation) -> str:
        return ", ".join(in_words(accommodation)) or "–"

    @admin.display(description="State", ordering="revoked_at")
    def state(self, accommodation: Accommodation) -> str:
        return "Active" if accommodation.revoked_at is None else "Revoked"

    @admin.display(description="By", ordering="granted_by__last_name")
    def granted_by_name(self, accommodation: Accommodation) -> str:
        return accommodation.granted_by.display_name

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return FIELDS if obj is None else (*FIELDS, *RECORD)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else (*FIELDS, *RECORD)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.revoked_at is None)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        places = institution_ids(request, self.edit_roles)
        only = {"institution": places[0]} if len(places) == 1 else {}
        return {**only, **super().get_changeform_initial_data(request)}

    def choices_for(self, model: type[Model], request: HttpRequest) -> QuerySet[Any] | None:
        if model is not User or is_superuser(request):
            return super().choices_for(model, request)
        places = institution_ids(request, self.edit_roles)
        role = Membership.objects.filter(institution__in=places, role=Role.CANDIDATE).values("user")
        enrolled = Enrolment.objects.filter(exam__institution__in=places).values("candidate")
        return User.objects.filter(Q(pk__in=role) | Q(pk__in=enrolled))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What was granted stays as it is: there is nothing to save."""
        nothing_to_save = {"show_save": False, "show_save_and_continue": False, "show_save_and_add_another": False}
        page: HttpResponse = super().change_view(
            request, object_id, form_url, {**nothing_to_save, **(extra_context or {})}
        )
        return page

    def save_model(self, request: HttpRequest, obj: Accommodation, form: Any, change: bool) -> None:
        if not change:
            accommodations.grant(by=who(request), accommodation=obj)

    @admin.action(description="Revoke")
    def revoke_chosen(self, request: HttpRequest, queryset: QuerySet[Accommodation]) -> None:
        chosen = [each for each in queryset if each.revoked_at is None]
        for accommodation in chosen:
            accommodations.revoke(by=who(request), accommodation=accommodation)
        messages.success(request, f"{len(chosen)} revoked. Time that running attempts were given stays given.")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.revoke_view)
        return [path("<int:pk>/revoke/", view, name="exams_accommodation_revoke"), *super().get_urls()]

    def revoke_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return revoke_page(request, self.get_queryset(request).filter(pk=pk).first(), site=self.admin_site)


def revoke_page(request: HttpRequest, accommodation: Accommodation | None, *, site: AdminSite) -> HttpResponse:
    """Asks first; revokes by POST alone."""
    if accommodation is None:
        raise Http404("There is no such accommodation, or you may not see it.")
    if request.method == "POST":
        accommodations.revoke(by=who(request), accommodation=accommodation)
        messages.success(request, "Revoked. Time that a running attempt was given stays given.")
        return HttpResponseRedirect(reverse("admin:exams_accommodation_change", args=[accommodation.pk]))
    context = {
        **site.each_context(request),
        "title": "Revoke an accommodation",
        "accommodation": accommodation,
        "granted": in_words(accommodation),
    }
    return TemplateResponse(request, "exams_admin/accommodation_revoke.html", context)


def in_words(accommodation: Accommodation) -> list[str]:
    """What it brings of time and looks; what else hangs on it says so itself."""
    factor = accommodation.time_factor.normalize()
    said = [
        f"time × {factor:f}" if factor != 1 else "",
        f"{accommodation.extra_minutes} minutes more" if accommodation.extra_minutes else "",
        f"{accommodation.break_minutes} minutes of breaks" if accommodation.break_minutes else "",
        "larger type" if accommodation.larger_type else "",
    ]
    return [each for each in said if each]
