"""What an accommodation gains from the cameras: rules that are muted or retuned. Granted with it, never changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from unfold.admin import StackedInline

from exams.admin.accommodations import AccommodationAdmin
from exams.admin.base import who
from exams.errors import InvalidAccommodation
from exams.models import Accommodation
from exams.scoped_admin import EDITORS, ScopedPermissions
from proctoring.admin.detector_forms import FACTORS, HELD, LIFTS, DetectorForm, hold_name, in_words
from proctoring.models import DetectorAccommodation
from proctoring.services import accommodations

admin.site.unregister(Accommodation)


class DetectorFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """Knows the accommodation as filled in above it, so that both together can be asked what they grant."""

    def clean(self) -> None:
        super().clean()
        if self.instance.pk is not None or any(self.errors):
            return
        detectors = next((form.instance for form in self.forms if form.has_changed()), None)
        try:
            accommodations.check_grants_something(self.instance, detectors)
        except InvalidAccommodation as error:
            raise ValidationError(error.message) from None


class DetectorInline(ScopedPermissions, StackedInline):
    """A form in a new accommodation, words in one that was granted. For those who grant, as the reason is."""

    model = DetectorAccommodation
    form = DetectorForm
    formset = DetectorFormSet
    view_roles = edit_roles = EDITORS
    extra = max_num = 1
    hide_title = True
    verbose_name = "how they are watched"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else ("granted",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return ((None, {"fields": ("granted",)}),)
        return (
            (
                None,
                {
                    "fields": ("muted",),
                    "description": "Proctors see that an accommodation applies and which rules it touches, never why. "
                    "It counts from now on, in sessions that run too, and only ever makes the watching milder.",
                },
            ),
            ("Count only later: after … seconds", {"fields": tuple(map(hold_name, HELD))}),
            ("Wider limits of looking away", {"fields": tuple(FACTORS)}),
            ("What the page asks", {"fields": tuple(LIFTS)}),
        )

    @admin.display(description="Granted")
    def granted(self, detectors: DetectorAccommodation) -> str:
        said = "; ".join(in_words(detectors))
        return said[:1].upper() + said[1:] or "Nothing of the watching"


@admin.register(Accommodation)
class WatchedAccommodationAdmin(AccommodationAdmin):
    inlines = (DetectorInline,)
    list_select_related: Any = (*AccommodationAdmin.list_select_related, "detectors")

    def save_model(self, request: HttpRequest, obj: Accommodation, form: Any, change: bool) -> None:
        """Granted in ``save_related``, whole: what is muted acts in sessions that run together with the rest."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        if change:
            super().save_related(request, form, formsets, change)
            return
        [detectors] = [row for formset in formsets for row in formset.save(commit=False)] or [None]
        accommodations.grant(by=who(request), accommodation=form.instance, detectors=detectors)

    @admin.display(description="Granted")
    def granted(self, accommodation: Accommodation) -> str:
        detectors = getattr(accommodation, "detectors", None)
        said = [super().granted(accommodation), *(in_words(detectors) if detectors is not None else ())]
        return "; ".join(one for one in said if one != "–") or "–"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        nothing_to_save = {"show_save": False, "show_save_and_continue": False}
        return super().change_view(request, object_id, form_url, nothing_to_save | (extra_context or {}))
