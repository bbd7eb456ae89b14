"""Outages of the server, which every institution on it shares: for those who run it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from exams.models import Outage
from exams.roles import is_superuser
from exams.scoped_admin import ReadOnlyMixin, ScopedModelAdmin


@admin.register(Outage)
class OutageAdmin(ReadOnlyMixin, ScopedModelAdmin):
    list_display = ("began_at", "ended_at", "lasted", "attempts_credited")
    nothing_yet = (
        "When the server was out of reach while exams ran, it is written down here, and candidates get that time back."
    )
    fields = ("began_at", "ended_at", "lasted", "attempts_credited")
    readonly_fields = ("lasted",)
    actions = None

    @admin.display(description="Lasted")
    def lasted(self, outage: Outage) -> str:
        return f"{(outage.ended_at - outage.began_at).total_seconds():.0f} s"

    def scoped(self, rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
        """They belong to no institution."""
        return rows.none()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)
