"""Attempts: their times, breaks and changes for all staff, and for those who may see answers what was saved when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from exams import selectors, timing
from exams.admin.base import who
from exams.admin.time_changes import TimeForm, change_time, time_context
from exams.errors import NotAllowed
from exams.models import Answer, Attempt, Question
from exams.receipts import is_unchanged
from exams.results import names_are_hidden
from exams.roles import STAFF
from exams.said import Lines, said
from exams.scoped_admin import ReadOnlyMixin, ScopedModelAdmin, is_key
from exams.services.sealing import open_answers


@dataclass(frozen=True, slots=True)
class Saved:
    """The revisions of one question's answer, newest first, each with its words where they may be seen."""

    number: int
    question: Question
    revisions: Sequence[tuple[Answer, Lines]]
    late: int


class ExamOfAttemptFilter(DropdownFilter):
    """Only exams the person may see are offered."""

    title = "exam"
    parameter_name = "exam"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        exams = selectors.visible_attempts(request.user).order_by("exam__title", "exam")
        return list(exams.values_list("exam", "exam__title").distinct())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Attempt]) -> QuerySet[Attempt]:
        value = self.value() or ""
        return queryset.filter(exam=int(value)) if is_key(value) else queryset


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyMixin, ScopedModelAdmin):
    view_roles = STAFF
    institution_path = "exam__institution"
    list_display = ("candidate_name", "exam", "number", "state", "begun", "time_is_up", "handed_in", "notes")
    nothing_yet = "An attempt begins when an enrolled candidate goes on to their exam."
    list_display_links = ("candidate_name",)
    list_filter = (ExamOfAttemptFilter, ("state", ChoicesDropdownFilter))
    search_fields = (
        "candidate__username",
        "candidate__first_name",
        "candidate__last_name",
        "exam__title",
        "=id",
        "=receipt_code",
    )
    search_help_text = "Search by candidate, exam or the code of a receipt"
    list_per_page = 50
    ordering = (F("started_at").desc(nulls_last=True), "pk")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attempt]:
        attempts = selectors.visible_attempts(request.user).annotate(
            accommodated=timing.accommodated(),
            late_answers=Exists(Answer.objects.filter(attempt=OuterRef("pk"), late=True)),
            changes=Count("time_changes", filter=~Q(time_changes__kind="accommodation")),
        )
        return attempts.order_by(*self.ordering)

    @admin.display(description="Candidate", ordering="candidate__last_name")
    def candidate_name(self, attempt: Attempt) -> str:
        return attempt.candidate.display_name

    @admin.display(description="Begun", ordering="started_at", empty_value="–")
    def begun(self, attempt: Attempt) -> datetime | None:
        return attempt.started_at

    @admin.display(description="Time is up", ordering="deadline", empty_value="–")
    def time_is_up(self, attempt: Attempt) -> datetime | None:
        return attempt.deadline

    @admin.display(description="Handed in", ordering="submitted_at", empty_value="–")
    def handed_in(self, attempt: Attempt) -> datetime | None:
        return attempt.submitted_at

    @admin.display(description="Of note")
    def notes(self, attempt: Any) -> str:
        said = [
            "accommodation applies" if attempt.accommodated else "",
            "time changed" if attempt.changes else "",
            "late answers" if attempt.late_answers else "",
        ]
        return ", ".join(each for each in said if each) or "–"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.view_roles, None)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.view_roles, obj)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:attempt_id>/time/", view(self.time_view), name="exams_attempt_time"),
            path("<uuid:attempt_id>/answers/", view(self.answers_view), name="exams_attempt_answers"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return attempt_page(request, object_id, site=self.admin_site, more=extra_context)

    def answers_view(self, request: HttpRequest, attempt_id: UUID) -> HttpResponse:
        """The page with what was answered, though marking is anonymous: asked for by POST, and put on record."""
        if request.method != "POST":
            return HttpResponse("Use the button on the attempt's page.", status=405, headers={"Allow": "POST"})
        attempt = attempt_or_404(request, attempt_id)
        try:
            open_answers(attempt=attempt, by=who(request))
        except NotAllowed as error:
            raise PermissionDenied(error.message) from None
        return attempt_page(request, attempt_id, site=self.admin_site, opened=True)

    def time_view(self, request: HttpRequest, attempt_id: UUID) -> HttpResponse:
        attempt = attempt_or_404(request, attempt_id)
        refuse_unless_post(request, attempt)
        form = change_time(request, attempt)
        if form is not None:
            return attempt_page(request, attempt_id, site=self.admin_site, form=form)
        return HttpResponseRedirect(reverse("admin:exams_attempt_change", args=[attempt.pk]))


def attempt_or_404(request: HttpRequest, attempt_id: UUID | str) -> Attempt:
    try:
        return selectors.attempt_for(request.user, attempt_id)
    except (Attempt.DoesNotExist, ValidationError):  # the latter: no UUID at all
        raise Http404("There is no such attempt, or you may not see it.") from None


def refuse_unless_post(request: HttpRequest, attempt: Attempt) -> None:
    if not selectors.may_change_time(request.user, attempt):
        raise PermissionDenied("Only proctors and administrators of the exam's institution may change the time.")
    if request.method != "POST":
        raise Http404("The time is changed by the form on the attempt's page.")


def attempt_page(
    request: HttpRequest,
    attempt_id: UUID | str,
    *,
    site: AdminSite,
    form: TimeForm | None = None,
    more: dict[str, Any] | None = None,
    opened: bool = False,
) -> HttpResponse:
    """``opened``: somebody who may wants to read the answers, though nobody is to know whose they are."""
    attempt = attempt_or_404(request, attempt_id)
    may_see, hidden = selectors.may_see_answers(request.user, attempt), names_are_hidden(attempt.exam)
    sees = may_see and (opened or not hidden)
    context: dict[str, Any] = {
        **site.each_context(request),
        **time_context(request, attempt, form),
        "title": f"Attempt of {attempt.candidate.display_name}",
        "opts": Attempt._meta,
        "original": attempt,
        "accommodated": timing.granted(attempt.candidate_id, attempt.exam).applies,
        "sees_answers": sees,
        "sealed": may_see and hidden,
        "unchanged": is_unchanged(attempt),
        "answers": saved_answers(attempt, with_words=sees),
        "time_url": reverse("admin:exams_attempt_time", args=[attempt.pk]),
        **(more or {}),
    }
    return TemplateResponse(request, "exams_admin/attempt.html", context, status=200 if form is None else 422)


def saved_answers(attempt: Attempt, *, with_words: bool) -> list[Saved]:
    """By question, in the order of the attempt's paper. Without ``with_words`` only when they were saved."""
    revisions: dict[int, list[Answer]] = {}
    for answer in attempt.answers.order_by("-revision"):
        revisions.setdefault(answer.question_id, []).append(answer)
    found = []
    for number, question in enumerate(selectors.paper_of(attempt), start=1):
        own = revisions.get(question.pk, [])
        words = [(each, said(question, each.value, attempt.seed) if with_words else []) for each in own]
        found.append(Saved(number, question, words, sum(each.late for each in own)))
    return found
