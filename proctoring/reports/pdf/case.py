"""Everything a report tells, read once: the session's log, what people made of it, and whether it is as written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from exams.models import User
from proctoring import attention
from proctoring.evidence import verify
from proctoring.live.ledger import (
    DETECTOR_OFF,
    FRAMES_MISSING,
    PICTURE_FROZEN,
    PICTURE_REPEATS,
    SERVER_OVERLOADED,
    VIRTUAL_CAMERA,
)
from proctoring.models import Event, EventVerdict, ProctorAction, PurgeRecord, Session, SessionReview, Statement
from proctoring.reports.lasting import Lasting
from proctoring.reports.pdf.pictures import Copies
from proctoring.reports.record import zone_of
from proctoring.reports.session_json import risk_history
from proctoring.risk.policy import BLURRED, COVERED, TOO_DARK, Policy

# Of so many entries at most, a report is made while somebody waits; of more, in the background.
AT_ONCE = 150
MOST_ENTRIES = 2000
MOST_PICTURES = 500
CONFIRMED = EventVerdict.Verdict.CONFIRMED
# Entries that say that less was watched than the exam asks for, or that it is doubtful what was.
GAPS = (
    "CONNECTION_LOST", FRAMES_MISSING, "FRAMES_NOT_ANALYSED", "CAMERA_STOPPED", SERVER_OVERLOADED, DETECTOR_OFF,
    PICTURE_FROZEN, PICTURE_REPEATS, VIRTUAL_CAMERA, TOO_DARK, BLURRED, COVERED,
)  # fmt: skip
OF_PICTURES = frozenset({"missing_picture", "unreadable_picture", "changed_picture", "unrecorded_deletion"})


@dataclass(frozen=True, slots=True)
class Case:
    session: Session
    by: User
    made_at: datetime
    base_url: str
    zone: ZoneInfo
    policy: Policy
    findings: list[verify.Finding]
    entries: list[Event]
    kinds: list[dict[str, Any]]
    judged: Counter[tuple[str, str]]
    looks: attention.Looks
    lasting: Lasting
    scored: list[float]
    gaps: list[Event]
    samples: list[dict[str, Any]]
    reviews: list[SessionReview]
    statements: list[Statement]
    actions: list[ProctorAction]
    purges: list[PurgeRecord]
    pictures: int
    shown: frozenset[str]
    copies: Copies

    @property
    def of_pictures(self) -> dict[int, verify.Finding]:
        """What is wrong with pictures, by their entry's number."""
        return {one.sequence: one for one in self.findings if one.sequence is not None and one.code in OF_PICTURES}

    def at(self, moment: datetime) -> str:
        return f"{moment.astimezone(self.zone):%-d %b %Y, %H:%M:%S}"

    def purged(self, what: PurgeRecord.What) -> PurgeRecord | None:
        return next((one for one in self.purges if one.what == what), None)


def at_once(session: Session) -> bool:
    """A practice run's always is: it belongs to no exam, and is deleted at its end."""
    return session.event_count <= AT_ONCE or session.exam_id is None


def kept_pictures(session: Session) -> QuerySet[Event]:
    return session.events.filter(snapshot_deleted_at__isnull=True).exclude(snapshot="")


def open_case(
    session: Session, *, by: User, made_at: datetime, base_url: str, folder: Path, seen: Callable[[], None]
) -> Case:
    """``folder``: where small copies of the pictures lie until the report is written. ``seen`` is called after each
    picture that was read."""
    pictures = kept_pictures(session)
    kept = pictures.count()  # before they are named: a session that runs gets more meanwhile
    shown = frozenset(_most_telling(pictures).values_list("snapshot", flat=True)[:MOST_PICTURES])
    copies = Copies(folder, shown, seen)
    findings = list(verify.check(session, read=copies.read))  # up to the head, which it reads anew
    verdicts = Prefetch("verdicts", EventVerdict.objects.select_related("by"))
    log = session.events.filter(sequence__lte=session.event_count).order_by("sequence")
    return Case(
        session=session,
        by=by,
        made_at=made_at,
        base_url=base_url,
        zone=zone_of(session),
        policy=Policy.from_dict(session.policy),
        findings=findings,
        entries=list(log.prefetch_related(verdicts)[:MOST_ENTRIES]),
        kinds=_kinds(log),
        judged=_judged(log),
        looks=attention.looks_of(session),
        lasting=Lasting(session),
        scored=[unix_ms / 1000 for unix_ms in _scored(log).values_list("unix_ms", flat=True)],
        gaps=list(log.filter(name__in=GAPS).only("sequence", "name", "detail")),
        samples=risk_history(session),
        reviews=list(session.reviews.select_related("by")),
        statements=list(session.statements.all()),
        actions=list(session.actions.select_related("user")),
        purges=list(PurgeRecord.objects.filter(session_id_text=str(session.pk))),
        pictures=kept,
        shown=shown,
        copies=copies,
    )


def _most_telling(pictures: QuerySet[Event]) -> QuerySet[Any]:
    """What people confirmed and nobody took back, then what scored most, then what came first."""
    judged: QuerySet[Any] = attention.with_verdict(pictures).annotate(confirmed=Q(verdict=CONFIRMED))
    return judged.order_by("-confirmed", "-risk_delta", "sequence")


def _scored(log: QuerySet[Event]) -> QuerySet[Event]:
    return log.filter(ledger=Event.Ledger.INTEGRITY)


def _judged(log: QuerySet[Event]) -> Counter[tuple[str, str]]:
    """How many events of a name have which verdict."""
    given = attention.with_verdict(_scored(log)).exclude(verdict="").order_by()
    return Counter(given.values_list("name", "verdict"))


def _kinds(log: QuerySet[Event]) -> list[dict[str, Any]]:
    """Of integrity events: how often and how much, by name."""
    counted = _scored(log).order_by().values("name").annotate(times=Count("pk"), points=Sum("risk_delta"))
    return sorted((dict(row) for row in counted), key=lambda row: (-row["points"], row["name"]))
