"""What is granted while a session runs: it acts from then on, stands in the log, and never makes watching stricter."""

from __future__ import annotations

from typing import Any

import pytest

from exams.errors import InvalidAccommodation
from exams.models import Accommodation
from exams.services import accommodations as exam_accommodations
from proctoring import consent, services
from proctoring.evidence import verify
from proctoring.models import DetectorAccommodation, Event, Session
from proctoring.risk.engine import Engine
from proctoring.risk.policy import Policy
from proctoring.services import accommodations
from tests import factories
from tests.factories import People

pytestmark = pytest.mark.django_db

WHY = "Has a carer in the room."


@pytest.fixture
def people() -> People:
    return factories.people()


@pytest.fixture
def session(people: People) -> Session:
    exam = factories.exam(people.institution, candidates=(people.candidate,))
    return factories.session(exam, people.candidate, consent=factories.consent(people.candidate, exam))


def grant(people: People, session: Session | None = None, **detectors: Any) -> Accommodation:
    wanted = Accommodation(
        institution=people.institution,
        candidate=people.candidate,
        exam=None if session is None else session.exam,
        reason=WHY,
        extra_minutes=0 if detectors else 10,
    )
    return accommodations.grant(
        by=people.author, accommodation=wanted, detectors=DetectorAccommodation(**detectors) if detectors else None
    )


def policy_of(session: Session) -> Policy:
    session.refresh_from_db()
    return Policy.from_dict(session.policy)


def last(session: Session) -> Event:
    return session.events.order_by("-sequence")[0]


def test_it_acts_from_now_on_and_stands_in_the_log_with_who_and_not_why(people: People, session: Session) -> None:
    grant(people, muted=["MULTIPLE_FACES"], hold_seconds={"NO_FACE": 8}, lift_clipboard=True)
    policy = policy_of(session)
    assert policy.rule("MULTIPLE_FACES") is None
    assert policy.rules["NO_FACE"].hold_seconds == 8
    assert (session.accommodated, policy.accommodated) == (True, True)
    told = last(session)
    assert (told.name, told.ledger, told.risk_delta) == ("ACCOMMODATION_CHANGED", "technical", 0)
    assert told.sentence == (
        "Author granted an accommodation, which applies from now on. Not counted: multiple faces. "
        "Counted later or less easily: no face."
    )
    assert told.detail["user"] == people.author.pk
    assert told.detail["changed"] == {"NO_FACE.hold_seconds": [2.0, 8.0], "MULTIPLE_FACES.enabled": [True, False]}
    assert WHY not in f"{told.sentence} {told.detail}"
    assert list(verify.check(session)) == []


def test_points_scored_before_stay(people: People, session: Session) -> None:
    Session.objects.filter(pk=session.pk).update(risk_total=10, risk_temporary=10)
    grant(people, muted=["MULTIPLE_FACES"])
    session.refresh_from_db()
    assert session.risk_total == 10


def test_taken_back_it_is_as_agreed_when_the_session_began(people: People, session: Session) -> None:
    before = policy_of(session)
    granted = grant(people, session, muted=["MULTIPLE_FACES"], yaw_factor=2)
    assert policy_of(session).away_yaw_degrees == 2 * before.away_yaw_degrees
    exam_accommodations.revoke(by=people.administrator, accommodation=granted)
    assert policy_of(session) == before
    assert last(session).sentence == (
        "Administrator withdrew an accommodation. All rules count as they did when the session began."
    )


def test_nobody_is_watched_more_strictly_than_they_agreed_to(people: People) -> None:
    first = grant(people, muted=["LOOKING_AWAY"])
    exam = factories.exam(people.institution, candidates=(people.candidate,))

    consent.give(people.candidate, exam)
    session = services.begin_session(candidate=people.candidate, exam=exam, kind="exam")
    agreed = policy_of(session)
    assert agreed.rule("LOOKING_AWAY") is None
    exam_accommodations.revoke(by=people.administrator, accommodation=first)
    assert policy_of(session) == agreed
    more = grant(people, muted=["NO_FACE"])
    assert set(policy_of(session).muted) == {"LOOKING_AWAY", "NO_FACE"}
    exam_accommodations.revoke(by=people.administrator, accommodation=more)
    assert policy_of(session) == agreed


def test_a_second_grant_is_measured_from_the_exams_own_limits(people: People) -> None:
    grant(people, yaw_factor=2)
    exam = factories.exam(people.institution, candidates=(people.candidate,))
    consent.give(people.candidate, exam)
    session = services.begin_session(candidate=people.candidate, exam=exam, kind="exam")
    grant(people, yaw_factor=3)
    assert policy_of(session).away_yaw_degrees == 3 * Policy().away_yaw_degrees


def test_a_change_is_one_step_and_one_entry(people: People, session: Session) -> None:
    granted = grant(people, muted=["MULTIPLE_FACES"])
    wanted = Accommodation(institution=people.institution, candidate=people.candidate, reason=WHY)
    accommodations.change(
        by=people.administrator,
        accommodation=granted,
        wanted=wanted,
        detectors=DetectorAccommodation(muted=["NO_FACE"]),
    )
    assert policy_of(session).muted == ("NO_FACE",)
    assert [event.sentence.partition(".")[0] for event in session.events.order_by("sequence")] == [
        "Author granted an accommodation, which applies from now on",
        "Administrator changed an accommodation; what it says now applies from now on",
    ]
    granted.refresh_from_db()
    assert (granted.revoked_by, wanted.granted_by) == (people.administrator, people.administrator)


def test_more_time_alone_says_nothing_of_the_watching(people: People, session: Session) -> None:
    grant(people)
    assert not session.events.filter(name="ACCOMMODATION_CHANGED").exists()
    assert policy_of(session).accommodated


def test_others_and_what_is_over_stay_as_they_are(people: People, session: Session) -> None:
    other = factories.session(session.exam, people.other_candidate)
    Session.objects.filter(pk=session.pk).update(state="ended")
    grant(people, muted=["NO_FACE"])
    assert policy_of(session).muted == policy_of(other).muted == ()


def test_what_had_held_under_the_old_rule_is_not_judged_by_the_new(people: People, session: Session) -> None:
    """Muted while two people were in view for long; when it counts again, it begins anew."""
    granted = grant(people, muted=["MULTIPLE_FACES"])
    engine = Engine(policy_of(session))
    for number in range(40):
        engine.observe(1000 + number / 2, factories.observation(faces=2))
    Session.objects.filter(pk=session.pk).update(engine_state=engine.state())
    exam_accommodations.revoke(by=people.administrator, accommodation=granted)
    policy = policy_of(session)
    assert session.engine_state is not None
    restored = Engine.restore(policy, session.engine_state)
    steps = [restored.observe(1020 + number / 2, factories.observation(faces=2)) for number in range(7)]
    assert [[event.name for event in step.events] for step in steps] == [[], [], [], [], [], ["MULTIPLE_FACES"], []]


def test_what_the_watching_does_not_know_is_refused_and_nothing_granted(people: People) -> None:
    with pytest.raises(InvalidAccommodation, match="list of rules"):
        grant(people, muted=["SNEEZING"])
    assert not Accommodation.objects.exists()
