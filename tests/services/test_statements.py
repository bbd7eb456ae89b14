"""What a candidate says of their own session: kept once, in the chain too, while the record is open to them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from exams.models import Attempt, Exam, WebhookDelivery, WebhookEndpoint
from exams.services import time as attempt_time
from proctoring import consent, services
from proctoring.evidence import retention
from proctoring.evidence.verify import check
from proctoring.models import Session, Statement
from proctoring.services.statements import MOST_STATEMENTS
from tests import factories
from tests.admin.records import event
from tests.factories import People

pytestmark = pytest.mark.django_db

TEXT = "My sister came in.\r\nShe left at once."


@pytest.fixture
def people() -> People:
    return factories.people()


@pytest.fixture
def exam(people: People) -> Exam:
    return factories.exam(people.institution, candidates=(people.candidate, people.other_candidate))


@pytest.fixture
def ended(people: People, exam: Exam) -> Session:
    session = factories.ended_session(exam, people.candidate, at=timezone.now())
    event(session)
    return session


def say(session: Session, text: str = TEXT) -> Statement:
    assert session.attempt_id is not None
    return services.give_statement(session.candidate, session.attempt_id, text, client_id=uuid4())


def test_it_is_kept_as_it_was_written_and_stands_in_the_chain(ended: Session) -> None:
    kept = say(ended, f"  {TEXT} ")
    assert kept.text == "My sister came in.\nShe left at once."
    ended.refresh_from_db()
    entry = ended.events.get(sequence=2)
    assert (entry.name, entry.ledger, entry.risk_delta) == ("CANDIDATE_STATEMENT", "technical", 0)
    assert entry.detail == {"text": kept.text}
    assert list(check(ended)) == []


def test_sent_twice_it_is_there_once(ended: Session) -> None:
    assert ended.attempt_id is not None
    one = uuid4()
    first = services.give_statement(ended.candidate, ended.attempt_id, TEXT, client_id=one)
    assert services.give_statement(ended.candidate, ended.attempt_id, TEXT, client_id=one) == first
    assert ended.statements.count() == 1
    assert ended.events.filter(name="CANDIDATE_STATEMENT").count() == 1


def test_several_are_added_up_to_a_sane_number(ended: Session) -> None:
    for number in range(MOST_STATEMENTS):
        say(ended, f"Statement {number}")
    with pytest.raises(services.StatementsUsedUp):
        say(ended, "One more")
    assert [one.text for one in ended.statements.all()] == [f"Statement {n}" for n in range(MOST_STATEMENTS)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (" \n ", "write something"),
        ("x" * 2001, "is 2,001 characters long; at most 2,000"),
        ("x\r\n" * 100 + "x", "has 101 lines; at most 100"),
    ],
)
def test_what_cannot_be_kept_is_said(ended: Session, text: str, said: str) -> None:
    with pytest.raises(services.BadRequest, match=said):
        say(ended, text)
    assert not Statement.objects.exists()


def test_two_thousand_characters_fit_whatever_a_line_s_end_is(ended: Session) -> None:
    line = "x" * 19 + "\r\n"
    assert len(say(ended, line * 99 + "x" * 20).text) == 2000


@pytest.mark.parametrize("who", ["other_candidate", "proctor", "administrator", "superuser", "foreign_candidate"])
def test_nobody_else_speaks_for_a_candidate(people: People, ended: Session, who: str) -> None:
    assert ended.attempt_id is not None
    with pytest.raises(Attempt.DoesNotExist):
        services.give_statement(getattr(people, who), ended.attempt_id, TEXT, client_id=uuid4())


def test_not_while_the_exam_runs(people: People, exam: Exam) -> None:
    running = factories.session(exam, people.candidate)
    assert running.attempt_id is not None
    with pytest.raises(Attempt.DoesNotExist):
        say(running)


def test_not_once_it_was_reopened(people: People, ended: Session) -> None:
    assert ended.attempt is not None
    say(ended)
    attempt_time.reopen(attempt=ended.attempt, by=people.proctor, minutes=10, reason="by_mistake")
    with pytest.raises(Attempt.DoesNotExist):
        say(ended)
    assert Statement.objects.count() == 1


def test_not_while_another_attempt_is_open(exam: Exam, ended: Session) -> None:
    Exam.objects.update(attempts_allowed=2)
    with pytest.raises(services.RecordClosed):
        say(ended)
    Exam.objects.update(opens_at=timezone.now() + timedelta(days=1))  # it opens again tomorrow
    with pytest.raises(services.RecordClosed):
        say(ended)
    Exam.objects.update(opens_at=None, state=Exam.State.CLOSED)
    assert say(ended)


def test_not_where_the_institution_says_never_or_not_yet(exam: Exam, ended: Session) -> None:
    policy = factories.policy(exam, record_shown="never")
    with pytest.raises(services.RecordClosed):
        say(ended)
    policy.record_shown = "published"
    policy.save()
    with pytest.raises(services.RecordClosed):
        say(ended)
    Exam.objects.update(results_published_at=timezone.now())
    assert say(ended)


def test_what_was_promised_is_not_taken_back(exam: Exam, ended: Session) -> None:
    factories.policy(exam, record_shown="never")
    Session.objects.update(record_shown="handed_in")
    assert say(ended)


def test_a_session_keeps_what_its_candidate_was_told(people: People, exam: Exam) -> None:
    policy = factories.policy(exam, record_shown="published")
    consent.give(people.candidate, exam)
    session = services.begin_session(candidate=people.candidate, exam=exam, kind="exam")
    policy.record_shown = "never"
    policy.save()
    session.refresh_from_db()
    assert session.record_shown == "published"


def test_with_the_log_it_goes_and_none_comes_after(ended: Session) -> None:
    say(ended)
    retention.purge_events(ended.pk, timezone.now())
    assert not Statement.objects.exists()
    with pytest.raises(services.RecordClosed, match="has been deleted"):
        say(ended)


def test_none_comes_once_the_log_is_due(ended: Session) -> None:
    Session.objects.update(ended_at=timezone.now() - timedelta(days=180), event_count=0)
    ended.events.all().delete()
    with pytest.raises(services.RecordClosed, match="has been deleted"):
        say(ended)


def test_of_an_attempt_that_nobody_watched_there_is_nothing_to_say(people: People, exam: Exam) -> None:
    now = timezone.now()
    attempt = factories.attempt(exam, people.candidate, started_at=now, submitted_at=now, state="submitted")
    with pytest.raises(services.RecordClosed, match="Nobody watched"):
        services.give_statement(people.candidate, attempt.pk, TEXT, client_id=uuid4())


def test_the_institutions_systems_are_told_that_there_is_one_and_not_its_words(people: People, ended: Session) -> None:
    WebhookEndpoint.objects.create(
        institution=people.institution, url="https://example.org/", events=["statement.written"]
    )
    WebhookEndpoint.objects.create(
        institution=people.other_institution, url="https://example.com/", events=["statement.written"]
    )
    say(ended)
    second = say(ended, "And at once she left.")
    first_told, second_told = WebhookDelivery.objects.order_by("created_at")
    assert first_told.payload["statement"] == 1
    assert second_told.payload == {
        "session": str(ended.pk),
        "attempt": str(ended.attempt_id),
        "exam": ended.exam_id,
        "candidate": ended.candidate_id,
        "risk_total": ended.risk_total,
        "statement": 2,
        "written_at": second.at.isoformat(timespec="milliseconds"),
    }


def test_sent_again_nobody_is_told_again(people: People, ended: Session) -> None:
    WebhookEndpoint.objects.create(
        institution=people.institution, url="https://example.org/", events=["statement.written"]
    )
    assert ended.attempt_id is not None
    one = uuid4()
    for _ in range(2):
        services.give_statement(ended.candidate, ended.attempt_id, TEXT, client_id=one)
    assert WebhookDelivery.objects.count() == 1
