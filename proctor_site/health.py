"""Is the process alive, is it ready, and what are its figures: for machines that look after this one.

These pages are answered before the check of ``Host``: whoever probes a process inside asks it by its address, which is
none of the site's names. Nothing here says anything about a person.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from inspect import iscoroutinefunction
from typing import Any

from asgiref.sync import sync_to_async
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import sync_and_async_middleware
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from proctoring.analysis import service
from proctoring.live.prometheus import prometheus_metrics

READY = "ready"


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing else: restarting it would not bring a database back."""
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """A list of sentences, empty with 200; with 503 each says what is not ready."""
    missing = [*database_faults(), *analysis_faults()]
    return JsonResponse(missing, safe=False, status=503 if missing else 200)


def database_faults() -> list[str]:
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    except Error:  # its words may hold host names, which are nobody's business here; every page's log has them
        return ["The database does not answer."]
    missing = len(known_migrations() - set(applied))
    return [f"{missing} migrations are not applied; run manage.py migrate."] if missing else []


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """Those of this process's code, which do not change while it runs."""
    return frozenset(MigrationLoader(None).graph.nodes)


def analysis_faults() -> list[str]:
    """One worker is enough: it is slower than all of them, but everybody is watched."""
    analysis = service.running()
    if analysis is None:
        return ["The analysis does not run in this process; manage.py serve starts it."]
    if not any(worker["state"] == READY for worker in analysis.workers()):
        return ["No analysis worker is ready."]
    return []


PAGES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": healthz,
    "/readyz": readyz,
    "/metrics": prometheus_metrics,
}


@sync_and_async_middleware
def health_pages(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Middleware that answers the pages above and costs every other request one look into a dictionary."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponse:
            page = PAGES.get(request.path_info)
            if page is not None:
                return await sync_to_async(page)(request)
            response: HttpResponse = await get_response(request)
            return response

        return answer_async

    def answer(request: HttpRequest) -> HttpResponse:
        page: Callable[[HttpRequest], HttpResponse] = PAGES.get(request.path_info, get_response)
        return page(request)

    return answer
