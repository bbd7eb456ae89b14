"""What of exams runs outside requests. Thin: ids in, fetch, delegate, return when the row is gone."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from exams.accounts import lockout, mail
from exams.errors import ExamError
from exams.models import MarkingRun, QuestionImport, RosterImport
from exams.services import marking_runs, pictures, question_imports, rosters, webhooks


@shared_task(name="exams.tasks.deliver_webhooks")
def deliver_webhooks() -> None:
    webhooks.deliver_due()


@shared_task(name="exams.tasks.forget_webhooks")
def forget_webhooks() -> None:
    webhooks.forget_old(timezone.now())


@shared_task(name="exams.tasks.send_invitations")
def send_invitations() -> None:
    if mail.send_waiting_invitations(timezone.now()):
        mail.send_invitations_soon()  # one batch after the other: what else waits comes in between


@shared_task(name="exams.tasks.send_password_resets")
def send_password_resets(user_ids: list[int]) -> None:
    mail.send_password_resets(user_ids)


@shared_task(name="exams.tasks.send_notice")
def send_notice(user_id: int, notice: str) -> None:
    mail.send_notice(user_id, notice)


@shared_task(name="exams.tasks.forget_failed_sign_ins")
def forget_failed_sign_ins() -> None:
    lockout.forget_old(timezone.now())


@shared_task(name="exams.tasks.import_roster")
def import_roster(roster_id: str) -> None:
    roster = RosterImport.objects.select_related("institution", "exam", "by").filter(pk=UUID(roster_id)).first()
    if roster is not None:
        rosters.carry_out(roster)


@shared_task(name="exams.tasks.read_questions")
def read_questions(import_id: str) -> None:
    row = QuestionImport.objects.filter(pk=UUID(import_id)).first()
    if row is not None:
        question_imports.read(row)


@shared_task(name="exams.tasks.import_questions")
def import_questions(import_id: str) -> None:
    row = QuestionImport.objects.select_related("exam", "by").filter(pk=UUID(import_id)).first()
    if row is not None:
        with suppress(ExamError):  # its row says what stood in the way
            question_imports.carry_out(row)


@shared_task(name="exams.tasks.mark_exam_again")
def mark_exam_again(run_id: str) -> None:
    run = MarkingRun.objects.select_related("exam", "by").filter(pk=UUID(run_id)).first()
    if run is not None:
        marking_runs.carry_out(run)


@shared_task(name="exams.tasks.forget_rosters")
def forget_rosters() -> None:
    rosters.forget_old(timezone.now())


@shared_task(name="exams.tasks.forget_question_files")
def forget_question_files() -> None:
    question_imports.forget_old(timezone.now())
    pictures.forget_unused_files(timezone.now())
