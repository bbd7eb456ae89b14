"""The page of what was recorded: for its candidate, once the attempt has ended for good, without staff's names."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries, Settings

from exams.models import Attempt, Exam
from exams.services import time as attempt_time
from proctoring import consent, services
from proctoring.evidence import retention
from proctoring.models import PurgeRecord, Session, Statement
from proctoring.services.recording import append_events, lock
from tests import factories
from tests.admin.records import drafted, event, risk
from tests.factories import People

pytestmark = pytest.mark.django_db

END = datetime(2026, 6, 1, 10, tzinfo=timezone.utc)  # noon in Berlin
TEXT = "My sister came in & left at once."


@pytest.fixture
def people(settings: Settings, tmp_path: Path) -> People:
    settings.MEDIA_ROOT = tmp_path
    return factories.people()


@pytest.fixture
def exam(people: People) -> Exam:
    return factories.exam(people.institution, candidates=(people.candidate, people.other_candidate), title="Algebra I")


@pytest.fixture
def ended(people: People, exam: Exam) -> Session:
    """It scored twice, the first time with a picture, and lost its connection once."""
    at = now()
    session = factories.ended_session(exam, people.candidate, at=at, started_at=at - timedelta(minutes=30))
    rule = {"rule": {"permanent": False}}
    event(session, jpeg=factories.jpeg(), time=END.timestamp(), detail=rule)
    event(session, "TAB_SWITCH", risk_total=10, sentence="The exam page was left.")
    event(session, "CONNECTION_LOST", ledger="technical", risk_delta=0, sentence="The connection was lost.")
    risk(session, round(at.timestamp() * 1000) - 60_000, 10)
    return session


def url(session: Session) -> str:
    return reverse("own_record", args=[session.attempt_id])


def read(client: Client, session: Session) -> str:
    client.force_login(session.candidate)
    answer = client.get(url(session))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return " ".join(answer.content.decode().split())


def write(client: Client, session: Session, text: str = TEXT, **fields: object) -> int:
    client.force_login(session.candidate)
    return client.post(url(session), {"text": text, "client_id": str(uuid4())} | fields).status_code


def test_it_shows_every_event_with_its_time_points_and_picture(client: Client, ended: Session) -> None:
    page = read(client, ended)
    counted, uncounted = page.split('id="uncounted-title"')
    assert "1 June 2026, 12:00:00" in counted  # in the institution's time zone
    assert "5 points that fade" in counted and "score afterwards 5" in counted
    assert "No face was in the picture for 2.2 seconds" in counted
    assert reverse("snapshot", kwargs={"session_id": ended.pk, "name": "x"})[:-5] in counted
    assert counted.index("No face was in") < counted.index("The exam page was left.")
    assert "The connection was lost." not in counted
    assert "None of it raises the score." in uncounted and "The connection was lost." in uncounted
    assert "<svg" in page and "The score was highest at" in page


def test_it_says_what_it_is_for_and_until_when_it_is_kept(client: Client, exam: Exam, ended: Session) -> None:
    factories.policy(exam, keep_pictures_days=10, keep_events_days=20)
    Session.objects.update(ended_at=END, keep_events_days=15)
    page = read(client, ended)
    assert "No program judges you." in page
    assert "decided by a person" in page
    assert "Pictures are kept until 11 June 2026, 12:00" in page
    assert "are kept until 16 June 2026, 12:00" in page, "as promised, not as the policy lengthened it later"


def test_what_staff_did_is_told_without_their_names_and_notes(
    client: Client, people: People, exam: Exam, ended: Session
) -> None:
    for name in ("proctor", "reviewer"):
        getattr(people, name).last_name = "Secretname"
        getattr(people, name).save()
    assert ended.attempt is not None
    attempt_time.reopen(attempt=ended.attempt, by=people.proctor, minutes=10, reason="by_mistake", note="Notable.")
    attempt_time.add_time(attempt=ended.attempt, by=people.proctor, minutes=3, reason="technical", note="Notable.")
    granted = factories.accommodation(exam, people.candidate, granted_by=people.proctor)
    services.stop_by_proctor(people.proctor, ended.pk, "end_attempt", "technical", "Notable.")
    first, second = ended.events.filter(ledger="integrity")
    services.judge_event(people.reviewer, ended.pk, first.pk, "dismissed", "Notable.")
    services.judge_event(people.reviewer, ended.pk, second.pk, "dismissed", "Notable.")
    services.judge_event(people.reviewer, ended.pk, second.pk, "confirmed", "Notable.")
    services.review_session(people.reviewer, ended.pk, "follow_up", "Notable.")
    page = read(client, ended)
    for kept_back in ("Secretname", "Notable", granted.reason, "confirmed", "reviewed the session"):
        assert kept_back not in page
    assert page.count("A person looked at this and set it aside.") == 1
    assert "A proctor ended your exam. There was a technical problem." in page
    assert "You were given 3 minutes more. Reason: Technical problem." in page
    assert "Your attempt was opened again for 10 minutes. Reason: Handed in by mistake." in page


@pytest.mark.parametrize(
    "who",
    ["other_candidate", "proctor", "administrator", "superuser", "author", "foreign_proctor", "foreign_candidate"],
)
def test_nobody_else_reads_or_writes_it(client: Client, people: People, ended: Session, who: str) -> None:
    client.force_login(getattr(people, who))
    assert client.get(url(ended)).status_code == 404
    assert client.post(url(ended), {"text": TEXT, "client_id": str(uuid4())}).status_code == 404
    assert not Statement.objects.exists()


def test_it_requires_signing_in(client: Client, ended: Session) -> None:
    assert client.get(url(ended))["Location"].startswith("/accounts/login/")
    assert client.post(url(ended), {"text": TEXT, "client_id": str(uuid4())})["Location"].startswith("/accounts/login/")


def test_while_the_exam_runs_there_is_no_such_page(client: Client, people: People, exam: Exam) -> None:
    running = factories.session(exam, people.candidate)
    client.force_login(people.candidate)
    assert client.get(url(running)).status_code == 404
    assert write(client, running) == 404


def test_until_the_session_has_ended_too_it_waits(client: Client, ended: Session) -> None:
    Session.objects.update(state="live", ended_at=None)
    assert "No face" not in (page := read(client, ended))
    assert "come back in a few minutes" in page


def test_while_another_attempt_is_open_it_waits_and_says_so(client: Client, ended: Session) -> None:
    Exam.objects.update(attempts_allowed=2)
    page = read(client, ended)
    assert "Another attempt at this exam is open to you." in page
    assert "No face" not in page and "say-form" not in page
    assert write(client, ended) == 422
    Exam.objects.update(state=Exam.State.CLOSED)
    assert "No face" in read(client, ended)


def test_it_waits_for_the_results_where_the_institution_says_so(client: Client, exam: Exam, ended: Session) -> None:
    factories.policy(exam, record_shown="published")
    assert "once Institution" in (page := read(client, ended)) and "has published the results" in page
    assert "No face" not in page
    Exam.objects.update(results_published_at=now())
    assert "No face" in read(client, ended)


def test_where_it_is_never_shown_one_is_told_whom_to_ask(client: Client, exam: Exam, ended: Session) -> None:
    factories.policy(exam, record_shown="never")
    page = read(client, ended)
    assert "ask exams@example.org" in page
    assert "No face" not in page and "say-form" not in page


def test_after_the_purge_it_says_what_was_deleted_when(client: Client, ended: Session) -> None:
    write(client, ended)
    retention.purge_pictures(ended.pk, END + timedelta(days=1))
    page = read(client, ended)
    assert "The pictures were deleted on 2 June 2026, 12:00" in page
    assert "Its picture was deleted on 2 June 2026, 12:00" in page
    retention.purge_events(ended.pk, END + timedelta(days=2))
    PurgeRecord.objects.filter(what="events").update(at=END + timedelta(days=2))
    page = read(client, ended)
    assert "were deleted on 3 June 2026, 12:00" in page
    assert "the log had 4 entries" in page
    assert "No face" not in page and TEXT not in page and "say-form" not in page


def test_an_attempt_that_nobody_watched_says_so(client: Client, people: People, exam: Exam) -> None:
    at = now()
    attempt = factories.attempt(exam, people.candidate, started_at=at, submitted_at=at, state="submitted")
    client.force_login(people.candidate)
    page = client.get(reverse("own_record", args=[attempt.pk])).content.decode()
    assert "Nobody watched this attempt" in page
    assert "say-form" not in page


def test_who_withdrew_consent_reads_what_was_recorded_until_then(client: Client, people: People, exam: Exam) -> None:
    consent.give(people.candidate, exam)
    session = services.begin_session(candidate=people.candidate, exam=exam, kind="exam")
    assert session.attempt is not None
    Session.objects.update(state="live", started_at=now())
    Attempt.objects.update(started_at=now())
    event(session)
    services.withdraw_consent(candidate=people.candidate, exam=exam)
    services.hand_in(Attempt.objects.get())
    page = read(client, session)
    assert "You withdrew your consent. Watching ended then" in page
    assert "No face was in" in page
    assert "What you agreed to on" in page and "Pictures from your camera" in page


def test_a_statement_is_acknowledged_with_its_time(client: Client, people: People, ended: Session) -> None:
    assert write(client, ended) == 302
    page = read(client, ended)
    kept = Statement.objects.get()
    at = kept.at.astimezone(people.institution.zone)
    assert f"Your statement is kept, as written on {at:%-d %B %Y at %H:%M:%S}." in page
    assert f"Kept on {at:%-d %B %Y, %H:%M:%S}" in page
    assert "My sister came in &amp; left at once." in page


def test_sent_again_it_is_acknowledged_and_there_once(client: Client, ended: Session) -> None:
    one = str(uuid4())
    assert [write(client, ended, client_id=one) for _ in range(2)] == [302, 302]
    assert Statement.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "said"), [("", "write something first"), ("x" * 2001, "2,001 characters long"), ("\0", "Null characters")]
)
def test_what_is_refused_stands_in_the_form_still(client: Client, ended: Session, text: str, said: str) -> None:
    client.force_login(ended.candidate)
    one = str(uuid4())
    answer = client.post(url(ended), {"text": text, "client_id": one})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page and one in page
    if text.isprintable():
        assert f">{text}</textarea>" in page
    assert not Statement.objects.exists()


def test_without_its_number_it_is_refused(client: Client, ended: Session) -> None:
    assert write(client, ended, client_id="x") == 422
    assert not Statement.objects.exists()


def test_the_last_one_closes_the_form(client: Client, ended: Session) -> None:
    for number in range(5):
        assert write(client, ended, f"Number {number}") == 302
    page = read(client, ended)
    assert "the most that are kept" in page and "say-form" not in page
    assert write(client, ended) == 422


def test_the_ways_there(client: Client, exam: Exam, ended: Session) -> None:
    client.force_login(ended.candidate)
    for page in ("/", f"/exams/{exam.pk}/", reverse("result", args=[ended.attempt_id])):
        assert f'href="{url(ended)}"' in client.get(page).content.decode(), page


def test_the_page_after_handing_in_leads_there(client: Client, ended: Session) -> None:
    client.force_login(ended.candidate)
    assert f'href="{url(ended)}"' in client.get(reverse("room", args=[ended.pk])).content.decode()


def test_it_asks_no_more_of_the_database_however_long_the_session_was(
    client: Client, ended: Session, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(ended.candidate)
    with django_assert_max_num_queries(23) as few:
        client.get(url(ended))
    for number in range(12):
        event(ended, jpeg=factories.jpeg(shade=number))
        event(ended, "CONNECTION_LOST", ledger="technical", risk_delta=0)
        risk(ended, number, number)
        services.judge_event(
            factories.user(is_staff=True, is_superuser=True), ended.pk, ended.events.all()[0].pk, "dismissed"
        )
    for _ in range(4):
        assert ended.attempt_id is not None
        services.give_statement(ended.candidate, ended.attempt_id, TEXT, client_id=uuid4())
    with django_assert_max_num_queries(23) as many:
        client.get(url(ended))
    assert len(many) == len(few)


def many_entries(session: Session, *, counted: int, uncounted: int) -> None:
    drafts = [drafted(sentence=f"Counted number {number}.") for number in range(1, counted + 1)]
    none: dict[str, Any] = {"ledger": "technical", "risk_delta": 0}
    drafts += [drafted(sentence=f"Technical number {number}.", **none) for number in range(1, uncounted + 1)]
    with transaction.atomic():
        append_events(lock(session.pk), drafts)


@pytest.fixture
def long_session(people: People, exam: Exam) -> Session:
    at = now()
    session = factories.ended_session(exam, people.candidate, at=at, started_at=at - timedelta(minutes=30))
    many_entries(session, counted=230, uncounted=310)
    risk(session, round(at.timestamp() * 1000) - 60_000, 10)
    return session


def read_at(client: Client, session: Session, query: str) -> str:
    client.force_login(session.candidate)
    return client.get(url(session) + query).content.decode()


def test_a_long_record_comes_in_pages_that_begin_with_the_oldest(client: Client, long_session: Session) -> None:
    page = read_at(client, long_session, "")
    assert "Counted number 1." in page and "Counted number 100." in page and "Counted number 101." not in page
    assert "Technical number 100." in page and "Technical number 101." not in page
    assert "Entries 1 to 100 of 230, from" in page and "Entries 1 to 100 of 310, from" in page
    last = read_at(client, long_session, "?page=3")
    assert "Counted number 200." not in last and "Counted number 201." in last and "Counted number 230." in last


def test_each_of_its_pages_has_the_totals_and_the_plot_of_all(client: Client, long_session: Session) -> None:
    pages = [read_at(client, long_session, query) for query in ("", "?page=3", "?page=2&rest=2")]
    for page in pages:
        assert ">What raised the score</a>: 230 entries" in page
        assert ">Written down, and raised nothing</a>: 310 entries" in page
    assert len({page[page.index("<svg") : page.index("</svg>")] for page in pages}) == 1


def test_going_on_in_one_list_keeps_the_other_where_it_is(client: Client, long_session: Session) -> None:
    page = read_at(client, long_session, "?page=2&rest=3")
    assert 'href="?rest=3&amp;page=3#counted-title"' in page
    assert 'href="?page=2&amp;rest=4#uncounted-title"' in page
    assert "Counted number 101." in page and "Technical number 201." in page
    assert '<details class="card" open>' in page
    assert '<details class="card" open>' not in read_at(client, long_session, "?page=2")


@pytest.mark.parametrize("asked", ["0", "-1", "x", "", "99"])
def test_a_page_that_there_is_not_is_the_nearest(client: Client, long_session: Session, asked: str) -> None:
    page = read_at(client, long_session, f"?page={asked}&rest={asked}")
    assert "Counted number" in page and "Technical number" in page


def test_a_refused_statement_keeps_the_page_that_was_open(client: Client, long_session: Session) -> None:
    client.force_login(long_session.candidate)
    answer = client.post(url(long_session) + "?page=3", {"text": "", "client_id": str(uuid4())})
    assert "Counted number 230." in answer.content.decode()


def test_a_long_records_page_is_no_larger_and_asks_no_more_of_the_database(
    client: Client, long_session: Session, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(long_session.candidate)
    with django_assert_max_num_queries(23) as few:
        client.get(url(long_session))
    many_entries(long_session, counted=2500, uncounted=2500)
    with django_assert_max_num_queries(23) as many:
        answer = client.get(url(long_session))
    assert len(many) == len(few)
    assert len(answer.content) < 200_000
