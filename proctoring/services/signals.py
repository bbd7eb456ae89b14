"""Browser signals: stored once under the browser's own id, and taken into account once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from exams import timing
from proctoring.models import BrowserSignal, Event, RiskSample, Session
from proctoring.risk.browser import known_kinds
from proctoring.risk.calibration import Calibration
from proctoring.risk.engine import Engine
from proctoring.risk.events import EventDraft, Step
from proctoring.risk.policy import Policy
from proctoring.services.errors import BadRequest, SessionEnded, TooManySignals
from proctoring.services.recording import Drafted, append_events, lock, newest_sample_ms

KINDS = known_kinds()
MOST_SIGNALS = 500  # in one message; the outbox sends what is left in the next
# An outbox that finds its way back later than this changes nothing any more.
LATEST_AFTER_END = timedelta(hours=24)
# Somebody who changes windows every three seconds, by the hour. Each signal costs every session's server some work.
MOST_AN_HOUR = 5_000
HOUR = timedelta(hours=1)
FLOOD = "FLOOD"


@dataclass(frozen=True, slots=True)
class Signal:
    client_id: UUID
    kind: str
    time_ms: float


@dataclass(frozen=True, slots=True)
class SignalBatch:
    """Signals with the browser's own times, when it sent them by the same clock, and when they came in by ours."""

    sent_ms: float
    signals: tuple[Signal, ...]
    received_at: datetime

    @classmethod
    def parse(cls, message: object, *, received_at: datetime | None = None) -> SignalBatch:
        """From ``{"sent_ms": …, "signals": [{"id", "kind", "time_ms"}]}``; raises BadRequest with a sentence."""
        if not isinstance(message, Mapping) or not isinstance(message.get("signals"), list):
            raise BadRequest("Signals come as an object with “sent_ms” and a list of “signals”.")
        if len(message["signals"]) > MOST_SIGNALS:
            raise BadRequest(f"At most {MOST_SIGNALS} signals fit in one message.")
        sent_ms = _milliseconds(message.get("sent_ms"), "sent_ms")
        signals = tuple(_signal(item) for item in message["signals"])
        return cls(sent_ms=sent_ms, signals=signals, received_at=received_at or timezone.now())

    def server_ms(self, signal: Signal) -> int:
        """The moment on the server's clock: as long before receipt as it was before sending, and never after."""
        age_ms = max(0.0, self.sent_ms - signal.time_ms)
        return round(self.received_at.timestamp() * 1000 - age_ms)


def _signal(item: object) -> Signal:
    if not isinstance(item, Mapping):
        raise BadRequest("A signal is an object with “id”, “kind” and “time_ms”.")
    kind = item.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise BadRequest(f"“{str(kind)[:40]}” is no kind of signal.")
    try:
        client_id = UUID(str(item.get("id")))
    except ValueError:
        raise BadRequest("The id of a signal must be a UUID.") from None
    return Signal(client_id=client_id, kind=kind, time_ms=_milliseconds(item.get("time_ms"), "time_ms"))


def _milliseconds(value: Any, name: str) -> float:
    # Said this way round, because a whole number of 400 digits has no place among floats, and NaN is never below.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 1e14:
        raise BadRequest(f"“{name}” must be a number of milliseconds.")
    return float(value)


@transaction.atomic
def store_signals(session_id: UUID | str, batch: SignalBatch) -> list[UUID]:
    """Keep those that are not there yet and return their ids; any of the batch may then be acknowledged.

    Raises Session.DoesNotExist, SessionEnded a day after the end, and TooManySignals, nothing of the batch being kept.
    """
    session = lock(session_id)
    if session.ended_at is not None and batch.received_at > session.ended_at + LATEST_AFTER_END:
        raise SessionEnded
    by_id = {signal.client_id: signal for signal in reversed(batch.signals)}
    stored = BrowserSignal.objects.filter(session=session, client_id__in=by_id).values_list("client_id", flat=True)
    for known in list(stored):
        del by_id[known]
    lately = BrowserSignal.objects.filter(session=session, received_at__gt=batch.received_at - HOUR)
    if by_id and lately.count() + len(by_id) > MOST_AN_HOUR:
        raise TooManySignals
    first_ms = round(session.created_at.timestamp() * 1000)
    rows = [
        BrowserSignal(
            session=session,
            client_id=signal.client_id,
            kind=signal.kind,
            client_unix_ms=round(signal.time_ms),
            unix_ms=max(first_ms, batch.server_ms(signal)),
            received_at=batch.received_at,
        )
        for signal in reversed(by_id.values())
    ]
    BrowserSignal.objects.bulk_create(rows)
    return [row.client_id for row in rows]


@transaction.atomic
def record_flood(session_id: UUID | str) -> list[Event]:
    """That more signals came than are kept: once an hour, however many did. Raises Session.DoesNotExist."""
    session, now = lock(session_id), timezone.now()
    since_ms = round((now - HOUR).timestamp() * 1000)
    if session.state == Session.State.ENDED or session.events.filter(name=FLOOD, unix_ms__gt=since_ms).exists():
        return []
    draft = EventDraft(
        ledger="technical",
        name=FLOOD,
        time=now.timestamp(),
        risk_delta=0,
        risk_total=session.risk_total,
        phone_detected=False,
        looking_away=False,
        face_count=None,
        sentence="The candidate's page sent far more browser signals than a person can cause; the rest were not kept.",
        detail={"signals_an_hour_allowed": MOST_AN_HOUR},
    )
    return append_events(session, [Drafted(draft)])


@transaction.atomic
def apply_pending_signals(session_id: UUID | str) -> list[Event]:
    """Let the risk engine see what came in while no connection was open, with its state from the database.

    Does nothing while one is open: its own engine takes them (``pending_signals``). Raises Session.DoesNotExist.
    """
    session = lock(session_id)
    return [] if session.connected else apply_to_locked(session)


def apply_to_locked(session: Session) -> list[Event]:
    """The same for a session the caller has locked. Before watching began and after its end signals change nothing."""
    signals = list(BrowserSignal.objects.filter(session=session, applied=False).order_by("unix_ms", "pk"))
    if not signals:
        return []
    counted = [signal for signal in signals if _counts(session, signal)]
    events = _apply(session, counted) if counted else []
    BrowserSignal.objects.filter(pk__in=[signal.pk for signal in signals]).update(applied=True)
    return events


def _counts(session: Session, signal: BrowserSignal) -> bool:
    if session.started_at is None or signal.unix_ms < session.started_at.timestamp() * 1000:
        return False
    return session.ended_at is None or signal.unix_ms <= session.ended_at.timestamp() * 1000


def _apply(session: Session, signals: Sequence[BrowserSignal]) -> list[Event]:
    engine = engine_of(session)
    drafts: list[Drafted] = []
    samples: list[RiskSample] = []
    risk, sampled_ms = session.risk_total, newest_sample_ms(session.pk)
    step: Step | None = None
    for signal in signals:
        step = engine.signal(signal.unix_ms / 1000, signal.kind)
        drafts += [Drafted(draft) for draft in step.events]
        if step.risk_total != risk:
            risk = step.risk_total
            sampled_ms = max(sampled_ms, signal.unix_ms)
            samples.append(RiskSample(session=session, unix_ms=sampled_ms, risk=risk))
    if step is not None:
        session.risk_temporary, session.risk_permanent = step.risk_temporary, step.risk_permanent
        session.risk_total = step.risk_total
    session.engine_state = engine.state()
    session.save(update_fields=["engine_state", "risk_temporary", "risk_permanent", "risk_total"])
    RiskSample.objects.bulk_create(samples)
    return append_events(session, drafts)


def engine_of(session: Session) -> Engine:
    """The risk engine as it was written last, or a fresh one."""
    policy = Policy.from_dict(session.policy)
    if session.engine_state is not None:
        engine = Engine.restore(policy, session.engine_state)
    else:
        engine = Engine(policy, Calibration.from_dict(session.calibration) if session.calibration else None)
    for start, end in [] if session.attempt is None else timing.pauses_of(session.attempt):
        engine.pause(start.timestamp(), end.timestamp())
    return engine
