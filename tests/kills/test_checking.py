"""The check after the kills says what is missing, doubled or other than it was acknowledged."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from pytest_django import Settings

from exams import services as exam_services
from exams.models import Answer
from proctoring import services
from proctoring.live import payloads
from proctoring.models import BrowserSignal, Event, Session
from proctoring.services import Commit, Drafted
from tests import factories
from tests.kills import checking
from tests.kills.kept import Kept, KeptAnswer, KeptSignal
from tests.services.drafts import draft

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, slots=True)
class Exam:
    """One sitting as the ledger has it and as it is in the database."""

    kept: Kept
    session: Session

    def faults(self, *, ended: bool = False) -> list[str]:
        return checking.faults(self.kept, given=self.kept.answers, ended=ended)


@pytest.fixture
def exam(settings: Settings, tmp_path: Path) -> Exam:
    settings.MEDIA_ROOT = tmp_path
    sat = factories.exam()
    now = timezone.now()
    started = now - timedelta(minutes=1)
    attempt = factories.attempt(sat, factories.user(), started_at=started, deadline=now + timedelta(hours=1))
    session = factories.session(sat, attempt.candidate, attempt=attempt, started_at=started)
    kept = Kept()
    essay = factories.questions(sat).get(kind="essay").pk
    for text in ("First", "Second"):
        client_id, value = uuid4(), {"text": text}
        exam_services.save_answer(attempt=attempt, client_id=client_id, question_id=essay, value=value)
        kept.answer(client_id, KeptAnswer(session.pk, essay, value))
    leave(kept, session)
    commit = Commit(session_id=session.pk, epoch=0, drafts=[Drafted(draft(), factories.jpeg())], samples=[(1, 5)])
    for event in services.commit(commit):
        kept.tell(str(session.pk), payloads.event(event, zone=ZoneInfo("Europe/Berlin")))
    return Exam(kept, session)


def leave(kept: Kept, session: Session) -> None:
    now = time.time() * 1000
    for kind, at in (("hidden", now - 500), ("visible", now - 100)):
        signal = {"id": str(uuid4()), "kind": kind, "time_ms": at}
        services.store_signals(session.pk, services.SignalBatch.parse({"sent_ms": now, "signals": [signal]}))
        kept.signals[services.SignalBatch.parse({"sent_ms": now, "signals": [signal]}).signals[0].client_id] = (
            KeptSignal(session.pk, kind)
        )
    services.apply_pending_signals(session.pk)


def test_what_was_acknowledged_and_is_there_once_is_no_fault(exam: Exam) -> None:
    assert exam.faults() == []
    assert Event.objects.count() == 2


def lose_an_answer(exam: Exam) -> None:
    Answer.objects.filter(revision=1).delete()


def lose_the_newest_answer(exam: Exam) -> None:
    Answer.objects.filter(revision=2).delete()


def change_an_answer(exam: Exam) -> None:
    Answer.objects.filter(revision=2).update(value={"text": "Third"})


def add_an_answer(exam: Exam) -> None:
    answer = Answer.objects.get(revision=2)
    answer.pk, answer.revision, answer.client_id = None, 3, uuid4()
    answer.save()


def lose_a_signal(exam: Exam) -> None:
    BrowserSignal.objects.filter(kind="visible").delete()


def forget_a_signal(exam: Exam) -> None:
    BrowserSignal.objects.filter(kind="visible").update(applied=False)


def lose_an_event(exam: Exam) -> None:
    Event.objects.filter(name="NO_FACE").delete()


def change_an_event(exam: Exam) -> None:
    Event.objects.filter(name="NO_FACE").update(risk_total=7)


def lose_a_picture(exam: Exam) -> None:
    default_storage.delete(Event.objects.get(name="NO_FACE").snapshot)


def change_a_picture(exam: Exam) -> None:
    Path(default_storage.path(Event.objects.get(name="NO_FACE").snapshot)).write_bytes(factories.jpeg(shade=1))


def write_an_event_twice(exam: Exam) -> None:
    services.commit(Commit(session_id=exam.session.pk, epoch=0, drafts=[Drafted(draft())]))


def write_a_sample_twice(exam: Exam) -> None:
    services.commit(Commit(session_id=exam.session.pk, epoch=0, samples=[(1, 5)]))


def count_no_leaving(exam: Exam) -> None:
    Event.objects.filter(name="TAB_SWITCH").update(name="SOMETHING_ELSE")


def lose_risk(exam: Exam) -> None:
    Session.objects.update(risk_permanent=0)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lose_an_answer, "was acknowledged and is there 0 times"),
        (lose_an_answer, "Of 2 revisions of question"),
        (lose_the_newest_answer, "was acknowledged and is there 0 times"),
        (change_an_answer, "is not the one that was acknowledged"),
        (add_an_answer, "is not the current one"),
        (add_an_answer, "nobody gave it"),
        (lose_a_signal, "(visible) was acknowledged and is there as []"),
        (forget_a_signal, "was never taken into account"),
        (lose_an_event, "was told to a proctor and is not there"),
        (lose_an_event, "missing_"),
        (change_an_event, "was told to a proctor as"),
        (change_an_event, "changed_event"),
        (lose_a_picture, "missing_picture"),
        (change_a_picture, "changed_picture"),
        (write_an_event_twice, "NO_FACE of 1767788935191 stands 2 times"),
        (write_a_sample_twice, "The risk 5 at 1 stands 2 times"),
        (count_no_leaving, "was left 1 times and has 0 entries"),
        (lose_risk, "adds up to 5 for good, and the session has 0"),
    ],
)
def test_each_harm_is_said(exam: Exam, harm: Callable[[Exam], None], said: str) -> None:
    harm(exam)
    assert said in "\n".join(exam.faults())


def test_who_has_handed_in_must_have_ended(exam: Exam) -> None:
    assert len(exam.faults(ended=True)) == 2
    services.end_session(exam.session.pk, Session.EndedBy.CANDIDATE)
    assert exam.faults(ended=True) == []


def test_the_ledger_notices_what_is_acknowledged_or_told_otherwise(exam: Exam) -> None:
    [(client_id, answer), *_] = exam.kept.answers.items()
    exam.kept.answer(client_id, answer)
    [told] = exam.kept.told.values()
    exam.kept.tell(told["session"], {**told, "risk_delta": 9, "snapshot_url": ""})
    assert len(exam.kept.wrong) == 2
    assert exam.faults()[:2] == exam.kept.wrong
