"""After the kills: is everything that was acknowledged there, and there once? Each fault is one sentence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Max

from exams.models import Answer, Attempt
from proctoring.evidence import verify
from proctoring.models import BrowserSignal, Event, RiskSample, Session
from proctoring.reports.record import detailed_record
from proctoring.risk.policy import TAB_SWITCH
from tests.kills.kept import Kept

SAME_MOMENT_MS = 2  # signals are dated in milliseconds, events in floats


def faults(kept: Kept, *, given: Iterable[UUID], ended: bool) -> list[str]:
    """``given``: ids of all answers that were sent, acknowledged or not. ``ended``: everybody has handed in."""
    sessions = list(Session.objects.filter(exam__isnull=False).select_related("attempt", "exam__institution"))
    found = [*kept.wrong, *answers(kept, set(given)), *signals(kept), *events(kept)]
    for session in sessions:
        found += [*doubled(session), *page_left(session), *risk(session), *map(str, verify.check(session))]
        found += not_ended(session) if ended else ()
    return found


def answers(kept: Kept, given: set[UUID]) -> Iterator[str]:
    rows: dict[UUID, list[Answer]] = defaultdict(list)
    for row in Answer.objects.select_related("attempt__proctoring_session"):
        rows[row.client_id].append(row)
    for client_id, each in kept.answers.items():
        found = rows.get(client_id, [])
        if len(found) != 1:
            yield f"Answer {client_id} of {each.session_id} was acknowledged and is there {len(found)} times."
        elif (found[0].attempt.proctoring_session.pk, found[0].question_id, found[0].value) != (
            each.session_id,
            each.question,
            each.value,
        ):
            yield f"Answer {client_id} of {each.session_id} is not the one that was acknowledged."
    for stranger in set(rows) - given:
        yield f"Answer {stranger} is there, and nobody gave it."
    yield from current_answers(kept)


def current_answers(kept: Kept) -> Iterator[str]:
    """The newest acknowledged revision is the one that counts, and none is missing below it."""
    key = ("attempt__proctoring_session", "question")
    counted = {
        (one[key[0]], one[key[1]]): (one["newest"], one["rows"])
        for one in Answer.objects.values(*key).annotate(newest=Max("revision"), rows=Count("pk")).order_by()
    }
    revisions = {row.client_id: row.revision for row in Answer.objects.all()}
    for where, client_id in kept.newest_answers().items():
        newest, rows = counted.get(where, (0, 0))
        if client_id in revisions and revisions[client_id] != newest:
            yield f"Answer {client_id} is not the current one of question {where[1]} in {where[0]}."
        if newest != rows:
            yield f"Of {newest} revisions of question {where[1]} in {where[0]} {rows} are there."


def signals(kept: Kept) -> Iterator[str]:
    rows: dict[UUID, list[BrowserSignal]] = defaultdict(list)
    for row in BrowserSignal.objects.all():
        rows[row.client_id].append(row)
    for client_id, each in kept.signals.items():
        found = [(row.session_id, row.kind) for row in rows.get(client_id, [])]
        if found != [(each.session_id, each.kind)]:
            yield f"Signal {client_id} ({each.kind}) was acknowledged and is there as {found}."
        elif not rows[client_id][0].applied:
            yield f"Signal {client_id} ({each.kind}) of {each.session_id} was never taken into account."


def events(kept: Kept) -> Iterator[str]:
    """What a proctor's page was told is in the log, word for word. The chain says that it is there once."""
    for number, told in kept.told.items():
        event = Event.objects.filter(pk=number).select_related("session__exam__institution").first()
        if event is None:
            yield f"Event {number} ({told['event']} of {told['session']}) was told to a proctor and is not there."
            continue
        zone: ZoneInfo = event.session.exam.institution.zone  # type: ignore[union-attr]  # no practice runs here
        record = detailed_record(event, zone=zone, base_url="")
        now = record | {
            "id": event.pk,
            "session": str(event.session_id),
            "snapshot_url": record["snapshot_url"].partition("/sessions/")[2],
        }
        if now != told:
            yield f"Event {number} was told to a proctor as {told} and is now {now}."


def doubled(session: Session) -> Iterator[str]:
    """The same thing twice in the log: written again after a kill that came between the writing and its answer."""
    seen: Counter[tuple[Any, ...]] = Counter()
    for event in Event.objects.filter(session=session):
        seen[event.name, event.unix_ms, str(event.detail.get("measured")), event.sentence] += 1
    for (name, unix_ms, *_), times in seen.items():
        if times > 1:
            yield f"{name} of {unix_ms} stands {times} times in the log of {session.pk}."
    samples = list(RiskSample.objects.filter(session=session).order_by("unix_ms", "pk").values_list("unix_ms", "risk"))
    for sample, times in Counter(samples).items():
        if times > 1:
            yield f"The risk {sample[1]} at {sample[0]} stands {times} times in the graph of {session.pk}."


def page_left(session: Session) -> Iterator[str]:
    """Each leaving of the page that was told while the session was watched counts once."""
    if session.started_at is None:
        return
    watched_from = session.started_at.timestamp() * 1000
    hidden = BrowserSignal.objects.filter(session=session, kind="hidden", applied=True, unix_ms__gt=watched_from)
    left = sorted(hidden.values_list("unix_ms", flat=True))
    counted = sorted(
        event.detail["measured"]["left_at"] * 1000 for event in Event.objects.filter(session=session, name=TAB_SWITCH)
    )
    if len(left) != len(counted) or any(
        abs(one - other) > SAME_MOMENT_MS for one, other in zip(left, counted, strict=True)
    ):
        yield f"{session.pk} was left {len(left)} times and has {len(counted)} entries of it, or of other moments."


def risk(session: Session) -> Iterator[str]:
    """What stays is the sum of what the log says was added for good."""
    added = sum(event.risk_delta for event in Event.objects.filter(session=session) if _stays(event.detail))
    if added != session.risk_permanent:
        yield f"The log of {session.pk} adds up to {added} for good, and the session has {session.risk_permanent}."


def _stays(detail: Mapping[str, Any]) -> bool:
    return bool(detail.get("rule", {}).get("permanent"))


def not_ended(session: Session) -> Iterator[str]:
    if session.state != Session.State.ENDED or session.connected:
        yield f"{session.pk} was handed in and is “{session.state}”, connected: {session.connected}."
    if session.attempt is None or session.attempt.state != Attempt.State.SUBMITTED:
        yield f"The attempt of {session.pk} was handed in and is not."


def events_of_exams() -> int:
    return Event.objects.filter(session__exam__isnull=False).count()


def pictures_of_exams() -> int:
    return Event.objects.filter(session__exam__isnull=False).exclude(snapshot="").count()
