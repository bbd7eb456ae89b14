"""The exam everybody sits, twenty questions of all kinds, and the people who sit it, signed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from itertools import chain, islice, repeat

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.utils import timezone

from exams import services
from exams.items import Item, ItemChoice, Kind
from exams.models import Enrolment, Exam, ExamVersion, Institution, Membership, Pool, Role, Section, User
from exams.services import states
from proctoring.models import ExamPolicy

QUESTIONS = 20
POOL, DRAWN = 8, 4  # of the questions above, as many as are drawn come from a pool
HOURS = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody who is enrolled and signed in."""

    user_id: int
    cookie: str


def make_exam(*, watched: bool = False) -> Exam:
    """Published, and usually not watched: cameras are `manage.py bench`'s business, and this is about the rest."""
    institution = Institution.objects.create(name="University under load", slug="load", time_zone="Europe/Berlin")
    exam = Exam.objects.create(
        institution=institution,
        title="Exam under load",
        duration_minutes=HOURS * 60,
        instructions="Answer all questions.",
        shuffle_questions=True,
        shuffle_options=True,
    )
    ExamPolicy.objects.create(exam=exam, watched=watched)
    version = services.draft_of(exam)
    section = version.sections.get()
    for position, item in enumerate(islice(items(), QUESTIONS - DRAWN), 1):
        services.write_item(section, item, position)
    write_pool(version)
    return states.publish(exam, by=None)


def write_pool(version: ExamVersion) -> None:
    section = Section.objects.create(version=version, position=2, title="Drawn")
    pool = Pool.objects.create(section=section, name="Drawn", draw=DRAWN)
    for position, item in enumerate(islice(items(), POOL), 1):
        services.write_item(section, item, position, pool=pool)


def items() -> Iterator[Item]:
    """Of every kind in turn, with the formulas and tables that questions have."""
    text = (
        "Let $f(x) = \\frac{x^{%d}}{1 + x^2}$ for $x \\in \\mathbb{R}$. **Which** of these hold?\n\n- first\n- second"
    )
    options = ("It has a zero at $x = 0$.", "It is bounded.", "It is even.", "It is *convex* everywhere.")
    for number in chain.from_iterable(repeat(range(1, 8), 10)):
        asked = text % number
        yield Item(Kind.SINGLE_CHOICE, asked, choices=choices(options, right=1))
        yield Item(Kind.MULTIPLE_CHOICE, asked, choices=choices(options, right=2))
        yield Item(Kind.NUMERIC, asked, number=Decimal("3.14"), tolerance=Decimal("0.01"))
        yield Item(Kind.SHORT_TEXT, asked, choices=choices(("Leonhard Euler", "Euler"), right=0))
        pairs = (("France", "Paris"), ("Japan", "Tokyo"), ("Norway", "Oslo"), ("", "Lima"))
        yield Item(Kind.MATCHING, asked, choices=tuple(ItemChoice(left, match=right) for left, right in pairs))
        yield Item(Kind.ORDERING, asked, choices=choices(("one", "two", "three", "four"), right=0))
        yield Item(Kind.ESSAY, asked, points=Decimal(5), guidance="Look for the argument.")


def choices(texts: tuple[str, ...], *, right: int) -> tuple[ItemChoice, ...]:
    return tuple(ItemChoice(text, correct=place < right) for place, text in enumerate(texts))


def seat(exam: Exam, count: int) -> list[Place]:
    """``count`` candidates, in a handful of statements."""
    password = make_password(None)
    users = User.objects.bulk_create(
        User(username=f"load{number:05}", first_name="Candidate", last_name=str(number), password=password)
        for number in range(count)
    )
    Membership.objects.bulk_create(
        Membership(user=user, institution=exam.institution, role=Role.CANDIDATE) for user in users
    )
    Enrolment.objects.bulk_create(Enrolment(exam=exam, candidate=user) for user in users)
    return sign_in(users)


def sign_in(users: list[User]) -> list[Place]:
    """Cookies as after signing in. Sessions live in the database, where the site has them too."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    until = timezone.now() + timedelta(hours=HOURS)
    places, rows = [], []
    for user in users:
        key = store._get_new_session_key()
        content = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        rows.append(Session(session_key=key, session_data=store.encode(content), expire_date=until))
        places.append(Place(user.pk, f"{settings.SESSION_COOKIE_NAME}={key}"))
    Session.objects.bulk_create(rows)
    return places
