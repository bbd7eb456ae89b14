"""What a candidate reads of their own session: every entry in plain words, without the names and notes of staff."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, QuerySet
from django.utils.safestring import SafeString

from exams.models import TimeChange
from exams.timing import in_words
from proctoring import attention
from proctoring.models import Event, EventVerdict, ProctorAction, PurgeRecord, Session
from proctoring.reports import risk_svg
from proctoring.reports.record import event_title, snapshot_url, zone_of
from proctoring.reports.risk_line import Line
from proctoring.reports.session_json import risk_history
from proctoring.services import reasons
from proctoring.services.accommodating import ACCOMMODATION_CHANGED
from proctoring.services.attempt_time import REOPENED, TIME_ADDED
from proctoring.services.ending import STOPPED
from proctoring.services.policies import kept_until
from proctoring.services.reviewing import EVENT_CONFIRMED, EVENT_DISMISSED, SESSION_REVIEWED, VERDICT_TAKEN_BACK
from proctoring.services.statements import STATEMENT

# What people made of it is theirs; a dismissal stands with its event, and the candidate's own words by themselves.
LEFT_OUT = (EVENT_CONFIRMED, EVENT_DISMISSED, VERDICT_TAKEN_BACK, SESSION_REVIEWED, STATEMENT)
ENTRIES_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """``points``: empty where it raised nothing. ``picture``: its address; ``deleted``: when the picture was."""

    sequence: int
    at: datetime
    title: str
    sentence: str
    points: str
    score: int
    picture: str
    deleted: datetime | None
    dismissed: bool


class EntriesPage(Page[Entry]):
    def numbers(self) -> Iterator[int | None]:
        """Of the pages to choose from: the ends and those around this one, None for what lies between."""
        for number in self.paginator.get_elided_page_range(self.number, on_each_side=1, on_ends=1):
            yield number if isinstance(number, int) else None


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """``counted`` and ``uncounted``: one page of each. ``log_deleted`` and ``pictures_deleted``: when, and then the
    rest of the log is empty."""

    session: Session
    zone: ZoneInfo
    counted: EntriesPage
    uncounted: EntriesPage
    plot: SafeString | str
    plot_words: str
    pictures_until: datetime
    log_until: datetime
    pictures_deleted: datetime | None
    log_deleted: datetime | None


def own_record(session: Session, *, counted_page: str = "1", uncounted_page: str = "1") -> OwnRecord:
    """Of an ended session of an exam. A handful of queries, however long it was; the plot is of all of it. A page that
    there is not is the nearest one."""
    zone = zone_of(session)
    log = session.events.exclude(name__in=LEFT_OUT).order_by("sequence")
    until = kept_until(session, "keep_pictures_days", "keep_events_days")
    deleted = _deleted(session)
    line = _line(session, log, zone)
    return OwnRecord(
        session=session,
        zone=zone,
        counted=_page(log.filter(ledger=Event.Ledger.INTEGRITY), counted_page),
        uncounted=_page(log.exclude(ledger=Event.Ledger.INTEGRITY), uncounted_page),
        plot=risk_svg.risk_svg(line) if line is not None and line.highest else "",
        plot_words="The score stayed at 0." if line is None else risk_svg.in_words(line),
        pictures_until=until["keep_pictures_days"],
        log_until=until["keep_events_days"],
        pictures_deleted=deleted.get(PurgeRecord.What.PICTURES),
        log_deleted=deleted.get(PurgeRecord.What.EVENTS),
    )


def _page(log: QuerySet[Event], number: str) -> EntriesPage:
    verdicts = Prefetch("verdicts", EventVerdict.objects.only("event", "verdict", "at"))
    paginator: Paginator[Any] = Paginator(log.prefetch_related(verdicts), ENTRIES_A_PAGE)
    page = paginator.get_page(number)
    return EntriesPage([_entry(event) for event in page.object_list], page.number, paginator)


def _deleted(session: Session) -> dict[str, datetime]:
    records = PurgeRecord.objects.filter(session_id_text=str(session.pk)).order_by("at")
    return dict(records.values_list("what", "at"))


def _line(session: Session, log: QuerySet[Event], zone: ZoneInfo) -> Line | None:
    assert session.ended_at is not None
    samples = [(sample["time"], sample["risk"]) for sample in risk_history(session)]
    if not samples:
        return None
    start = (session.started_at or session.created_at).timestamp()
    scored = [unix_ms / 1000 for unix_ms in log.filter(risk_delta__gt=0).values_list("unix_ms", flat=True)]
    end = max(session.ended_at.timestamp(), samples[-1][0])
    return Line(samples, scored, min(start, samples[0][0]), end, zone)


def _entry(event: Event) -> Entry:
    verdict = attention.in_force(list(event.verdicts.all()))
    return Entry(
        sequence=event.sequence,
        at=datetime.fromtimestamp(event.unix_ms / 1000, tz=timezone.utc),
        title=event_title(event.name),
        sentence=_sentence(event),
        points=_points(event),
        score=event.risk_total,
        picture=snapshot_url(event, base_url=""),
        deleted=event.snapshot_deleted_at,
        dismissed=verdict is not None and verdict.verdict == EventVerdict.Verdict.DISMISSED,
    )


def _points(event: Event) -> str:
    if not event.risk_delta:
        return ""
    points = f"{event.risk_delta} point{'' if event.risk_delta == 1 else 's'}"
    rule = event.detail.get("rule")
    if not isinstance(rule, dict) or "permanent" not in rule:
        return points
    lasting = ("fade", "fades") if not rule["permanent"] else ("stay", "stays")
    return f"{points} that {lasting[event.risk_delta == 1]}"


def _sentence(event: Event) -> str:
    """As it stands in the log; of what a member of staff did, what was done and the reason, and not who did it."""
    detail = event.detail
    if "user" not in detail:
        return event.sentence
    if event.name == STOPPED:
        ended = detail.get("action") == ProctorAction.Action.END_ATTEMPT
        what = "A proctor ended your exam" if ended else "A proctor stopped watching"
        return f"{what}. {reasons.told(detail['reason'])}"
    if event.name in (TIME_ADDED, REOPENED):
        minutes = in_words(timedelta(seconds=detail["seconds"]))
        what = "You were given" if event.name == TIME_ADDED else "Your attempt was opened again for"
        more = " more" if event.name == TIME_ADDED else ""
        return f"{what} {minutes}{more}. Reason: {TimeChange.Reason(detail['reason']).label}."
    if event.name == ACCOMMODATION_CHANGED:
        return "What was granted to you changed, and applied from then on."
    return "A member of staff did this."
