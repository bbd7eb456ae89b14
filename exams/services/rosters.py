"""Rosters: what would come of each row of a file, and carrying it out, all of it or nothing.

Who has a role at the institution is found by e-mail address or user name and enrolled at once. Everybody else is
invited by e-mail and enrolled on accepting: also who has an account at another institution, of which nothing is told.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DatabaseError, models, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from exams import lost, roster_file
from exams.accounts.mail import send_invitations_soon
from exams.errors import ExamError
from exams.models import Enrolment, Exam, Institution, Invitation, Membership, Role, RosterImport, User
from exams.roster_file import RosterRow
from exams.services.invitations import DAYS
from proctor_site import background

logger = logging.getLogger(__name__)

KEPT = timedelta(days=30)
CHUNK = 500
# It is one transaction.
LOST_AFTER: lost.Patience = {RosterImport.State.WAITING: lost.WAITING, RosterImport.State.RUNNING: lost.UNSEEN}


class Outcome(models.TextChoices):
    ENROL = "enrol", "Enrolled"
    ADD = "add", "Added as a candidate"
    INVITE = "invite", "Invited by e-mail"
    NOTHING = "nothing", "Nothing to do"
    PROBLEM = "problem", "Not possible"

    @property
    def ahead(self) -> str:
        """As it is called before anything is written."""
        return f"Will be {self.label[0].lower()}{self.label[1:]}" if self in DOES_SOMETHING else str(self.label)


DOES_SOMETHING = frozenset({Outcome.ENROL, Outcome.ADD, Outcome.INVITE})


class RosterRefused(ExamError):
    code = "roster_refused"


class _CalledOff(Exception):
    """It was thought lost, and may have been confirmed again since."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be done with a row; ``user`` where the person is known here."""

    row: RosterRow
    outcome: Outcome
    why: str = ""
    user: User | None = None

    @property
    def who(self) -> str:
        return self.row.email or self.row.username


def check(*, institution: Institution, exam: Exam | None, by: User, file_name: str, data: bytes) -> RosterImport:
    """The dry run: nothing is written but what would come of each row. The caller has made sure that ``by`` may.

    Raises RosterRefused when the file as a whole cannot be read.
    """
    try:
        found = roster_file.parse(data)
    except roster_file.RosterUnreadable as unreadable:
        raise RosterRefused(str(unreadable), field="file") from None
    planned = plan(institution, exam, by, found.rows)
    return RosterImport.objects.create(
        institution=institution,
        exam=exam,
        by=by,
        file_name=file_name[-200:],
        content=data,
        total=len(planned),
        outcomes=_told(planned),
        error=" ".join(found.notes),
    )


def judged(roster: RosterImport) -> RosterImport:
    """As it stands now: one that nobody goes on with says so, and can be confirmed again."""
    if lost.is_lost(roster, LOST_AFTER):
        sentence = f"{lost.sentence(roster, LOST_AFTER)} Nothing was imported. Try again."
        RosterImport.objects.filter(**lost.as_judged(roster)).update(state=RosterImport.State.CHECKED, error=sentence)
        roster.refresh_from_db(fields=["state", "error", "done", "touched_at"])
    return roster


@transaction.atomic
def confirm(*, roster: RosterImport) -> RosterImport:
    """Carry it out, outside the request. Confirming again changes nothing. Raises RosterRefused when nobody can now."""
    roster = judged(RosterImport.objects.select_for_update(of=("self",)).get(pk=roster.pk))
    if roster.state != RosterImport.State.CHECKED:
        return roster
    roster.state, roster.error, roster.touched_at = RosterImport.State.WAITING, "", timezone.now()
    roster.save(update_fields=["state", "error", "touched_at"])
    transaction.on_commit(lambda: _hand_over(roster.pk))
    return roster


def _hand_over(roster_id: UUID) -> None:
    from exams.tasks import import_roster  # which imports the services

    try:
        background.run(import_roster, str(roster_id))
    except (background.Busy, OperationalError):
        logger.warning("Roster %s could not be handed over.", roster_id, exc_info=True)
        sentence = "The server has too much to do. Upload the file again in a few minutes."
        RosterImport.objects.filter(pk=roster_id).update(state=RosterImport.State.FAILED, error=sentence)


def carry_out(roster: RosterImport) -> None:
    """In one transaction: all rows that are possible, or, when anything fails, none. What is no longer as it was when
    the file was checked is looked at anew, so the outcomes are what really came of each row. Of one that was thought
    lost meanwhile nothing is written."""
    taken = RosterImport.objects.filter(pk=roster.pk, state=RosterImport.State.WAITING)
    if not taken.update(state=RosterImport.State.RUNNING, done=0, touched_at=timezone.now()):
        return
    running = RosterImport.objects.filter(pk=roster.pk, state=RosterImport.State.RUNNING)
    try:
        with transaction.atomic():
            rows = roster_file.parse(bytes(roster.content)).rows
            planned = plan(roster.institution, roster.exam, roster.by, rows)
            _write(roster, planned)
            done = {"done": len(planned), "total": len(planned), "outcomes": _told(planned), "content": b""}
            if not running.update(state=RosterImport.State.DONE, touched_at=timezone.now(), **done):
                raise _CalledOff
    except _CalledOff:
        logger.warning("Roster %s took so long that it was called off.", roster.pk)
        return
    except DatabaseError:
        logger.exception("Roster %s could not be written.", roster.pk)
        sentence = "The database could not write it, and nothing was written. Upload the file again."
        running.update(state=RosterImport.State.FAILED, error=sentence, content=b"")
        return
    send_invitations_soon()


def forget_old(now: datetime) -> int:
    """Files never confirmed and lists of what was done, after their time; how many."""
    return RosterImport.objects.filter(created_at__lt=now - KEPT).delete()[0]


def plan(institution: Institution, exam: Exam | None, by: User, rows: list[RosterRow]) -> list[Planned]:
    """What is to be done with each row; the number of queries grows by the chunk, not by the row."""
    known = _people_of(institution, rows)
    candidates = set(_ids(Membership.objects.filter(institution=institution, role=Role.CANDIDATE), "user"))
    enrolled = set(_ids(exam.enrolments, "candidate")) if exam is not None else set()
    waiting = set(
        Invitation.objects.open_at(timezone.now())
        .filter(institution=institution, role=Role.CANDIDATE, exam=exam)
        .values_list("email", flat=True)
    )
    invites = _may_invite(by, institution)
    planned: list[Planned] = []
    seen: dict[object, int] = {}
    for row in rows:
        one = _plan_row(
            row, known, candidates=candidates, enrolled=enrolled, invited=waiting, exam=exam, invites=invites
        )
        if note := _other_name(one):
            one = replace(one, why=f"{one.why} {note}".strip())
        if one.outcome != Outcome.PROBLEM:
            key = one.user.pk if one.user is not None else one.who
            if key in seen:
                one = Planned(row, Outcome.PROBLEM, f"The same person stands in line {seen[key]} already.")
            seen.setdefault(key, row.line)
        planned.append(one)
    return planned


def _plan_row(
    row: RosterRow,
    known: dict[str, list[User]],
    *,
    candidates: set[int],
    enrolled: set[int],
    invited: set[str],
    exam: Exam | None,
    invites: bool,
) -> Planned:
    if row.problem:
        return Planned(row, Outcome.PROBLEM, row.problem)
    if row.email and not _is_address(row.email):
        return Planned(row, Outcome.PROBLEM, f"“{row.email}” is no e-mail address.")
    users = known.get(row.username.lower(), []) if row.username else known.get(row.email, [])
    if len(users) > 1:
        return Planned(row, Outcome.PROBLEM, "Several people here have this address. Give the user name instead.")
    if users:
        user = users[0]
        if row.username and row.email and user.email.lower() != row.email:
            return Planned(row, Outcome.PROBLEM, f"The address on record for {row.username} is another one.")
        if exam is not None and user.pk in enrolled:
            return Planned(row, Outcome.NOTHING, "Enrolled already.", user)
        if exam is not None:
            return Planned(row, Outcome.ENROL, "", user)
        if user.pk in candidates:
            return Planned(row, Outcome.NOTHING, "A candidate already.", user)
        return Planned(row, Outcome.ADD, "", user)
    if not row.email:
        return Planned(row, Outcome.PROBLEM, "Nobody here has this user name. Give an e-mail address to invite them.")
    if not invites:
        return Planned(row, Outcome.PROBLEM, "Nobody here has this address. Only administrators invite new people.")
    if row.email in invited:
        return Planned(row, Outcome.NOTHING, "Invited already; waits to be accepted.")
    return Planned(row, Outcome.INVITE, "Enrolled on accepting." if exam is not None else "")


def _other_name(one: Planned) -> str:
    """Names in the file are for invitations: nobody who has an account is renamed by a roster."""
    row, user = one.row, one.user
    if user is None:
        return ""
    pairs = ((row.first_name, user.first_name), (row.last_name, user.last_name))
    if all(not given or given.casefold() == kept.strip().casefold() for given, kept in pairs):
        return ""
    return f"The account has another name, “{user.display_name}”, which stays as it is. Is it the same person?"


def _people_of(institution: Institution, rows: list[RosterRow]) -> dict[str, list[User]]:
    """Everybody with a role at the institution who may be meant, by address and by user name in small letters."""
    names = [name for row in rows for name in (row.email, row.username.lower()) if name]
    found: dict[int, User] = {}
    here = User.objects.filter(memberships__institution=institution, is_active=True)
    lowered = here.annotate(
        lower_email=models.functions.Lower("email"), lower_name=models.functions.Lower("username")
    ).distinct()
    for start in range(0, len(names), CHUNK):
        some = names[start : start + CHUNK]
        meant = lowered.filter(models.Q(lower_email__in=some) | models.Q(lower_name__in=some))
        found.update({user.pk: user for user in meant})
    known: dict[str, list[User]] = {}
    for user in found.values():
        for name in {user.email.lower(), user.username.lower()} - {""}:
            known.setdefault(name, []).append(user)
    return known


def progress_of(roster: RosterImport) -> int:
    """How many rows are done: while it runs from the cache, as nothing it writes can be seen before all of it can."""
    if roster.state != RosterImport.State.RUNNING:
        return roster.done
    return int(cache.get(_progress_key(roster), 0))


def _progress_key(roster: RosterImport) -> str:
    return f"roster-progress:{roster.pk}"


def _write(roster: RosterImport, planned: list[Planned]) -> None:
    for start in range(0, len(planned), CHUNK):
        _write_some(roster, planned[start : start + CHUNK])
        cache.set(_progress_key(roster), start + CHUNK, 3600)


def _write_some(roster: RosterImport, planned: list[Planned]) -> None:
    here = [one for one in planned if one.user is not None and one.outcome in (Outcome.ENROL, Outcome.ADD)]
    Membership.objects.bulk_create(
        [Membership(user=one.user, institution=roster.institution, role=Role.CANDIDATE) for one in here],
        ignore_conflicts=True,
    )
    if roster.exam is not None:
        Enrolment.objects.bulk_create(
            [Enrolment(exam=roster.exam, candidate=one.user) for one in here], ignore_conflicts=True
        )
    _write_references(roster.institution, planned)
    expires_at = timezone.now() + timedelta(days=DAYS)
    invitations = [
        Invitation(
            institution=roster.institution,
            exam=roster.exam,
            email=one.row.email,
            role=Role.CANDIDATE,
            first_name=one.row.first_name,
            last_name=one.row.last_name,
            reference=one.row.reference,
            invited_by=roster.by,
            expires_at=expires_at,
        )
        for one in planned
        if one.outcome == Outcome.INVITE
    ]
    Invitation.objects.bulk_create(invitations)


def _write_references(institution: Institution, planned: list[Planned]) -> None:
    wanted = {one.user.pk: one.row.reference for one in planned if one.user is not None and one.row.reference}
    changed: list[Membership] = []
    for membership in Membership.objects.filter(institution=institution, role=Role.CANDIDATE, user__in=wanted):
        if membership.reference != wanted[membership.user_id]:
            membership.reference = wanted[membership.user_id]
            changed.append(membership)
    Membership.objects.bulk_update(changed, ["reference"])


def _may_invite(by: User, institution: Institution) -> bool:
    return by.is_superuser or by.memberships.filter(institution=institution, role=Role.ADMINISTRATOR).exists()


def _ids(rows: models.QuerySet[models.Model] | models.Manager[models.Model], name: str) -> Iterable[int]:
    return rows.values_list(name, flat=True)


def _is_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return True


def _told(planned: list[Planned]) -> list[list[str | int]]:
    return [[one.row.line, one.who, one.outcome.value, one.why] for one in planned]
