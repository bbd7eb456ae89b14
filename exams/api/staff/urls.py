"""Addresses of what an institution automates, below /api/v1/."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from exams.api.staff import attempts, hooks, marking_runs, people, question_files, questions, results
from exams.api.staff.exams import ExamViewSet

EXAM = r"exams/(?P<exam>[0-9]{1,18})"

router = SimpleRouter()
router.register("institutions", people.InstitutionViewSet, basename="api_institution")
router.register("invitations", people.InvitationViewSet, basename="api_invitation")
router.register("exams", ExamViewSet, basename="api_exam")
router.register(rf"{EXAM}/questions", questions.QuestionViewSet, basename="api_question")
router.register(rf"{EXAM}/question-imports", question_files.QuestionImportViewSet, basename="api_question_import")
router.register(rf"{EXAM}/question-exports", question_files.QuestionExportViewSet, basename="api_question_export")
router.register(rf"{EXAM}/sections", questions.SectionViewSet, basename="api_section")
router.register(rf"{EXAM}/pools", questions.PoolViewSet, basename="api_pool")
router.register(rf"{EXAM}/enrolments", people.EnrolmentViewSet, basename="api_enrolment")
router.register(rf"{EXAM}/rosters", people.RosterViewSet, basename="api_roster")
router.register(rf"{EXAM}/attempts", attempts.AttemptViewSet, basename="api_exam_attempt")
router.register(rf"{EXAM}/results", results.ResultViewSet, basename="api_result")
router.register(rf"{EXAM}/marking-runs", marking_runs.MarkingRunViewSet, basename="api_marking_run")
router.register(rf"{EXAM}/marks", results.MarkViewSet, basename="api_mark")
router.register("webhooks", hooks.EndpointViewSet, basename="api_webhook")
router.register("deliveries", hooks.DeliveryViewSet, basename="api_delivery")
router.register("keys", hooks.KeyViewSet, basename="api_key")

urlpatterns = router.urls
