"""One of everything an institution has, all of it called by one word that stands nowhere else."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from exams import services
from exams.models import (
    Accommodation,
    Answer,
    Exam,
    Invitation,
    Mark,
    MarkingRun,
    Outage,
    Pool,
    Question,
    QuestionPicture,
    RosterImport,
    WebhookEndpoint,
)
from exams.services import rosters, tokens, webhooks
from proctoring.live import frames
from proctoring.models import Event, Export, PolicyPreset, PurgeRecord, Session
from proctoring.services import ensure_presets
from tests import factories
from tests.admin.question_files import uploaded
from tests.admin.records import event
from tests.factories import People
from tests.routes.addresses import Arguments, filled_in, routes

MARK = "Zyzzyva"


@dataclass(frozen=True, slots=True)
class Place:
    people: People
    arguments: Arguments

    def url(self, name: str) -> str:
        return reverse(name, kwargs=self.arguments[name])


@dataclass(frozen=True, slots=True)
class Sat:
    """An exam that two candidates sit: one is watched at this moment, the other has handed an essay in."""

    exam: Exam
    running: Session
    ended: Session
    mark: Mark
    scored: Event


def place() -> Place:
    people = factories.people()
    institution = people.institution
    institution.name = f"{MARK} University"
    institution.save()
    ensure_presets(institution)
    sat = _sat(people)
    draft = factories.exam(institution, title=f"{MARK} II", state=Exam.State.DRAFT, questions=False)
    accommodation = Accommodation.objects.create(
        institution=institution,
        exam=sat.exam,
        candidate=people.candidate,
        granted_by=people.administrator,
        reason=MARK,
    )
    rows = (
        _rows_of_people(people)
        | _rows_of_questions(draft)
        | _rows_of_watching(people, sat)
        | {
            "exams_exam": sat.exam.pk,
            "exams_attempt": sat.ended.attempt_id,
            "exams_accommodation": accommodation.pk,
            "exams_rosterimport": _roster(people, sat.exam).pk,
        }
    )
    arguments = filled_in(rows=rows, named=_named(people, sat, draft, rows))
    for path, name in routes():
        if path.startswith("snapshots/"):
            arguments[name]["name"] = sat.scored.snapshot.rpartition("/")[2].removesuffix(".jpg")
    for name in ("admin:exams_exam_preview", "admin:exams_exam_questions"):
        arguments[name] = {"exam_id": draft.pk}
    return Place(people, arguments)


def _sat(people: People) -> Sat:
    both = (people.candidate, people.other_candidate)
    exam = factories.exam(people.institution, candidates=both, title=f"{MARK} I")
    running = factories.session(exam, people.candidate)
    ended = factories.ended_session(exam, people.other_candidate, at=timezone.now())
    assert ended.attempt is not None
    Answer.objects.create(
        attempt=ended.attempt,
        question=factories.questions(exam).get(kind="essay"),
        revision=1,
        client_id=uuid.uuid4(),
        value={"text": MARK},
        saved_at=timezone.now(),
    )
    services.mark_attempt(attempt=ended.attempt)
    mark = ended.attempt.marks.get(question__kind="essay")
    scored = event(running, jpeg=factories.jpeg())
    frames.keep(running.pk, jpeg=factories.jpeg(), sequence=1, unix_ms=1_767_788_935_000)
    return Sat(exam, running, ended, mark, scored)


def _rows_of_people(people: People) -> dict[str, Any]:
    institution = people.institution
    in_a_day = timezone.now() + timedelta(days=1)
    invitation = Invitation.objects.create(
        institution=institution, email=f"{MARK}@example.org", role="candidate", expires_at=in_a_day
    )
    endpoint = WebhookEndpoint.objects.create(institution=institution, url=f"https://example.org/{MARK}", events=[])
    return {
        "exams_institution": institution.pk,
        "exams_user": people.candidate.pk,
        "exams_membership": people.candidate.memberships.get().pk,
        "exams_invitation": invitation.pk,
        "exams_apitoken": tokens.make_token(user=people.author, name=MARK, scope="read", days=1)[0].pk,
        "exams_webhookendpoint": endpoint.pk,
        "exams_webhookdelivery": webhooks.send_test(endpoint).pk,
    }


def _rows_of_questions(draft: Exam) -> dict[str, Any]:
    section = factories.section(draft)
    section.title = MARK
    section.save()
    question = Question.objects.create(section=section, kind="essay", text=f"{MARK}?", name=MARK)
    return {
        "exams_section": section.pk,
        "exams_pool": Pool.objects.create(section=section, name=MARK, draw=1).pk,
        "exams_question": question.pk,
    }


def _rows_of_watching(people: People, sat: Sat) -> dict[str, Any]:
    now = timezone.now()
    return {
        "exams_outage": Outage.objects.create(began_at=now, ended_at=now).pk,
        "proctoring_session": sat.running.pk,
        "proctoring_event": sat.scored.pk,
        "proctoring_exampolicy": factories.policy(sat.exam).pk,
        "proctoring_policypreset": PolicyPreset.objects.filter(institution=people.institution)[0].pk,
        "proctoring_purgerecord": PurgeRecord.objects.create(exam=sat.exam, what="events", count=1).pk,
    }


def _named(people: People, sat: Sat, draft: Exam, rows: dict[str, Any]) -> dict[str, Any]:
    """What stands in addresses under names of its own."""
    return {
        "exam_id": sat.exam.pk,
        "attempt_id": sat.ended.attempt_id,
        "session_id": sat.running.pk,
        "event_id": sat.scored.pk,
        "mark_id": sat.mark.pk,
        "question": sat.mark.question.uid,
        "question_id": sat.mark.question_id,
        "roster_id": rows["exams_rosterimport"],
        "run_id": MarkingRun.objects.create(exam=sat.exam, by=people.author).pk,
        "preset_id": rows["proctoring_policypreset"],
        "picture_id": _picture(draft).pk,
        "export_id": _export(people, sat.exam).pk,
        "import_id": uploaded(sat.exam, people.author).pk,
        "pk": rows["exams_accommodation"],
        "id": people.candidate.pk,
        "name": "close",
        "format": "csv",
        "token": "none",
        "provider_id": "none",
        "uidb36": "1",
        "key": "none",
        "app_label": "exams",
        "content_type_id": "1",
    }


def _roster(people: People, exam: Exam) -> RosterImport:
    data = b"email\na@b.ch\n"
    return rosters.check(
        institution=people.institution, exam=exam, by=people.author, file_name=f"{MARK}.csv", data=data
    )


def _picture(draft: Exam) -> QuestionPicture:
    return QuestionPicture.objects.create(
        exam=draft,
        file=default_storage.save("questions/x.png", ContentFile(b"png")),
        sha256="0" * 64,
        content_type="image/png",
        width=1,
        height=1,
    )


def _export(people: People, exam: Exam) -> Export:
    export = Export.objects.create(exam=exam, requested_by=people.proctor, format="csv", state="ready")
    Export.objects.filter(pk=export.pk).update(file=default_storage.save("exports/x.csv", ContentFile(b"x")))
    return export
