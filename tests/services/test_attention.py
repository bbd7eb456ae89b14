"""What still needs a look: one definition, which every page counts by."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.utils import timezone

from proctoring import attention, services
from proctoring.models import Event, Session, Statement
from tests import factories
from tests.admin.records import event
from tests.factories import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    return factories.people()


@pytest.fixture
def ended(people: People) -> Session:
    """With two integrity events of 5 and 15 points, and one of each other ledger."""
    exam = factories.exam(people.institution, candidates=(people.candidate,))
    session = factories.ended_session(exam, people.candidate, at=timezone.now())
    event(session)
    event(session, "PHONE_DETECTED", risk_delta=15, risk_total=20)
    event(session, "CONNECTION_LOST", ledger="technical", risk_delta=0)
    event(session, "TOO_DARK", ledger="environment", risk_delta=0)
    return session


def judge(people: People, session: Session, name: str, *verdicts: str) -> None:
    for verdict in verdicts:
        services.judge_event(people.reviewer, session.pk, session.events.get(name=name).pk, verdict)


def open_events(session: Session) -> list[str]:
    """However it is asked, the answer is the same."""
    found = list(attention.to_look_at(Event.objects.filter(session=session)).values_list("name", flat=True))
    sessions = Session.objects.filter(pk=session.pk)
    assert attention.with_looks(sessions).get().events_to_look_at == len(found)
    assert attention.looks_by_session(sessions) == ({str(session.pk): len(found)} if found else {})
    assert attention.looks_of(session).events == len(found)
    return sorted(found)


def needs_look(session: Session) -> bool:
    sessions = Session.objects.filter(pk=session.pk)
    found = attention.needing_look(sessions).exists()
    assert attention.with_looks(sessions).get().needs_look == found
    return found


def test_integrity_events_need_a_look_and_no_others(ended: Session) -> None:
    assert open_events(ended) == ["NO_FACE", "PHONE_DETECTED"]
    assert needs_look(ended)


@pytest.mark.parametrize(
    ("verdicts", "left"),
    [
        (("confirmed",), ["PHONE_DETECTED"]),
        (("dismissed",), ["PHONE_DETECTED"]),
        (("confirmed", "dismissed"), ["PHONE_DETECTED"]),
        (("dismissed", "taken_back"), ["NO_FACE", "PHONE_DETECTED"]),
        (("dismissed", "taken_back", "confirmed"), ["PHONE_DETECTED"]),
    ],
)
def test_an_events_newest_verdict_counts(
    people: People, ended: Session, verdicts: tuple[str, ...], left: list[str]
) -> None:
    judge(people, ended, "NO_FACE", *verdicts)
    assert open_events(ended) == left


def test_a_session_needs_a_look_until_all_is_dismissed_or_it_is_reviewed(people: People, ended: Session) -> None:
    judge(people, ended, "NO_FACE", "dismissed")
    judge(people, ended, "PHONE_DETECTED", "confirmed")
    assert open_events(ended) == []
    assert needs_look(ended), "nobody has said what the confirmed one comes to"
    judge(people, ended, "PHONE_DETECTED", "dismissed")
    assert not needs_look(ended)


def test_a_review_is_the_look(people: People, ended: Session) -> None:
    services.review_session(people.reviewer, ended.pk, "nothing")
    assert open_events(ended) == []
    assert not needs_look(ended)


def test_what_a_candidate_says_after_the_review_is_to_be_looked_at_too(people: People, ended: Session) -> None:
    services.review_session(people.reviewer, ended.pk, "nothing")
    Statement.objects.create(session=ended, text="It was a wallet.", client_id=uuid4())
    assert needs_look(ended)
    assert open_events(ended) == []
    services.review_session(people.reviewer, ended.pk, "nothing")
    assert not needs_look(ended)


def test_a_session_without_integrity_events_needs_none(people: People, ended: Session) -> None:
    assert ended.exam is not None
    quiet = factories.ended_session(ended.exam, people.other_candidate, at=timezone.now())
    event(quiet, "CONNECTION_LOST", ledger="technical", risk_delta=0)
    assert not needs_look(quiet)


def test_nobody_could_look_at_a_practice_run(people: People) -> None:
    practice = factories.session(None, people.candidate)
    event(practice)
    assert open_events(practice) == []
    assert not needs_look(practice)


def test_points_stay_and_those_of_dismissed_events_are_told(people: People, ended: Session) -> None:
    assert attention.looks_of(ended).points_in_words == "20 points"
    judge(people, ended, "PHONE_DETECTED", "dismissed")
    judge(people, ended, "NO_FACE", "dismissed", "taken_back")
    assert attention.looks_of(ended).points_in_words == "20 points, 15 of them from dismissed events"
    judge(people, ended, "NO_FACE", "dismissed")
    assert attention.looks_of(ended).points_in_words == "20 points, all of them from dismissed events"
    ended.refresh_from_db()
    assert list(ended.events.values_list("risk_delta", flat=True))[:2] == [5, 15]
