"""Rosters in the admin: upload, look at what would come of each row, then have it done."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from exams.models import Exam, Institution, RosterImport, User
from exams.roster_file import LARGEST_FILE
from exams.scoped_admin import EDITORS, ReadOnlyMixin, ScopedModelAdmin, has_role, institution_ids, is_superuser
from exams.services import rosters
from exams.services.rosters import DOES_SOMETHING, Outcome, RosterRefused

ROWS_A_PAGE = 100
# As the script that follows exports names them. One that was followed and is merely checked again was lost.
PROGRESS = {RosterImport.State.DONE: "ready", RosterImport.State.CHECKED: "failed"}


class UploadForm(forms.Form):
    exam = forms.ModelChoiceField(
        Exam.objects.none(),
        required=False,
        empty_label="No exam: only make them candidates of the institution",
        widget=UnfoldAdminSelectWidget,
        label="Enrol them in",
    )
    institution = forms.ModelChoiceField(
        Institution.objects.none(),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="Needed only without an exam.",
    )
    file = forms.FileField(
        label="Roster (CSV)",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,text/csv"}),
        error_messages={"required": "Choose the file.", "empty": "The file is empty."},
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Institution.objects.all()
        if not is_superuser(request):
            places = places.filter(pk__in=institution_ids(request, EDITORS))
        exams = Exam.objects.filter(institution__in=places).exclude(state=Exam.State.ARCHIVED)
        for name, rows in (("institution", places), ("exam", exams)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
        self.fields["institution"].initial = places.first() if places.count() == 1 else None

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise ValidationError(f"The file is larger than {LARGEST_FILE // 1024 // 1024} MB. Split it.")
        return file

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        exam = data.get("exam")
        if exam is not None:
            data["institution"] = exam.institution
        elif data.get("institution") is None and "exam" not in self.errors:
            self.add_error("institution", "Choose an exam, or the institution they are to belong to.")
        return data


@admin.register(RosterImport)
class RosterImportAdmin(ReadOnlyMixin, ScopedModelAdmin):
    view_roles = EDITORS
    list_display = ("file_name", "exam", "institution", "state", "total", "by_name", "created_at")
    nothing_yet = "A roster is a CSV file of people, who are enrolled in an exam or given a role all at once."
    list_select_related = ("exam", "institution", "by")
    search_fields = ("file_name", "exam__title")
    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.view_roles, None)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(request, EDITORS)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("content", "outcomes")

    @admin.display(description="By")
    def by_name(self, roster: RosterImport) -> str:
        return roster.by.display_name

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:roster_id>/confirm/", view(self.confirm_view), name="exams_rosterimport_confirm"),
            path("<uuid:roster_id>/state.json", view(self.state_view), name="exams_rosterimport_state"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self._refuse_strangers(request)
        form = UploadForm(
            request, request.POST or None, request.FILES or None, initial={"exam": request.GET.get("exam")}
        )
        if request.method == "POST" and form.is_valid():
            chosen = form.cleaned_data
            assert isinstance(request.user, User)
            try:
                roster = rosters.check(
                    institution=chosen["institution"],
                    exam=chosen["exam"],
                    by=request.user,
                    file_name=chosen["file"].name or "roster.csv",
                    data=chosen["file"].read(),
                )
            except RosterRefused as refused:
                form.add_error("file", refused.message)
            else:
                return HttpResponseRedirect(reverse("admin:exams_rosterimport_change", args=[roster.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": "Import a roster",
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "exams_admin/roster_upload.html", context, status=422 if form.errors else 200)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        roster = self._roster(request, object_id)
        wanted = request.GET.get("outcome", "")
        counts = Counter(str(row[2]) for row in roster.outcomes)
        rows = [row for row in roster.outcomes if wanted in ("", row[2])]
        written = roster.state == RosterImport.State.DONE
        called = {outcome.value: outcome.label if written else outcome.ahead for outcome in Outcome}
        page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Roster {roster.file_name}",
            "opts": self.opts,
            "roster": roster,
            "counts": [(value, label, counts[value]) for value, label in called.items() if counts[value]],
            "possible": sum(counts[outcome] for outcome in DOES_SOMETHING),
            "wanted": wanted,
            "page": page,
            "rows": [(line, who, called[str(outcome)], outcome, why) for line, who, outcome, why in page],
        }
        return TemplateResponse(request, "exams_admin/roster.html", context)

    def confirm_view(self, request: HttpRequest, roster_id: UUID) -> HttpResponse:
        roster = self._roster(request, str(roster_id))
        if request.method != "POST":
            return HttpResponse("Use the button on the roster's page.", status=405, headers={"Allow": "POST"})
        rosters.confirm(roster=roster)
        messages.success(request, "The roster is being imported.")
        return HttpResponseRedirect(reverse("admin:exams_rosterimport_change", args=[roster.pk]))

    def state_view(self, request: HttpRequest, roster_id: UUID) -> HttpResponse:
        roster = self._roster(request, str(roster_id))
        state = {
            "state": PROGRESS.get(RosterImport.State(roster.state), roster.state),
            "done": rosters.progress_of(roster),
            "total": roster.total,
            "error": roster.error,
        }
        return JsonResponse(state, headers={"Cache-Control": "private, no-store"})

    def _roster(self, request: HttpRequest, roster_id: str) -> RosterImport:
        try:
            found: RosterImport = self.get_queryset(request).get(pk=roster_id)
        except (RosterImport.DoesNotExist, ValidationError):  # the latter: no UUID at all
            raise Http404("There is no such roster, or you may not see it.") from None
        return rosters.judged(found)

    def _refuse_strangers(self, request: HttpRequest) -> None:
        if not self.has_add_permission(request):
            raise PermissionDenied
