from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from exams.errors import AttemptFinished, ExamNotOpen, NotEnrolled
from exams.models import Attempt, Exam, User
from proctoring import consent, services
from proctoring.models import PolicyRule, RiskSample, Session
from proctoring.observation import Eyes
from proctoring.risk.calibration import Calibration, calibrate
from proctoring.risk.policy import DEFAULT_RULES, Policy
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def candidate() -> User:
    return factories.user()


@pytest.fixture
def exam(candidate: User) -> Exam:
    return factories.exam(candidates=(candidate,))


def begin(candidate: User, exam: Exam | None, kind: str = Session.Kind.EXAM) -> Session:
    return services.begin_session(candidate=candidate, exam=exam, kind=kind)


def calibration() -> Calibration:
    """Of someone who looked straight ahead."""
    return calibrate([factories.observation(eyes=Eyes(0.5, 0.0, 0.3)) for _ in range(40)])


def test_it_requires_consent(candidate: User, exam: Exam) -> None:
    with pytest.raises(services.ConsentMissing):
        begin(candidate, exam)
    assert not Attempt.objects.exists()


def test_it_requires_enrolment(exam: Exam) -> None:
    with pytest.raises(NotEnrolled):
        begin(factories.user(), exam)


def test_it_requires_an_open_exam(candidate: User, exam: Exam) -> None:
    consent.give(candidate, exam)
    Exam.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    exam.refresh_from_db()
    with pytest.raises(ExamNotOpen):
        begin(candidate, exam)


def test_it_begins_with_the_exams_policy_and_the_consent(candidate: User, exam: Exam) -> None:
    own = factories.policy(exam, phone_every=3)
    PolicyRule.objects.create(policy=own, event="NO_FACE", hold_seconds=4, delta=7, cooldown_seconds=1)
    given = consent.give(candidate, exam)
    session = begin(candidate, exam)
    policy = Policy.from_dict(session.policy)
    assert (policy.phone_every, policy.rules["NO_FACE"].delta) == (3, 7)
    assert policy.rules["TAB_SWITCH"] == DEFAULT_RULES["TAB_SWITCH"]
    assert session.consent == given
    assert session.attempt is not None and session.attempt.started_at is None


def test_it_goes_on_with_an_unfinished_session_even_after_closing_time(candidate: User, exam: Exam) -> None:
    consent.give(candidate, exam)
    session = begin(candidate, exam)
    Exam.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    exam.refresh_from_db()
    assert begin(candidate, exam) == session


def test_a_changed_policy_does_not_ask_again_in_the_middle_of_an_exam(candidate: User, exam: Exam) -> None:
    consent.give(candidate, exam)
    session = begin(candidate, exam)
    factories.policy(exam, keep_pictures_days=99)
    assert consent.consent_for(candidate, exam) is None
    assert begin(candidate, exam) == session


def test_a_finished_attempt_does_not_begin_again(candidate: User, exam: Exam) -> None:
    consent.give(candidate, exam)
    begin(candidate, exam)
    Attempt.objects.update(state=Attempt.State.SUBMITTED)
    with pytest.raises(AttemptFinished):
        begin(candidate, exam)


def test_practice_goes_on_too_and_every_replay_is_new(candidate: User, exam: Exam) -> None:
    consent.give(candidate, None)
    practice = begin(candidate, None, Session.Kind.PRACTICE)
    assert begin(candidate, None, Session.Kind.PRACTICE) == practice
    first, second = (begin(candidate, exam, Session.Kind.REPLAY) for _ in range(2))
    assert first != second
    assert first.attempt is None and first.consent is None


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_session(candidate: User, exam: Exam) -> None:
    consent.give(candidate, exam)
    made: list[Session] = []

    def click() -> None:
        try:
            made.append(begin(candidate, exam))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made[0] == made[1]
    assert Session.objects.count() == 1


def test_a_newer_connection_replaces_the_older(candidate: User, exam: Exam) -> None:
    consent.give(candidate, exam)
    session = begin(candidate, exam)
    first, second = (services.open_connection(session.pk) for _ in range(2))
    assert second.epoch == first.epoch + 1
    with pytest.raises(services.StaleConnection):
        services.start_watching(session.pk, first.epoch)


def test_no_connection_without_consent(candidate: User, exam: Exam) -> None:
    consent.give(candidate, exam)
    session = begin(candidate, exam)
    consent.withdraw(candidate, exam)
    with pytest.raises(services.ConsentMissing):
        services.open_connection(session.pk)


def test_watching_needs_a_calibration_and_starts_the_clock_once(candidate: User, exam: Exam) -> None:
    consent.give(candidate, exam)
    session = begin(candidate, exam)
    epoch = services.open_connection(session.pk).epoch
    with pytest.raises(services.NotCalibrated):
        services.start_watching(session.pk, epoch)
    services.save_calibration(session.pk, epoch, calibration())
    started = services.start_watching(session.pk, epoch)
    again = services.start_watching(session.pk, epoch)
    assert started.state == Session.State.LIVE
    assert started.started_at == again.started_at
    assert started.attempt is not None and started.attempt.deadline is not None
    assert RiskSample.objects.get().risk == 0, "the history begins where watching does"


def test_a_connection_knows_where_the_session_stopped(candidate: User, exam: Exam) -> None:
    consent.give(candidate, exam)
    session = begin(candidate, exam)
    epoch = services.open_connection(session.pk).epoch
    wanted = calibration()
    services.save_calibration(session.pk, epoch, wanted)
    services.start_watching(session.pk, epoch)
    services.commit(
        services.Commit(session_id=session.pk, epoch=epoch, engine_state={"a": 1}, risk_total=4, last_sequence=9)
    )
    connection = services.open_connection(session.pk)
    assert connection.state == Session.State.LIVE
    assert (connection.engine_state, connection.risk_total, connection.last_sequence) == ({"a": 1}, 4, 9)
    assert connection.calibration is not None and Calibration.from_dict(connection.calibration) == wanted
    assert connection.deadline == Attempt.objects.get().deadline
