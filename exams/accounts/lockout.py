"""Wrong passwords and codes: each takes longer than the one before, then the name is locked for a while.

Counted in the database (axes), so for all processes, by name and address together: whoever sits elsewhere can lock
nobody out, and a class behind one address is never kept out as a whole. Only guessing from many addresses locks a name
everywhere. A name that nobody has is locked like any other, so the lock says nothing about who has an account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt, AccessFailureLog
from django.conf import settings
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from exams.accounts.people import person_called
from exams.models import User

FREE = 3  # tries without a wait
FIRST_WAIT = 5  # seconds, after that doubled with each try
LONGEST_WAIT = 60
KEEP = timedelta(days=30)  # the record of failed sign-ins, which holds names and addresses
ANYWHERE_FACTOR = 5  # as many times the limit, from all addresses together, lock the name for everybody


@dataclass(frozen=True, slots=True)
class Standing:
    """How often a name has failed lately, and when last: from this address, and from anywhere."""

    here: int
    last_here: datetime | None
    anywhere: int
    last_anywhere: datetime | None

    @property
    def failures(self) -> int:
        """On the scale of AXES_FAILURE_LIMIT."""
        return max(self.here, self.anywhere // ANYWHERE_FACTOR)

    def wait(self, now: datetime) -> int:
        """Seconds until the next try is looked at."""
        if self.failures >= settings.AXES_FAILURE_LIMIT:
            locked_here = self.here >= settings.AXES_FAILURE_LIMIT
            last, pause = self.last_here if locked_here else self.last_anywhere, settings.AXES_COOLOFF_TIME
        elif self.here > FREE:
            seconds = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (self.here - FREE - 1))
            last, pause = self.last_here, timedelta(seconds=seconds)
        else:
            return 0
        return 0 if last is None else max(0, ceil((last + pause - now).total_seconds()))


def standing(name: str, address: str | None) -> Standing:
    here = Q(ip_address=address) if address is not None else Q(ip_address__isnull=True)
    lately = AccessAttempt.objects.filter(username=name, attempt_time__gt=timezone.now() - settings.AXES_COOLOFF_TIME)
    found = lately.aggregate(
        here=Sum("failures_since_start", filter=here),
        last_here=Max("attempt_time", filter=here),
        anywhere=Sum("failures_since_start"),
        last_anywhere=Max("attempt_time"),
    )
    return Standing(found["here"] or 0, found["last_here"], found["anywhere"] or 0, found["last_anywhere"])


def with_standing(attempts: QuerySet[AccessAttempt]) -> QuerySet[AccessAttempt]:
    """The same for a list, in the query that reads it; see ``standing_of``."""
    same_name = AccessAttempt.objects.filter(username=OuterRef("username")).order_by().values("username")
    same = same_name.filter(ip_address=OuterRef("ip_address"))
    found: QuerySet[AccessAttempt] = attempts.annotate(
        here=Subquery(same.annotate(all=Sum("failures_since_start")).values("all")),
        last_here=Subquery(same.annotate(last=Max("attempt_time")).values("last")),
        anywhere=Subquery(same_name.annotate(all=Sum("failures_since_start")).values("all")),
        last_anywhere=Subquery(same_name.annotate(last=Max("attempt_time")).values("last")),
    )
    return found


def standing_of(attempt: Any) -> Standing:
    """Of a row read through ``with_standing``."""
    return Standing(attempt.here or 0, attempt.last_here, attempt.anywhere or 0, attempt.last_anywhere)


class LockoutHandler(AxesDatabaseHandler):
    """axes' own, with waits before the lock and a limit for all addresses together."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        return seconds_to_wait(request, credentials) > 0

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        return standing(name_of(request, credentials), request.axes_ip_address).failures  # type: ignore[attr-defined]


def name_of(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """The user name that counts, whether the person typed it or their address; what was typed, when it is nobody's."""
    given = credentials or {}
    typed = str(given.get("username") or given.get("email") or request.POST.get("username", "")).strip()
    known: dict[str, str] = request.__dict__.setdefault("_names_that_count", {})
    if typed not in known:
        user = person_called(typed)
        known[typed] = user.username if user is not None else typed.replace("\0", "").lower()[:255]
    return known[typed]


def seconds_to_wait(request: HttpRequest, credentials: dict[str, Any] | None) -> int:
    AxesProxyHandler.update_request(request)
    where: str | None = request.axes_ip_address  # type: ignore[attr-defined]
    return standing(name_of(request, credentials), where).wait(timezone.now())


def is_locked_out(request: HttpRequest, user: User) -> bool:
    """For what is asked after the password. The answer is then the page that says how long to wait."""
    locked = seconds_to_wait(request, {"username": user.username}) > 0
    if locked:
        request.axes_locked_out = True  # type: ignore[attr-defined]
        request.axes_credentials = {"username": user.username}  # type: ignore[attr-defined]
    return locked


def locked_page(
    request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """Takes the place of the page that would have said “wrong”. Under ASGI axes hands no credentials on."""
    wait = seconds_to_wait(request, getattr(request, "axes_credentials", None) or credentials)
    context = {"minutes": ceil(wait / 60) if wait > LONGEST_WAIT else 0, "seconds": wait}
    page = render(request, "account/locked.html", context, status=429)
    page["Retry-After"] = str(wait)
    return page


def unlock(*usernames: str) -> int:
    """Forget the failures of these names; says how many names had any."""
    attempts = AccessAttempt.objects.filter(username__in=usernames)
    names = set(attempts.values_list("username", flat=True))
    attempts.delete()
    return len(names)


def forget_old(now: datetime) -> None:
    """The locks that are over, and the record of what failed a month ago."""
    AccessAttempt.objects.filter(attempt_time__lt=now - settings.AXES_COOLOFF_TIME).delete()
    AccessFailureLog.objects.filter(attempt_time__lt=now - KEEP).delete()
