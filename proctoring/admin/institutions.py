"""What an institution gains from the cameras: its presets, when it is made."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from exams.admin.people import InstitutionAdmin
from exams.models import Institution
from proctoring import services

admin.site.unregister(Institution)


@admin.register(Institution)
class WatchingInstitutionAdmin(InstitutionAdmin):
    def save_model(self, request: HttpRequest, obj: Institution, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            services.ensure_presets(obj)
