"""Addresses of what goes in and out of an exam as files: questions and pictures."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path

from exams.admin.question_export import export_file, export_page
from exams.admin.question_import import check_page, state_page, upload_page
from exams.admin.question_pictures import pictures_page


def urls(site: AdminSite) -> list[URLPattern]:
    """Beside those of exams, under ``exams/exam/``."""

    def page(view: Any) -> Any:
        return site.admin_view(partial(view, site=site))

    return [
        path("<int:exam_id>/import/", page(upload_page), name="exams_exam_import"),
        path("<int:exam_id>/import/<uuid:import_id>/", page(check_page), name="exams_exam_import_check"),
        path(
            "<int:exam_id>/import/<uuid:import_id>/state.json",
            site.admin_view(state_page),
            name="exams_exam_import_state",
        ),
        path("<int:exam_id>/export/", page(export_page), name="exams_exam_export"),
        path("<int:exam_id>/export/<slug:format>/", site.admin_view(export_file), name="exams_exam_export_file"),
        path("<int:exam_id>/pictures/", page(pictures_page), name="exams_exam_pictures"),
    ]
