"""What people make of a session's record: kept in its chain, told to the institution's systems, changing no score."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from exams.models import WebhookDelivery, WebhookEndpoint
from proctoring import services
from proctoring.evidence import retention
from proctoring.evidence.verify import check
from proctoring.models import Event, EventVerdict, Session, SessionReview
from tests import factories
from tests.admin.records import event
from tests.factories import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    return factories.people()


@pytest.fixture
def ended(people: People) -> Session:
    exam = factories.exam(people.institution, candidates=(people.candidate,))
    session = factories.ended_session(exam, people.candidate, at=timezone.now())
    event(session)
    return session


def names(session: Session) -> list[str]:
    return list(session.events.order_by("sequence").values_list("name", flat=True))


@pytest.mark.parametrize("who", ["administrator", "proctor", "reviewer", "superuser"])
def test_those_who_may_see_the_session_confirm_and_dismiss(people: People, ended: Session, who: str) -> None:
    scored = ended.events.get()
    services.judge_event(getattr(people, who), ended.pk, scored.pk, "confirmed")
    services.judge_event(getattr(people, who), ended.pk, scored.pk, "dismissed", "  A poster. ")
    assert [(given.verdict, given.note) for given in scored.verdicts.all()] == [
        ("confirmed", ""),
        ("dismissed", "A poster."),
    ]
    assert names(ended) == ["NO_FACE", "EVENT_CONFIRMED", "EVENT_DISMISSED"]
    ended.refresh_from_db()
    assert list(check(ended)) == []
    assert ended.events.last().risk_delta == 0  # type: ignore[union-attr]


def test_a_verdict_is_taken_back_and_stays_on_record(people: People, ended: Session) -> None:
    scored = ended.events.get()
    for verdict in ("confirmed", "taken_back"):
        services.judge_event(people.proctor, ended.pk, scored.pk, verdict)
    assert [given.verdict for given in scored.verdicts.all()] == ["confirmed", "taken_back"]
    last = ended.events.last()
    assert last is not None
    assert (last.name, last.sentence) == (
        "VERDICT_TAKEN_BACK",
        f"{people.proctor.display_name} took back the verdict on NO_FACE (entry 1).",
    )
    with pytest.raises(services.BadRequest, match="no verdict that could be taken back"):
        services.judge_event(people.proctor, ended.pk, scored.pk, "taken_back")
    ended.refresh_from_db()
    assert list(check(ended)) == []


@pytest.mark.parametrize("who", ["author", "candidate", "foreign_administrator", "foreign_reviewer"])
def test_for_others_there_is_no_such_session(people: People, ended: Session, who: str) -> None:
    with pytest.raises(Session.DoesNotExist):
        services.judge_event(getattr(people, who), ended.pk, ended.events.get().pk, "confirmed")
    with pytest.raises(Session.DoesNotExist):
        services.review_session(getattr(people, who), ended.pk, "nothing")


def test_an_event_of_another_session_is_not_judged_here(people: People, ended: Session) -> None:
    other = event(factories.session(ended.exam, people.other_candidate))
    with pytest.raises(Event.DoesNotExist):
        services.judge_event(people.reviewer, ended.pk, other.pk, "confirmed")


@pytest.mark.parametrize(
    ("ledger", "verdict", "said"),
    [
        ("technical", "confirmed", "Only integrity events"),
        ("integrity", "maybe", "or dismissed"),
        ("integrity", "taken_back", "no verdict that could be taken back"),
    ],
)
def test_what_cannot_be_judged_is_refused(people: People, ended: Session, ledger: str, verdict: str, said: str) -> None:
    other = event(ended, "CONNECTION_LOST", ledger=ledger, risk_delta=0)
    with pytest.raises(services.BadRequest, match=said):
        services.judge_event(people.reviewer, ended.pk, other.pk, verdict)
    assert not EventVerdict.objects.exists()


def test_a_review_is_kept_with_its_history(people: People, ended: Session) -> None:
    services.review_session(people.reviewer, ended.pk, "unclear")
    services.review_session(people.administrator, ended.pk, "follow_up", "Two people at 10:04.")
    assert [review.outcome for review in ended.reviews.all()] == ["unclear", "follow_up"]
    assert names(ended)[-2:] == ["SESSION_REVIEWED"] * 2
    ended.refresh_from_db()
    assert list(check(ended)) == []


def test_a_session_that_runs_or_a_matter_without_a_word_is_not_reviewed(people: People, ended: Session) -> None:
    running = factories.session(ended.exam, people.other_candidate)
    with pytest.raises(services.BadRequest, match="when it has ended"):
        services.review_session(people.reviewer, running.pk, "nothing")
    with pytest.raises(services.BadRequest, match="what is to be followed up"):
        services.review_session(people.reviewer, ended.pk, "follow_up", "  ")
    with pytest.raises(services.BadRequest, match="what the review comes to"):
        services.review_session(people.reviewer, ended.pk, "guilty")
    with pytest.raises(services.BadRequest, match="at most 2,000"):
        services.review_session(people.reviewer, ended.pk, "nothing", "x" * 2001)
    assert not SessionReview.objects.exists()


def test_the_institutions_systems_are_told(people: People, ended: Session) -> None:
    WebhookEndpoint.objects.create(
        institution=people.institution, url="https://example.org/", events=["event.confirmed", "session.reviewed"]
    )
    scored = ended.events.get()
    services.judge_event(people.reviewer, ended.pk, scored.pk, "dismissed")
    services.judge_event(people.reviewer, ended.pk, scored.pk, "confirmed")
    services.review_session(people.reviewer, ended.pk, "nothing")
    confirmed, reviewed = WebhookDelivery.objects.order_by("created_at")
    assert (confirmed.event, confirmed.payload["event"], confirmed.payload["sequence"]) == (
        "event.confirmed",
        "NO_FACE",
        1,
    )
    assert (reviewed.event, reviewed.payload["outcome"]) == ("session.reviewed", "nothing")
    assert {delivery.payload["session"] for delivery in (confirmed, reviewed)} == {str(ended.pk)}


def test_with_the_log_its_review_goes_and_none_comes_after(people: People, ended: Session) -> None:
    services.review_session(people.reviewer, ended.pk, "nothing")
    retention.purge_events(ended.pk, timezone.now() + timedelta(days=999))
    assert not SessionReview.objects.exists()
    with pytest.raises(services.BadRequest, match="nothing left to review"):
        services.review_session(people.reviewer, ended.pk, "nothing")
