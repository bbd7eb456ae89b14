"""An exam as its candidates will see it, for those who write it: the same page, the same marks, and nothing kept."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from exams import authored
from exams.admin.base import exam_or_404
from exams.api.payloads import paper_payload
from exams.item_of import trimmed
from exams.models import Exam, ExamVersion
from exams.models.attempts import new_seed
from exams.preview import Tried, questions_for, score, try_out
from exams.scoped_admin import is_key

LARGEST = 500_000  # characters of answers to a whole paper


def version_or_404(request: HttpRequest, exam: Exam) -> ExamVersion:
    """The one the address names by its number, else the newest."""
    wanted = request.GET.get("version", "")
    for version in authored.versions_of(exam):
        if not wanted or str(version.number) == wanted:
            version.exam = exam
            return version
    raise Http404(f"The exam has no version “{wanted}” of its questions.")


@require_safe
def preview_page(request: HttpRequest, exam_id: int) -> HttpResponse:
    """Every visit draws anew, unless the address names a seed."""
    exam = exam_or_404(request, exam_id)
    version = version_or_404(request, exam)
    seed, only = _seed(request) or new_seed(), _only(request)
    questions = questions_for(version, seed=seed, only=only)
    context = {
        "exam": exam,
        "version": version,
        "only": only,
        "seed": seed,
        "empty": not questions,
        "paper": paper_payload(questions, seed=seed, shuffle=exam.shuffle_options),
    }
    return render(request, "exams_admin/preview.html", context)


@require_POST
def preview_marks(request: HttpRequest, exam_id: int) -> JsonResponse:
    """What the answers entered so far would earn."""
    exam = exam_or_404(request, exam_id)
    version = version_or_404(request, exam)
    seed, values = _seed(request), _values(request)
    if not seed or values is None:
        return JsonResponse({"detail": "Send an object with the answers by question, and the seed."}, status=400)
    questions = questions_for(version, seed=seed, only=_only(request))
    tried = try_out(questions, values, seed=seed)
    return JsonResponse(
        {
            "marks": {str(pk): {"sentence": sentence(each), "state": state(each)} for pk, each in tried.items()},
            "score": str(trimmed(score(tried))),
            "maximum": str(trimmed(sum((question.points for question in questions), Decimal(0)))),
            "by_person": sum(each.points is None for each in tried.values()),
        }
    )


def state(tried: Tried) -> str:
    """As the candidates' page knows it: a tick stands where all points are earned."""
    if tried.problem:
        return "refused"
    return "saved" if tried.points == tried.maximum else "waiting"


def sentence(tried: Tried) -> str:
    if tried.problem:
        return tried.problem
    if tried.points is None:
        return f"Up to {_points(tried.maximum)}, given by a person"
    return f"{trimmed(tried.points)} of {_points(tried.maximum)}"


def _points(number: Any) -> str:
    return f"{trimmed(number)} point{'' if number == 1 else 's'}"


def _seed(request: HttpRequest) -> str:
    seed = request.GET.get("seed", "")
    return seed if re.fullmatch(r"[0-9a-z]{1,32}", seed) else ""


def _only(request: HttpRequest) -> int | None:
    value = request.GET.get("question", "")
    return int(value) if is_key(value) else None


def _values(request: HttpRequest) -> dict[str, Any] | None:
    if len(request.body) > LARGEST:
        return None
    try:
        data = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None
