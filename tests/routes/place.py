"""One of everything an institution has, all of it called by one word that stands nowhere else."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from exams import services
from exams.models import (
    Accommodation,
    Answer,
    Exam,
    Invitation,
    MarkingRun,
    Outage,
    Pool,
    Question,
    QuestionPicture,
    WebhookEndpoint,
)
from exams.services import rosters, tokens, webhooks
from proctoring.live import frames
from proctoring.models import Export, PolicyPreset, PurgeRecord
from proctoring.services import ensure_presets
from tests import factories
from tests.admin.question_files import uploaded
from tests.admin.records import event
from tests.factories import People

MARK = "Zyzzyva"


@dataclass(frozen=True, slots=True)
class Place:
    people: People
    arguments: dict[str, dict[str, Any]]

    def url(self, name: str) -> str:
        return reverse(name, kwargs=self.arguments[name])


def routes(resolver: URLResolver | None = None, path: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """Path and name of everything but the API, which has a table of its own."""
    for entry in (resolver or get_resolver()).url_patterns:
        here = path + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, here, space + (f"{entry.namespace}:" if entry.namespace else ""))
        elif isinstance(entry, URLPattern) and entry.name and not here.startswith("api/"):
            yield here, space + entry.name


def place() -> Place:
    people = factories.people()
    institution = people.institution
    institution.name = f"{MARK} University"
    institution.save()
    ensure_presets(institution)
    exam = factories.exam(institution, candidates=(people.candidate, people.other_candidate), title=f"{MARK} I")
    draft = factories.exam(institution, title=f"{MARK} II", state=Exam.State.DRAFT, questions=False)
    section = factories.section(draft)
    section.title = MARK
    section.save()
    question = Question.objects.create(section=section, kind="essay", text=f"{MARK}?", name=MARK)
    now = timezone.now()
    running = factories.session(exam, people.candidate)
    ended = factories.ended_session(exam, people.other_candidate, at=now)
    assert running.attempt is not None and ended.attempt is not None
    essay = factories.questions(exam).get(kind="essay")
    Answer.objects.create(
        attempt=ended.attempt,
        question=essay,
        revision=1,
        client_id=uuid.uuid4(),
        value={"text": MARK},
        saved_at=now,
    )
    services.mark_attempt(attempt=ended.attempt)
    mark = ended.attempt.marks.filter(question__kind="essay").first()
    assert mark is not None
    scored = event(running, jpeg=factories.jpeg())
    frames.keep(running.pk, jpeg=factories.jpeg(), sequence=1, unix_ms=1_767_788_935_000)
    endpoint = WebhookEndpoint.objects.create(institution=institution, url=f"https://example.org/{MARK}", events=[])
    picture = QuestionPicture.objects.create(
        exam=draft,
        file=default_storage.save("questions/x.png", ContentFile(b"png")),
        sha256="0" * 64,
        content_type="image/png",
        width=1,
        height=1,
    )
    export = Export.objects.create(exam=exam, requested_by=people.proctor, format="csv", state="ready")
    Export.objects.filter(pk=export.pk).update(file=default_storage.save("exports/x.csv", ContentFile(b"x")))
    invitation = Invitation.objects.create(
        institution=institution, email=f"{MARK}@example.org", role="candidate", expires_at=now + timedelta(days=1)
    )
    roster = rosters.check(
        institution=institution, exam=exam, by=people.author, file_name=f"{MARK}.csv", data=b"email\na@b.ch\n"
    )
    accommodation = Accommodation.objects.create(
        institution=institution, exam=exam, candidate=people.candidate, granted_by=people.administrator, reason=MARK
    )
    rows: dict[str, Any] = {
        "exams_invitation": invitation.pk,
        "exams_outage": Outage.objects.create(began_at=now, ended_at=now).pk,
        "exams_section": section.pk,
        "exams_pool": Pool.objects.create(section=section, name=MARK, draw=1).pk,
        "exams_membership": people.candidate.memberships.get().pk,
        "exams_user": people.candidate.pk,
        "exams_question": question.pk,
        "exams_rosterimport": roster.pk,
        "exams_apitoken": tokens.make_token(user=people.author, name=MARK, scope="read", days=1)[0].pk,
        "exams_webhookendpoint": endpoint.pk,
        "exams_webhookdelivery": webhooks.send_test(endpoint).pk,
        "exams_accommodation": accommodation.pk,
        "exams_attempt": ended.attempt.pk,
        "exams_exam": exam.pk,
        "exams_institution": institution.pk,
        "proctoring_event": scored.pk,
        "proctoring_exampolicy": factories.policy(exam).pk,
        "proctoring_policypreset": PolicyPreset.objects.filter(institution=institution)[0].pk,
        "proctoring_purgerecord": PurgeRecord.objects.create(exam=exam, what="events", count=1).pk,
        "proctoring_session": running.pk,
    }
    named: dict[str, Any] = {
        "exam_id": exam.pk,
        "attempt_id": ended.attempt.pk,
        "session_id": running.pk,
        "event_id": scored.pk,
        "mark_id": mark.pk,
        "question": mark.question.uid,
        "question_id": mark.question_id,
        "roster_id": roster.pk,
        "run_id": MarkingRun.objects.create(exam=exam, by=people.author).pk,
        "preset_id": rows["proctoring_policypreset"],
        "picture_id": picture.pk,
        "export_id": export.pk,
        "import_id": uploaded(exam, people.author).pk,
        "pk": accommodation.pk,
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
    arguments: dict[str, dict[str, Any]] = {}
    for path, name in routes():
        wanted = {}
        for argument in _arguments(name):
            model = name.removeprefix("admin:").rpartition("_")[0]
            wanted[argument] = rows.get(model, "1") if argument == "object_id" else named[argument]
        arguments[name] = wanted
        if path.startswith("snapshots/"):
            arguments[name]["name"] = scored.snapshot.rpartition("/")[2].removesuffix(".jpg")
    for name in ("admin:exams_exam_preview", "admin:exams_exam_questions"):
        arguments[name] = {"exam_id": draft.pk}
    return Place(people, arguments)


def _arguments(name: str) -> set[str]:
    resolver: Any = get_resolver()
    for part in name.split(":")[:-1]:
        resolver = resolver.namespace_dict[part][1]
    possible = resolver.reverse_dict.getlist(name.rpartition(":")[2])
    return set(possible[0][0][0][1]) if possible else set()
