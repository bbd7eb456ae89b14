"""An institution's presets: four of them, to be changed and set back, never added or deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from exams.scoped_admin import EDITORS
from proctoring import services
from proctoring.admin.base import refuse_unless
from proctoring.admin.policies import FIELDSETS, PolicyAdmin, RuleInline
from proctoring.admin.policy_differences import from_built_in
from proctoring.models import PolicyPreset, PresetRule
from proctoring.presets import BUILT_IN


class PresetRuleInline(RuleInline):
    model = PresetRule


@admin.register(PolicyPreset)
class PolicyPresetAdmin(PolicyAdmin):
    view_roles = EDITORS
    change_form_outer_after_template = "proctoring_admin/preset_reset.html"
    list_display = ("name", "institution", "about", "changed", "used_by")
    list_display_links = ("name",)
    list_select_related = ("institution",)
    inlines = (PresetRuleInline,)
    fieldsets = ((None, {"fields": ("name",)}), *FIELDSETS)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PolicyPreset]:
        presets: QuerySet[PolicyPreset] = super().get_queryset(request).prefetch_related("rules")
        return presets.annotate(policies=Count("exam_policies"))

    @admin.display(description="What for")
    def about(self, preset: PolicyPreset) -> str:
        return BUILT_IN[preset.slug].about

    @admin.display(description="Changed from the built-in")
    def changed(self, preset: PolicyPreset) -> str:
        number = len(from_built_in(preset))
        return f"{number} value{'' if number == 1 else 's'}" if number else "no"

    @admin.display(description="Policies made from it", ordering="policies")
    def used_by(self, preset: Any) -> int:
        return int(preset.policies)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        preset = self.get_object(request, object_id) if object_id else None
        context: dict[str, Any] = {}
        if preset is not None:
            context = {
                "about": BUILT_IN[preset.slug].about,
                "is_standard": preset.slug == PolicyPreset.Slug.STANDARD,
                "differences": from_built_in(preset),
                "theirs": "Built-in",
                "reset_url": reverse("admin:proctoring_policypreset_reset", args=[preset.pk]),
            }
        return super().changeform_view(request, object_id, form_url, context | (extra_context or {}))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.reset_view)
        return [path("<int:preset_id>/reset/", view, name="proctoring_policypreset_reset"), *super().get_urls()]

    def reset_view(self, request: HttpRequest, preset_id: int) -> HttpResponse:
        """Back to what stands in ``proctoring.presets``. Only by POST."""
        preset = self.get_object(request, str(preset_id))
        if preset is None:
            raise Http404("There is no such preset, or you may not see it.")
        refuse_unless(self.has_change_permission(request, preset), "Only those who write exams may change presets.")
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        services.reset_preset(preset)
        self.log_change(request, preset, "Set back to the built-in values.")
        messages.success(request, f"“{preset.name}” is as it was built in.")
        return HttpResponseRedirect(reverse("admin:proctoring_policypreset_change", args=[preset.pk]))
