"""Beginning a session, connecting to it, calibrating, and starting to watch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from exams import selectors as exam_selectors
from exams import services as exam_services
from exams.errors import AttemptFinished, NotEnrolled
from exams.models import Attempt, Exam, User
from proctoring import consent as consents
from proctoring.models import BrowserSignal, Consent, RiskSample, Session
from proctoring.models.sessions import LAST_SEQUENCE
from proctoring.risk.calibration import Calibration
from proctoring.risk.policy import Policy
from proctoring.services.accommodations import accommodate, granted_to
from proctoring.services.attempt_time import AttemptTime, time_of
from proctoring.services.errors import ConsentMissing, NotCalibrated, NotWatched, SessionEnded, StaleConnection
from proctoring.services.policies import fields_for, policy_for, promised
from proctoring.services.recording import lock, newest_sample_ms


@dataclass(frozen=True, slots=True)
class PendingSignal:
    """A stored browser signal the risk engine has not seen yet; ``time`` in Unix seconds on the server's clock."""

    client_id: UUID
    kind: str
    time: float


@dataclass(frozen=True, slots=True)
class Connection:
    """Everything a consumer needs to go on where the session stopped."""

    session_id: UUID
    epoch: int
    kind: str
    state: str
    exam_id: int | None
    candidate_id: int
    candidate_name: str
    policy: Policy
    calibration: dict[str, Any] | None
    engine_state: dict[str, Any] | None
    risk_temporary: int
    risk_permanent: int
    risk_total: int
    last_sequence: int
    last_sample_ms: int
    camera_on: bool
    deadline: datetime | None
    last_frame_at: datetime | None
    detectors_off: dict[str, str]
    pending_signals: tuple[PendingSignal, ...]
    time: AttemptTime | None = None
    camera: dict[str, Any] | None = None


@transaction.atomic
def begin_session(*, candidate: User, exam: Exam | None, kind: str) -> Session:
    """The session to go on with, or a new one.

    An exam's comes back as long as its attempt runs: also when watching was stopped and only the exam goes on. A
    replayed clip is always a new session, has no attempt and needs no consent: nobody sits in front of a camera.
    Raises ConsentMissing, NotWatched, NotEnrolled, ExamNotOpen or AttemptFinished.
    """
    User.objects.select_for_update().get(pk=candidate.pk)  # two clicks at once make one session
    if kind == Session.Kind.REPLAY:
        return _create(candidate=candidate, exam=exam, kind=kind)
    if exam is not None and not exam.enrolments.filter(candidate=candidate).exists():
        raise NotEnrolled
    if exam is not None and exam_selectors.attempts_used_up(candidate, exam):
        raise AttemptFinished
    unfinished = _unfinished(candidate=candidate, exam=exam)
    if unfinished is not None and not _lacks_consent(unfinished):
        return unfinished
    if unfinished is None and exam is not None and not fields_for(exam).watched:
        raise NotWatched
    consent = consents.consent_for(candidate, exam)
    if consent is None:
        raise ConsentMissing
    if unfinished is not None:
        unfinished.consent = consent
        unfinished.save(update_fields=["consent"])
        return unfinished
    attempt = exam_services.open_attempt(candidate=candidate, exam=exam) if exam is not None else None
    return _create(candidate=candidate, exam=exam, kind=kind, attempt=attempt, consent=consent)


def _lacks_consent(session: Session) -> bool:
    """An ended session needs none: nobody is watched any more. Its own words hold, whatever the exam's are now."""
    if session.kind == Session.Kind.REPLAY or session.state == Session.State.ENDED:
        return False
    return session.consent is None or session.consent.withdrawn_at is not None


def _unfinished(*, candidate: User, exam: Exam | None) -> Session | None:
    sessions = Session.objects.filter(candidate=candidate).select_related("exam__institution", "attempt", "consent")
    if exam is not None:
        return sessions.filter(attempt__exam=exam, attempt__state=Attempt.State.RUNNING).first()
    return sessions.filter(kind=Session.Kind.PRACTICE).exclude(state=Session.State.ENDED).first()


def _create(
    *, candidate: User, exam: Exam | None, kind: str, attempt: Attempt | None = None, consent: Consent | None = None
) -> Session:
    plain = policy_for(exam)
    policy = plain if exam is None else accommodate(plain, granted_to(candidate, exam))
    return Session.objects.create(
        candidate=candidate,
        exam=exam,
        kind=kind,
        attempt=attempt,
        consent=consent,
        policy=policy.as_dict(),
        exam_policy=plain.as_dict() if policy.accommodated else None,
        accommodated=policy.accommodated,
        **promised(exam),
    )


@transaction.atomic
def open_connection(session_id: UUID | str) -> Connection:
    """Take the session over: connections opened earlier can no longer write.

    Raises Session.DoesNotExist, SessionEnded, or ConsentMissing (withdrawn, or never given).
    """
    session = (
        Session.objects.select_for_update(of=("self",))
        .select_related("attempt__exam", "candidate", "consent")
        .get(pk=session_id)
    )
    if session.state == Session.State.ENDED:
        raise SessionEnded
    if _lacks_consent(session):
        raise ConsentMissing
    session.connection_epoch += 1
    session.connected = True
    session.save(update_fields=["connection_epoch", "connected"])
    return Connection(
        session_id=session.pk,
        epoch=session.connection_epoch,
        kind=session.kind,
        state=session.state,
        exam_id=session.exam_id,
        candidate_id=session.candidate_id,
        candidate_name=session.candidate.display_name,
        policy=Policy.from_dict(session.policy),
        calibration=session.calibration,
        engine_state=session.engine_state,
        risk_temporary=session.risk_temporary,
        risk_permanent=session.risk_permanent,
        risk_total=session.risk_total,
        last_sequence=session.counters.get(LAST_SEQUENCE, 0),
        last_sample_ms=newest_sample_ms(session.pk),
        camera_on=_camera_is_on(session.pk),
        deadline=session.attempt.deadline if session.attempt is not None else None,
        last_frame_at=session.last_frame_at,
        detectors_off=session.detectors_off,
        pending_signals=pending_signals(session.pk),
        time=time_of(session.attempt) if session.attempt is not None else None,
        camera=session.camera,
    )


def forget_connections(lost: Iterable[tuple[UUID, int]] | None = None) -> int:
    """Those connections went with their process, however it ended; how many. None: all, at the start of the only one.

    By session and epoch, so that one opened meanwhile is left alone.
    """
    connected = Session.objects.filter(connected=True)
    if lost is None:
        return connected.update(connected=False)
    return sum(connected.filter(pk=pk, connection_epoch=epoch).update(connected=False) for pk, epoch in lost)


def remember_connections(held: Iterable[tuple[UUID, int]]) -> int:
    """Connections that were given up for lost and are there; how many."""
    lost = Session.objects.filter(connected=False).exclude(state=Session.State.ENDED)
    return sum(lost.filter(pk=pk, connection_epoch=epoch).update(connected=True) for pk, epoch in held)


def connections() -> list[tuple[UUID, int]]:
    """Session and epoch of everybody who is connected as far as is known, to whichever process."""
    return list(Session.objects.filter(connected=True).values_list("pk", "connection_epoch"))


def _camera_is_on(session_id: UUID) -> bool:
    """As the page said last: it tells of changes only, so a new connection starts from here."""
    said = BrowserSignal.objects.filter(session=session_id, kind__in=("camera_stopped", "camera_started"))
    newest = said.order_by("-unix_ms", "-pk").first()
    return newest is None or newest.kind == "camera_started"


def pending_signals(session_id: UUID) -> tuple[PendingSignal, ...]:
    """In the order they happened."""
    signals = BrowserSignal.objects.filter(session=session_id, applied=False).order_by("unix_ms", "pk")
    return tuple(PendingSignal(signal.client_id, signal.kind, signal.unix_ms / 1000) for signal in signals)


@transaction.atomic
def save_calibration(session_id: UUID | str, epoch: int, calibration: Calibration) -> None:
    """Raises StaleConnection or SessionEnded."""
    session = _connected(session_id, epoch)
    session.calibration = calibration.as_dict()
    session.save(update_fields=["calibration"])


@transaction.atomic
def start_watching(session_id: UUID | str, epoch: int) -> Session:
    """Go live, and start an attempt's clock; again changes nothing.

    Raises StaleConnection, SessionEnded, NotCalibrated (a replayed clip may do without) or ExamNotOpen.
    """
    session = _connected(session_id, epoch)
    if session.state == Session.State.LIVE:
        return session
    if session.calibration is None and _needs_calibration(session):
        raise NotCalibrated
    if session.attempt is not None:
        session.attempt = exam_services.start_attempt(attempt=session.attempt)
    now = timezone.now()
    session.state = Session.State.LIVE
    session.started_at = now
    session.save(update_fields=["state", "started_at"])
    RiskSample.objects.create(session=session, unix_ms=round(now.timestamp() * 1000), risk=session.risk_total)
    return session


def _needs_calibration(session: Session) -> bool:
    return session.kind != Session.Kind.REPLAY and Policy.from_dict(session.policy).needs_calibration


def _connected(session_id: UUID | str, epoch: int) -> Session:
    try:
        session = lock(session_id)
    except Session.DoesNotExist:
        raise StaleConnection from None
    if session.connection_epoch != epoch:
        raise StaleConnection
    if session.state == Session.State.ENDED:
        raise SessionEnded
    return session
