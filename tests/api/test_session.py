from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from exams.models import Answer, Attempt
from proctoring.models import BrowserSignal, Event, Session
from tests import factories
from tests.factories import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    return factories.people()


@pytest.fixture
def session(people: People) -> Session:
    exam = factories.exam(people.institution, candidates=(people.candidate,))
    now = timezone.now()
    attempt = factories.attempt(exam, people.candidate, started_at=now, deadline=now + timedelta(hours=1))
    return factories.session(exam, people.candidate, attempt=attempt)


@pytest.fixture
def client(people: People) -> Client:
    client = Client(enforce_csrf_checks=False)
    client.force_login(people.candidate)
    return client


def url(session: Session, what: str = "") -> str:
    return f"/api/v1/sessions/{session.pk}/{what}"


def signals(*kinds: str) -> dict[str, Any]:
    sent = 1_000_000.0
    return {
        "type": "signals",
        "sent_ms": sent,
        "signals": [{"id": str(uuid.uuid4()), "kind": kind, "time_ms": sent} for kind in kinds],
    }


def test_it_says_where_the_session_stands(client: Client, session: Session) -> None:
    found = client.get(url(session)).json()
    assert (found["state"], found["kind"], found["calibrated"]) == ("live", "exam", False)
    assert found["deadline_ms"] - found["server_time_ms"] == pytest.approx(3_600_000, abs=60_000)
    assert len(found["attempt"]["questions"]) == 2
    assert "correct" not in json.dumps(found)


def test_an_answer_is_saved_under_the_session_too(client: Client, session: Session) -> None:
    assert session.exam is not None
    question = factories.questions(session.exam).get(kind="essay")
    body = {"client_id": str(uuid.uuid4()), "question": question.pk, "value": {"text": "Because."}}
    response = client.post(url(session, "answers/"), body, content_type="application/json")
    assert response.status_code == 201
    assert Answer.objects.get().value == {"text": "Because."}


def test_practice_has_no_questions(client: Client, people: People) -> None:
    practice = factories.session(candidate=people.candidate)
    assert client.get(url(practice)).json()["attempt"] is None
    assert client.post(url(practice, "answers/"), {}, content_type="application/json").status_code == 409


def test_finish_hands_in_and_may_be_repeated(client: Client, session: Session) -> None:
    for _ in range(2):
        found = client.post(url(session, "finish/"), {}, content_type="application/json").json()
        assert (found["state"], found["ended_by"], found["attempt"]["state"]) == ("ended", "candidate", "submitted")
    assert Attempt.objects.get().state == Attempt.State.SUBMITTED


def test_finish_ends_a_practice_run_and_says_so(client: Client, people: People) -> None:
    practice = factories.session(candidate=people.candidate)
    assert client.post(url(practice, "finish/"), {}, content_type="application/json").json()["state"] == "ended"
    assert not Session.objects.exists()


def test_withdrawing_consent_ends_the_watching_and_not_the_exam(client: Client, session: Session) -> None:
    given = factories.consent(session.candidate, session.exam)
    answers = [client.post(url(session, "withdraw/")) for _ in range(2)]  # the first may have been lost on its way
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json()["withdrawn"] for answer in answers] == [1, 0]
    given.refresh_from_db()
    session.refresh_from_db()
    assert given.withdrawn_at is not None
    assert (session.state, session.ended_by) == ("ended", "consent")
    assert Attempt.objects.get().state == Attempt.State.RUNNING


def test_it_is_withdrawn_for_the_whole_exam_and_no_other_and_the_answer_says_so(
    client: Client, people: People, session: Session
) -> None:
    exam = session.exam
    assert exam is not None
    factories.consent(session.candidate, exam)
    elsewhere = factories.session(factories.exam(people.institution), people.candidate)
    kept = factories.consent(session.candidate, elsewhere.exam)
    earlier = factories.session(exam, people.candidate, state=Session.State.ENDED, attempt=None)
    answer = client.post(url(earlier, "withdraw/")).json()
    assert (answer["exam"], answer["withdrawn"]) == (exam.pk, 1)
    assert "for the whole exam and not only for this session" in answer["message"]
    session.refresh_from_db()
    elsewhere.refresh_from_db()
    kept.refresh_from_db()
    assert session.state == "ended"
    assert (elsewhere.state, kept.withdrawn_at) == ("live", None)


def test_withdrawing_it_in_a_practice_run_deletes_that(client: Client, people: People) -> None:
    practice = factories.session(None, people.candidate, consent=factories.consent(people.candidate))
    answer = client.post(url(practice, "withdraw/")).json()
    assert (answer["exam"], answer["withdrawn"]) == (None, 1)
    assert "for all practice runs" in answer["message"]
    assert not Session.objects.exists()


def test_nobody_withdraws_it_for_somebody_else(session: Session, people: People) -> None:
    given = factories.consent(session.candidate, session.exam)
    for other in (people.other_candidate, people.administrator, people.superuser):
        stranger = Client()
        stranger.force_login(other)
        assert stranger.post(url(session, "withdraw/")).status_code == 404
    assert Client().post(url(session, "withdraw/")).status_code == 401
    given.refresh_from_db()
    assert given.withdrawn_at is None


def test_a_beacon_brings_signals_as_a_form_with_the_token(people: People, session: Session) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.candidate)
    token = "a" * 32
    client.cookies["csrftoken"] = token
    form = {"payload": json.dumps(signals("hidden", "blur"))}
    assert client.post(url(session, "signals/"), form).status_code == 403, "without the token"
    assert client.post(url(session, "signals/"), form | {"csrfmiddlewaretoken": token}).status_code == 204
    assert [event.name for event in Event.objects.all()] == ["TAB_SWITCH"]


def test_a_beacon_sent_twice_counts_once(client: Client, session: Session) -> None:
    form = {"payload": json.dumps(signals("hidden"))}
    for _ in range(2):
        assert client.post(url(session, "signals/"), form).status_code == 204
    assert BrowserSignal.objects.count() == Event.objects.count() == 1


def test_with_a_connection_open_its_engine_takes_the_signals(client: Client, session: Session) -> None:
    Session.objects.update(connected=True)
    assert client.post(url(session, "signals/"), {"payload": json.dumps(signals("hidden"))}).status_code == 204
    assert BrowserSignal.objects.get().applied is False


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"payload": "not json"},
        {"payload": "[]"},
        {"payload": json.dumps({"sent_ms": 1, "signals": [{"id": 1}]})},
        {"payload": "x" * 70_000},
        {"payload": "[" * 60_000},
        {"payload": json.dumps({"sent_ms": 1, "signals": [{"id": 1, "kind": "\ud800"}]})},
    ],
)
def test_a_beacon_nobody_can_read_is_refused_with_a_sentence(
    client: Client, session: Session, form: dict[str, str]
) -> None:
    response = client.post(url(session, "signals/"), form)
    assert response.status_code == 400
    assert response.json()["code"] == "bad_message"
    assert response.json()["message"].endswith(".")


def test_more_beacons_than_a_person_can_cause_are_refused_and_recorded_once(
    client: Client, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proctoring.services.signals.MOST_AN_HOUR", 2)
    answers = [client.post(url(session, "signals/"), {"payload": json.dumps(signals("copy"))}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [204, 204, 429, 429]
    assert answers[3].json()["code"] == "flood"
    assert BrowserSignal.objects.count() == 2
    assert Event.objects.filter(name="FLOOD").count() == 1


@pytest.mark.parametrize("what", ["answers/", "signals/"])
def test_more_requests_than_any_page_makes_are_put_off(client: Client, session: Session, what: str) -> None:
    answers = [client.post(url(session, what), {}, content_type="application/json") for _ in range(121)]
    assert {answer.status_code for answer in answers[:120]} == {400}
    assert (answers[120].status_code, answers[120].json()["code"]) == (429, "throttled")
    assert int(answers[120]["Retry-After"]) <= 60


def test_json_nested_without_end_is_refused(client: Client, session: Session) -> None:
    for what in ("signals/", "answers/"):
        response = client.post(url(session, what), "[" * 100_000, content_type="application/json")
        assert (response.status_code, response.json()["code"]) == (400, "parse_error")


def test_a_day_after_the_end_a_beacon_is_refused(client: Client, session: Session) -> None:
    Session.objects.update(state="ended", ended_at=timezone.now() - timedelta(days=2))
    response = client.post(url(session, "signals/"), {"payload": json.dumps(signals("hidden"))})
    assert (response.status_code, response.json()["code"]) == (400, "session_ended")


def test_a_file_in_the_form_is_no_payload(client: Client, session: Session) -> None:
    response = client.post(url(session, "signals/"), {"payload": SimpleUploadedFile("x", b"{}")})
    assert response.status_code == 400
