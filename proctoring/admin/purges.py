"""What was deleted, when and from which session: administrators can show that the promise of consent was kept."""

from __future__ import annotations

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from exams.scoped_admin import ADMINISTRATORS
from proctoring.admin.base import RecordAdmin
from proctoring.admin.filters import DayRangeFilter
from proctoring.models import PurgeRecord


@admin.register(PurgeRecord)
class PurgeRecordAdmin(RecordAdmin):
    view_roles = ADMINISTRATORS
    institution_path = "exam__institution"
    list_display = ("at", "what", "count", "exam", "session_id_text")
    nothing_yet = "Pictures, events and answers are deleted when they are due. Each deletion is written down here."
    list_filter = (("what", ChoicesDropdownFilter), ("at", DayRangeFilter))
    list_select_related = ("exam__institution",)
    search_fields = ("session_id_text", "exam__title")
    fields = ("at", "what", "count", "exam", "session_id_text", "chain_head")
