"""How an exam is watched: the risk table, one row a rule, what the page asks and how long everything is kept."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Case, QuerySet, When
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from exams.models import Exam, Institution
from exams.roles import EDITORS, institution_ids, is_superuser
from exams.scoped_admin import ScopedModelAdmin, ScopedTabularInline, is_key
from proctoring import services
from proctoring.admin.policy_differences import from_preset
from proctoring.admin.policy_forms import ExamPolicyForm, PolicyForm, RuleForm, RuleFormSet
from proctoring.models import ExamPolicy, PolicyPreset, PolicyRule
from proctoring.presets import BUILT_IN
from proctoring.risk.policy import DEFAULT_RULES
from proctoring.services.policies import rules_of

FIELDSETS: tuple[tuple[str | None, dict[str, Any]], ...] = (
    (
        "Watching",
        {
            "fields": (
                *("watched", "frames_per_second", "phone_every", "away_yaw_degrees", "away_pitch_degrees", "away_eyes"),
                *("count_hidden", "count_blurred"),
            )
        },
    ),
    ("What the page asks", {"fields": ("require_fullscreen", "restrict_clipboard")}),
    (
        "What is kept, and how long",
        {"fields": ("keep_snapshots", "keep_pictures_days", "keep_events_days", "keep_answers_days")},
    ),
    ("The candidate’s say", {"fields": ("record_shown",)}),
)
# Of an exam that nobody watches, only what the page asks and the answers are left.
ONLY_WATCHED = (
    *("frames_per_second", "phone_every", "away_yaw_degrees", "away_pitch_degrees", "away_eyes"),
    *("count_hidden", "count_blurred", "keep_snapshots", "keep_pictures_days", "keep_events_days"),
    "record_shown",
)


def editable_presets(request: HttpRequest) -> QuerySet[PolicyPreset]:
    presets = PolicyPreset.objects.select_related("institution").prefetch_related("rules")
    if is_superuser(request):
        return presets
    return presets.filter(institution__in=institution_ids(request, EDITORS))


def make_missing_presets(request: HttpRequest) -> None:
    """For institutions that came into being without them."""
    places = Institution.objects.exclude(policy_presets__slug=PolicyPreset.Slug.STANDARD)
    if not is_superuser(request):
        places = places.filter(pk__in=institution_ids(request, EDITORS))
    for place in places:
        services.ensure_presets(place)


def starting_preset(request: HttpRequest, policy: ExamPolicy | None) -> PolicyPreset | None:
    """The one the form is to be filled from: chosen on the page; for a new policy else what holds without one."""
    if request.method != "GET":
        return None
    presets = editable_presets(request)
    chosen = request.GET.get("preset", "")
    if is_key(chosen):
        return presets.filter(pk=int(chosen)).first()
    if policy is not None:
        return None
    standard = presets.filter(slug=PolicyPreset.Slug.STANDARD)
    exam = request.GET.get("exam", "")
    if is_key(exam):
        return standard.filter(institution__exams=int(exam)).first()
    return standard[0] if len(standard[:2]) == 1 else None


class RuleInline(ScopedTabularInline):
    form = RuleForm
    formset = RuleFormSet
    edit_roles = EDITORS
    fields = ("event", "enabled", "hold_seconds", "delta", "permanent", "cooldown_seconds")
    verbose_name_plural = "the risk table"
    max_num = len(DEFAULT_RULES)
    min_num = 0
    can_delete = False
    hide_title = True  # the row's first column says it

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        places = [When(event=name, then=place) for place, name in enumerate(DEFAULT_RULES)]
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.order_by(Case(*places))

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        stored = obj.rules.count() if obj is not None else 0
        return len(DEFAULT_RULES) - int(stored)


class PolicyRuleInline(RuleInline):
    model = PolicyRule
    institution_path = "exam__institution"

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.start_from = starting_preset(request, obj)
        return formset


class PolicyAdmin(ScopedModelAdmin):
    """What the pages of an exam's policy and of a preset share."""

    form = PolicyForm
    edit_roles = EDITORS
    change_form_before_template = "proctoring_admin/policy_panel.html"
    conditional_fields: ClassVar[dict[str, str]] = dict.fromkeys(ONLY_WATCHED, "watched == true")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        make_missing_presets(request)
        return super().changelist_view(request, extra_context)  # type: ignore[no-any-return]


@admin.register(ExamPolicy)
class ExamPolicyAdmin(PolicyAdmin):
    form = ExamPolicyForm
    delete_roles = EDITORS
    institution_path = "exam__institution"
    list_display = ("exam", "made_from", "watching", "changed_rules", "pictures_kept", "events_kept")
    nothing_yet = "A policy says how an exam is watched. An exam without one has the standard policy."
    list_select_related = ("exam__institution", "preset")
    search_fields = ("exam__title",)
    inlines = (PolicyRuleInline,)
    fieldsets = (
        (
            None,
            {
                "fields": ("exam", "preset"),
                "description": "A change counts for sessions that begin after it; those that run keep their rules.",
            },
        ),
        *FIELDSETS,
    )

    @admin.display(description="Made from", ordering="preset__slug")
    def made_from(self, policy: ExamPolicy) -> str:
        if policy.preset is None:
            return "–"
        number = len(from_preset(policy))
        differs = f", {number} difference{'' if number == 1 else 's'}" if number else ""
        return f"{policy.preset.name}{differs}"

    @admin.display(description="Watching")
    def watching(self, policy: ExamPolicy) -> str:
        return f"{policy.frames_per_second:g} pictures a second" if policy.watched else "Nobody watches"

    @admin.display(description="Rules that differ from the default")
    def changed_rules(self, policy: ExamPolicy) -> str:
        return ", ".join(name for name, rule in rules_of(policy).items() if rule != DEFAULT_RULES[name]) or "None"

    @admin.display(description="Pictures kept (days)", ordering="keep_pictures_days")
    def pictures_kept(self, policy: ExamPolicy) -> int:
        return policy.keep_pictures_days

    @admin.display(description="Events kept (days)", ordering="keep_events_days")
    def events_kept(self, policy: ExamPolicy) -> int:
        return policy.keep_events_days

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("rules", "preset__rules")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.start_from = starting_preset(request, obj)
        return form

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        if db_field.name == "preset":
            kwargs["queryset"] = editable_presets(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        make_missing_presets(request)
        policy = self.get_object(request, object_id) if object_id else None
        context = self.panel(request, policy) | (extra_context or {})
        return super().changeform_view(request, object_id, form_url, context)

    def panel(self, request: HttpRequest, policy: ExamPolicy | None) -> dict[str, Any]:
        """What stands above the form: presets to start from, and where the policy departs from its own."""
        presets = editable_presets(request)
        exam = request.GET.get("exam", "")
        if policy is not None:
            presets = presets.filter(institution=policy.exam.institution_id)
        elif is_key(exam):
            presets = presets.filter(institution__exams=int(exam))
        offered = list(presets)
        kept = {"exam": exam} if policy is None and is_key(exam) else {}
        return {
            "presets": [self._offer(preset, kept, several=len(offered) > len(BUILT_IN)) for preset in offered],
            "filled_from": starting_preset(request, policy),
            "made_from": policy.preset if policy is not None else None,
            "differences": from_preset(policy) if policy is not None else [],
            "theirs": "Preset",
        }

    @staticmethod
    def _offer(preset: PolicyPreset, kept: dict[str, str], *, several: bool) -> dict[str, Any]:
        name = f"{preset.name} ({preset.institution.name})" if several else preset.name
        query = urlencode({**kept, "preset": str(preset.pk)})
        return {"pk": preset.pk, "name": name, "about": BUILT_IN[preset.slug].about, "url": f"?{query}"}


def policy_address(exam: Exam) -> str:
    """Where the policy of an exam is written: its own, or the form for one."""
    policy = getattr(exam, "policy", None)
    if policy is None:
        return f"{reverse('admin:proctoring_exampolicy_add')}?exam={exam.pk}"
    return reverse("admin:proctoring_exampolicy_change", args=[policy.pk])
