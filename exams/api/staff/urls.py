"""Addresses of what an institution automates, below /api/v1/."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from exams.api.staff.exams import ExamViewSet

router = SimpleRouter()
router.register("exams", ExamViewSet, basename="api_exam")

urlpatterns = router.urls
