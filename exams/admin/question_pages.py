"""Beside the question's form: the choice of its kind, and how it will look."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from exams.admin.kinds import KIND_FORMS, kind_named
from exams.items import MAX_CHOICES, Item, ItemChoice, Kind
from exams.models import Exam, ExamVersion, Question
from exams.roles import EDITORS, has_role, institution_ids, is_superuser


def choose_kind_page(request: HttpRequest, draft: ExamVersion | None, *, site: AdminSite) -> HttpResponse:
    exams = Exam.objects.filter(versions__frozen_at__isnull=True).exclude(state=Exam.State.ARCHIVED)
    if not is_superuser(request):
        exams = exams.filter(institution__in=institution_ids(request, EDITORS))
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": "Add question",
        "opts": Question._meta,
        "version": draft,
        "exams": [] if draft else exams.distinct(),
        "place": request.GET.get("place", ""),
        "kinds": [(kind.value, form) for kind, form in KIND_FORMS.items()],
    }
    return TemplateResponse(request, "exams_admin/question_kind.html", context)


@require_POST
def question_preview(request: HttpRequest) -> HttpResponse:
    """What is in the form, whatever its mistakes, as it will look. Nothing is saved."""
    if not has_role(request, EDITORS):
        raise PermissionDenied
    kind = kind_named(request.POST.get("kind", "")) or Kind.ESSAY
    return render(request, "exams_admin/question_preview.html", {"item": _posted(request.POST, kind)})


def _posted(data: QueryDict, kind: Kind) -> Item:
    total = data.get("choices-TOTAL_FORMS", "")
    rows = range(min(int(total), MAX_CHOICES) if total.isdecimal() and len(total) < 9 else 0)
    choices = []
    for prefix in (f"choices-{row}-" for row in rows):
        text, match = data.get(f"{prefix}text", ""), data.get(f"{prefix}match", "")
        if (text or match) and f"{prefix}DELETE" not in data:
            place = data.get(f"{prefix}position", "")
            choice = ItemChoice(
                text=text, match=match, correct=f"{prefix}correct" in data, feedback=data.get(f"{prefix}feedback", "")
            )
            choices.append((int(place) if place.isdecimal() and len(place) < 9 else 10**9, choice))
    return Item(
        kind=kind,
        text=data.get("text", ""),
        choices=tuple(choice for _, choice in sorted(choices, key=lambda row: row[0])),
        number=_number(data.get("number", "")),
        tolerance=_number(data.get("tolerance", "")) or Decimal(0),
        feedback=data.get("feedback", ""),
        guidance=data.get("guidance", ""),
    )


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except ArithmeticError:
        return None
    return number if number.is_finite() else None
