"""Figures of this process, for the benchmark and for whoever runs the site."""

from __future__ import annotations

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from proctoring.analysis.metrics import metrics
from proctoring.analysis.service import running
from proctoring.live import presence
from proctoring.live.holdings import holdings


@require_safe
@never_cache
def internal_metrics(request: HttpRequest) -> JsonResponse:
    """For superusers only; for everybody else there is nothing here."""
    if not (request.user.is_active and request.user.is_superuser):
        raise Http404
    analysis = running()
    figures = metrics.snapshot() if analysis is None else analysis.metrics()
    return JsonResponse({**figures, "candidates_connected": len(presence.connected), "held": holdings()})
