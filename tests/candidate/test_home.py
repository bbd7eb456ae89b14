"""The start page and signing in."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from exams.models import Accommodation, Attempt, Exam, Role
from tests import factories

pytestmark = pytest.mark.django_db


def test_it_requires_signing_in(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/accounts/login/?next=/"


def test_no_browser_keeps_it_after_signing_out(client: Client) -> None:
    client.force_login(factories.user(role=Role.CANDIDATE))
    assert "no-store" in client.get("/").headers["Cache-Control"]


def test_it_rejects_post(client: Client) -> None:
    client.force_login(factories.user())
    assert client.post("/").status_code == 405


def test_signing_in_leads_to_ones_exams(client: Client) -> None:
    candidate = factories.user(role=Role.CANDIDATE)
    exam = factories.exam(candidates=(candidate,))
    answer = client.post(
        "/accounts/login/", {"username": candidate.username, "password": factories.PASSWORD}, follow=True
    )
    assert exam.title in answer.content.decode()


def test_a_wrong_password_says_so(client: Client) -> None:
    answer = client.post("/accounts/login/", {"username": "nobody", "password": "nothing"})
    assert "do not belong together" in answer.content.decode()


@pytest.mark.parametrize(
    ("fields", "state", "words"),
    [
        ({}, "new", "Begin"),
        ({"started_at": timezone.now()}, "resume", "Go on"),
    ],
)
def test_an_exam_shows_where_one_stands(client: Client, fields: dict[str, object], state: str, words: str) -> None:
    candidate = factories.user()
    factories.attempt(factories.exam(candidates=(candidate,)), candidate, **fields)
    client.force_login(candidate)
    page = client.get("/").content.decode()
    assert f'data-state="{state}"' in page
    assert words in page


HANDED_IN = {"started_at": timezone.now(), "submitted_at": timezone.now(), "state": Attempt.State.SUBMITTED}


def test_another_attempt_is_offered_while_one_is_left(client: Client) -> None:
    candidate = factories.user()
    exam = factories.exam(candidates=(candidate,), attempts_allowed=2)
    factories.attempt(exam, candidate, **HANDED_IN)
    client.force_login(candidate)
    page = client.get("/").content.decode()
    assert 'data-state="again"' in page
    assert "attempt 2 of 2" in page and "Begin attempt 2" in page
    factories.attempt(exam, candidate, number=2, **HANDED_IN)
    assert "data-state" not in client.get("/").content.decode()


def test_what_was_handed_in_stands_there_once_with_a_way_to_its_page(client: Client) -> None:
    candidate = factories.user()
    exam = factories.exam(candidates=(candidate,))
    factories.attempt(exam, candidate, **HANDED_IN)
    client.force_login(candidate)
    page = client.get("/").content.decode()
    assert page.count(f"<bdi>{exam.title}</bdi>") == 1
    open_now, handed_in = page.split('id="handed-in"')
    assert "No exam is open to you" in open_now
    assert f'href="/exams/{exam.pk}/"' in handed_in


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Results not published yet"),
        ({"afterwards": "nothing", "results_published_at": timezone.now()}, "Results are not shown here"),
        ({"results_published_at": timezone.now()}, "Results</a>"),
    ],
)
def test_what_was_handed_in_stays_there_after_the_exam_has_closed(
    client: Client, fields: dict[str, Any], words: str
) -> None:
    candidate = factories.user()
    exam = factories.exam(candidates=(candidate,), state=Exam.State.CLOSED, **fields)
    attempt = factories.attempt(exam, candidate, **HANDED_IN)
    client.force_login(candidate)
    page = client.get("/").content.decode()
    assert "No exam is open to you" in page
    assert words in page
    assert (f"/results/{attempt.pk}/" in page) == (words == "Results</a>")


def test_ones_own_extra_time_is_told(client: Client) -> None:
    people = factories.people()
    exam = factories.exam(people.institution, candidates=(people.candidate,), duration_minutes=50)
    Accommodation.objects.create(
        institution=people.institution,
        candidate=people.candidate,
        exam=exam,
        time_factor=Decimal("1.25"),
        reason="Certified",
        granted_by=people.administrator,
    )
    client.force_login(people.candidate)
    page = client.get("/").content.decode()
    assert "50 minutes and 12 minutes 30 seconds of extra time" in page
    assert "Certified" not in page


def test_times_are_the_institutions(client: Client) -> None:
    candidate = factories.user()
    closes_at = timezone.now().replace(hour=23, minute=30) + timedelta(days=400)
    exam = factories.exam(factories.institution(time_zone="Asia/Tokyo"), candidates=(candidate,), closes_at=closes_at)
    client.force_login(candidate)
    page = client.get("/").content.decode()
    assert f"{closes_at.astimezone(exam.institution.zone):%H:%M} (Asia/Tokyo)" in page


def test_exams_of_others_and_closed_ones_are_not_there(client: Client) -> None:
    candidate = factories.user()
    factories.exam(title="Somebody else’s")
    factories.exam(title="Closed", candidates=(candidate,), state=Exam.State.CLOSED)
    client.force_login(candidate)
    page = client.get("/").content.decode()
    assert "Somebody else’s" not in page
    assert "No exam is open to you" in page


def test_staff_go_to_the_administration(client: Client) -> None:
    client.force_login(factories.people().proctor)
    assert client.get("/").headers["Location"] == "/admin/"


def test_staff_who_sit_an_exam_see_it(client: Client) -> None:
    proctor = factories.people().proctor
    factories.exam(title="For a proctor", candidates=(proctor,))
    client.force_login(proctor)
    page = client.get("/").content.decode()
    assert "For a proctor" in page
    assert "/admin/" in page


@pytest.mark.parametrize("exams", [1, 3])
def test_it_takes_eight_queries_however_many_exams(
    client: Client, exams: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    candidate = factories.user(role=Role.CANDIDATE)
    for _ in range(exams):
        factories.attempt(factories.exam(candidates=(candidate,)), candidate)
        factories.attempt(factories.exam(candidates=(candidate,)), candidate, **HANDED_IN)
    client.force_login(candidate)
    with django_assert_num_queries(8):
        client.get("/")
