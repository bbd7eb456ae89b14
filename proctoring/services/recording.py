"""Writing down what was seen: events into the chain, pictures beside them, risk, state and counters, all or nothing."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models import Max

from proctoring.evidence import chain
from proctoring.evidence.snapshots import Pictures, written_with_rows
from proctoring.models import BrowserSignal, Event, RiskSample, Session
from proctoring.models.sessions import LAST_SEQUENCE
from proctoring.risk.at_rest import ENTRIES
from proctoring.risk.events import EventDraft
from proctoring.services import late
from proctoring.services.errors import ProctoringError, StaleConnection

logger = logging.getLogger(__name__)

JSONDict = dict[str, Any]
AWAY = (OperationalError, InterfaceError)
STATE = ("engine_state", "risk_temporary", "risk_permanent", "risk_total", "last_frame_at", "connected", "camera")
PICTURED = ENTRIES  # without a score, but only a person can tell what was left out


class Drafted(NamedTuple):
    """An event to record. ``boxes`` (plain JSON) go into its detail, for the page to draw over the picture. ``late``:
    it raised the risk when it was seen, and does so no more (:mod:`proctoring.services.late`)."""

    draft: EventDraft
    jpeg: bytes | None = None
    boxes: JSONDict | None = None
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """What one connection wants written. ``None`` leaves a value as it is; ``counters`` are added to those kept.

    ``again``: it was tried before, and whether the database wrote it before it went away nobody knows. Events and
    samples that are there already are not written a second time. ``key`` tells it from all others; ``takes_up``: those
    of earlier ones that could not be written, and whose content this one holds as well.
    """

    session_id: UUID
    epoch: int
    drafts: Sequence[Drafted] = ()
    samples: Sequence[tuple[int, int]] = ()
    engine_state: JSONDict | None = None
    risk_temporary: int | None = None
    risk_permanent: int | None = None
    risk_total: int | None = None
    counters: Mapping[str, int] = field(default_factory=dict)
    detectors_off: Mapping[str, str] = field(default_factory=dict)
    last_frame_at: datetime | None = None
    last_sequence: int | None = None
    applied_signal_ids: Sequence[UUID] = ()
    connected: bool | None = None
    camera: JSONDict | None = None
    again: bool = False
    key: str = field(default_factory=lambda: uuid4().hex)
    takes_up: Sequence[str] = ()


def commit(wanted: Commit) -> list[Event]:
    """Write it in one transaction. Raises StaleConnection when a newer connection has taken the session over; of what
    is tried ``again`` the evidence is written all the same, without points (:mod:`proctoring.services.late`).

    Once the session has ended, what happened before its end is still written, and nothing later is. A replayed clip has
    a clock of its own, which may run ahead of ours, so its events are taken as they come.
    """
    with written_with_rows() as pictures, transaction.atomic():
        outcome = _write([wanted], pictures)[0]
    if isinstance(outcome, ProctoringError):
        raise outcome
    return outcome


def commit_many(wanted: Sequence[Commit]) -> list[list[Event] | Exception]:
    """Write several sessions' in one transaction: the events, or what went wrong, in the order given.

    When the transaction fails, each is tried alone, so that one bad commit costs the others nothing. Raises
    OperationalError or InterfaceError when the database went away: try all of them ``again`` when it is back.
    """
    try:
        with written_with_rows() as pictures, transaction.atomic():
            return list(_write(wanted, pictures))
    except (DatabaseError, InterfaceError, OSError, ValueError, TypeError) as error:
        if isinstance(error, AWAY) and not all(one.again for one in wanted):
            raise
        names = ", ".join(str(one.session_id) for one in wanted)
        logger.warning("Sessions %s could not be written together; trying each alone.", names, exc_info=True)
    return [_alone(replace(one, again=True)) for one in wanted]


def append_events(session: Session, drafts: Sequence[Drafted], pictures: Pictures | None = None) -> list[Event]:
    """Chain and store events of a session that the caller has locked, and save the session's head."""
    events = _chained(session, drafts, pictures)
    Event.objects.bulk_create(events)
    session.save(update_fields=["event_count", "chain_head"])
    return events


def append_to_each(entries: Sequence[tuple[Session, Drafted]]) -> list[Event]:
    """One event each for many sessions that the caller has locked, in two queries."""
    events = [event for session, drafted in entries for event in _chained(session, [drafted], None)]
    Event.objects.bulk_create(events)
    Session.objects.bulk_update([session for session, _ in entries], ["event_count", "chain_head"], batch_size=500)
    return events


def newest_sample_ms(session_id: UUID) -> int:
    """When the risk last changed (Unix milliseconds), 0 before the first sample. No later sample is dated before it: a
    signal that comes late raises the risk from then on, not back when it happened."""
    newest: int | None = RiskSample.objects.filter(session=session_id).aggregate(newest=Max("unix_ms"))["newest"]
    return newest or 0


def lock(session_id: UUID | str) -> Session:
    """The session, which nobody else can write until the transaction ends; raises Session.DoesNotExist."""
    return Session.objects.select_for_update(of=("self",)).select_related("attempt", "exam").get(pk=session_id)


def _alone(wanted: Commit) -> list[Event] | Exception:
    try:
        return commit(wanted)
    except StaleConnection as error:
        return error
    except (DatabaseError, InterfaceError, OSError, ValueError, TypeError) as error:
        logger.exception("Nothing could be written for session %s.", wanted.session_id)
        return error


def _write(wanted: Sequence[Commit], pictures: Pictures) -> list[list[Event] | ProctoringError]:
    sessions = _locked({UUID(str(one.session_id)) for one in wanted})
    outcomes: list[list[Event] | ProctoringError] = []
    events: list[Event] = []
    samples: list[RiskSample] = []
    for one in wanted:
        session = sessions.get(UUID(str(one.session_id)))
        stale = session is None or session.connection_epoch != one.epoch
        if session is None or (stale and not one.again):
            outcomes.append(StaleConnection())
            continue
        if stale:
            one = _evidence(one)
        if session.state == Session.State.ENDED and session.kind != Session.Kind.REPLAY:
            one = _until_the_end(one, session)
        written: list[Event] = []
        if one.again:
            one, written = _without_what_is_there(one, session, stale=stale)
        if stale:
            one = _without_points(one, session)
        new = _chained(session, one.drafts, pictures)
        outcomes.append(StaleConnection() if stale else [*written, *new])
        events += new
        samples += [RiskSample(session=session, unix_ms=unix_ms, risk=risk) for unix_ms, risk in one.samples]
        _save_state(session, one)
        if one.applied_signal_ids:
            BrowserSignal.objects.filter(session=session, client_id__in=one.applied_signal_ids).update(applied=True)
    Event.objects.bulk_create(events)
    RiskSample.objects.bulk_create(samples)
    return outcomes


def _locked(session_ids: set[UUID]) -> dict[UUID, Session]:
    """Without the large fields; always in one order, so that two writers cannot wait for each other."""
    rows = Session.objects.select_for_update().filter(pk__in=session_ids).order_by("pk")
    return {session.pk: session for session in rows.defer("policy", "calibration", "engine_state")}


def _until_the_end(wanted: Commit, session: Session) -> Commit:
    assert session.ended_at is not None
    end_ms = round(session.ended_at.timestamp() * 1000)
    drafts = [drafted for drafted in wanted.drafts if drafted[0].unix_ms <= end_ms]
    samples = [sample for sample in wanted.samples if sample[0] <= end_ms]
    # Signals that waited were counted at the end, so some of this may be there although it was never tried.
    kept = replace(wanted, drafts=drafts, samples=samples, last_frame_at=None, connected=False, again=True)
    if wanted.risk_permanent is not None and wanted.risk_permanent < session.risk_permanent:
        # This connection's engine never heard of them. What is permanent stays.
        return replace(kept, engine_state=None, risk_temporary=None, risk_permanent=None, risk_total=None)
    if len(drafts) == len(wanted.drafts) and len(samples) == len(wanted.samples):
        return kept
    risk = samples[-1][1] if samples else None
    return replace(kept, engine_state=None, risk_temporary=None, risk_permanent=None, risk_total=risk)


def _evidence(wanted: Commit) -> Commit:
    """Of an older connection's: what another one cannot know. The state of the session is the newer one's."""
    drafts = [drafted for drafted in wanted.drafts if late.is_evidence(drafted.draft)]
    return Commit(session_id=wanted.session_id, epoch=wanted.epoch, drafts=drafts, again=True, key=wanted.key)


def _without_points(wanted: Commit, session: Session) -> Commit:
    drafts = [
        drafted._replace(
            draft=late.without_points(drafted.draft, risk_total=session.risk_total), late=drafted.draft.risk_delta > 0
        )
        for drafted in wanted.drafts
    ]
    return replace(wanted, drafts=drafts)


def _without_what_is_there(wanted: Commit, session: Session, *, stale: bool) -> tuple[Commit, list[Event]]:
    """Of what was tried before: what is missing, and the events that are not."""
    moments = {drafted.draft.unix_ms for drafted in wanted.drafts}
    # What another engine counted is there, whatever risk it came to.
    ended = stale or (session.state == Session.State.ENDED and session.kind != Session.Kind.REPLAY)
    found = {
        (event.name, event.unix_ms, late.as_seen(event.sentence), None if ended else event.risk_total): event
        for event in Event.objects.filter(session=session, unix_ms__in=moments).order_by("sequence")
    }
    missing, there = [], []
    for drafted in wanted.drafts:
        draft = drafted.draft
        total = None if ended else draft.risk_total
        event = found.get((draft.name, draft.unix_ms, chain.plain(draft.sentence), total))
        if event is None:
            missing.append(drafted)
        else:
            there.append(event)
    known = RiskSample.objects.filter(session=session, unix_ms__in={unix_ms for unix_ms, _ in wanted.samples})
    samples = set(known.values_list("unix_ms", "risk"))
    kept = [sample for sample in wanted.samples if sample not in samples]
    return replace(wanted, drafts=missing, samples=kept), there


def _chained(session: Session, drafts: Sequence[Drafted], pictures: Pictures | None) -> list[Event]:
    events = []
    for draft, jpeg, boxes, was_late in drafts:
        event = Event(
            session=session,
            sequence=session.event_count + 1,
            ledger=draft.ledger,
            name=draft.name,
            unix_ms=draft.unix_ms,
            risk_delta=draft.risk_delta,
            risk_total=draft.risk_total,
            phone_detected=draft.phone_detected,
            looking_away=draft.looking_away,
            face_count=draft.face_count,
            sentence=draft.sentence,
            detail=draft.detail if boxes is None else {**draft.detail, "boxes": boxes},
        )
        # Pictures are for what raised the risk; nobody is photographed for a lost connection.
        shows = draft.risk_delta > 0 or was_late or draft.name in PICTURED
        if jpeg is not None and shows and pictures is not None:
            event.snapshot, event.snapshot_sha256 = pictures.save(
                session.pk, event=event.name, unix_ms=event.unix_ms, jpeg=jpeg
            )
        chain.seal(event, previous_hash=session.chain_head)
        session.event_count, session.chain_head = event.sequence, event.hash
        events.append(event)
    return events


def _save_state(session: Session, wanted: Commit) -> None:
    changed = ["event_count", "chain_head"] if wanted.drafts else []
    for name in STATE:
        value = getattr(wanted, name)
        if value is not None:
            setattr(session, name, value)
            changed.append(name)
    counters = dict(session.counters)
    for name, more in wanted.counters.items():
        counters[name] = counters.get(name, 0) + more
    if wanted.last_sequence is not None:
        counters[LAST_SEQUENCE] = max(wanted.last_sequence, counters.get(LAST_SEQUENCE, 0))
    detectors_off = {**session.detectors_off, **wanted.detectors_off}
    if counters != session.counters:
        session.counters = counters
        changed.append("counters")
    if detectors_off != session.detectors_off:
        session.detectors_off = detectors_off
        changed.append("detectors_off")
    if changed:
        session.save(update_fields=changed)
