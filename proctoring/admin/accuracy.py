"""How often the detectors are right, as last measured: for all staff, so that nobody trusts them blindly."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import mark_safe

from proctoring.evaluation.plots import svg
from proctoring.evaluation.report import plot_from_dict
from proctoring.evaluation.results import RESULTS, in_plain_words


def accuracy_page(request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": "Accuracy",
        "content_title": "Accuracy",
        "parts": in_plain_words(),
        "results": _results(),
    }
    return TemplateResponse(request, "proctoring_admin/accuracy.html", context)


@cache
def _results() -> dict[str, Any] | None:
    """The figures that `make evaluate` left in the repository, plots drawn; ``None`` where nothing was measured yet."""
    if not RESULTS.exists():
        return None
    results: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    for report in results["reports"]:
        # The plots escape every text in them.
        report["plots"] = [
            {"title": plot["title"], "svg": mark_safe(svg(plot_from_dict(plot)))}  # noqa: S308
            for plot in report["plots"]
        ]
    return results
