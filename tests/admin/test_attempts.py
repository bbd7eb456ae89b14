"""Attempts in the admin: times for all staff, answers for those who mark, and time given by those who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from exams import services as exam_services
from exams.models import Attempt, Outage, TimeChange
from proctoring import services
from proctoring.models import Session
from tests import factories
from tests.admin.conftest import Scene
from tests.exams.sittings import answer, grant

LIST = "/admin/exams/attempt/"
QUERIES_OF_LIST = 11
FILLED = {"what": "add", "minutes": "10", "reason": "technical", "note": "The network."}


@pytest.fixture
def attempt(scene: Scene) -> Attempt:
    """Of the scene's live session, begun ten minutes ago, with an answer."""
    now = timezone.now()
    Attempt.objects.update(started_at=now - timedelta(minutes=10), deadline=now + timedelta(minutes=50))
    attempt = Attempt.objects.get(proctoring_session=scene.session)
    answer(attempt, "It has one divisor.")
    return attempt


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, attempt: Attempt) -> str:
    found = client.get(f"{LIST}{attempt.pk}/change/")
    assert found.status_code == 200
    return found.content.decode()


def places(scene: Scene, attempt: Attempt) -> list[str]:
    """Where time can be given: the attempt's page and its session's."""
    return [f"{LIST}{attempt.pk}/time/", f"/admin/proctoring/session/{scene.session.pk}/time/"]


@pytest.mark.parametrize("who", ["administrator", "author", "proctor", "reviewer", "superuser"])
def test_staff_see_the_attempts_of_their_institution_alone(scene: Scene, attempt: Attempt, who: str) -> None:
    client = signed_in(getattr(scene.people, who))
    listed = client.get(LIST).content.decode()
    assert "Algebra" in listed
    assert ("Botany" in listed) is (who == "superuser")
    assert "Time is up" in page(client, attempt)


@pytest.mark.parametrize("who", ["foreign_administrator", "foreign_proctor", "foreign_reviewer"])
def test_to_others_there_is_no_such_attempt(scene: Scene, attempt: Attempt, who: str) -> None:
    client = signed_in(getattr(scene.people, who))
    assert "Algebra" not in client.get(LIST).content.decode()
    assert client.get(f"{LIST}{attempt.pk}/change/").status_code == 404
    for place in places(scene, attempt):
        assert client.post(place, FILLED).status_code == 404
    assert not TimeChange.objects.exists()


def test_an_address_that_is_no_attempt_is_not_there(scene: Scene) -> None:
    assert signed_in(scene.people.proctor).get(f"{LIST}nonsense/change/").status_code == 404


@pytest.mark.parametrize(
    ("who", "anonymous", "sees"),
    [
        ("administrator", False, True),
        ("administrator", True, False),
        ("author", False, True),
        ("author", True, False),
        ("reviewer", False, True),
        ("reviewer", True, False),
        ("proctor", False, False),
    ],
)
def test_proctors_see_when_something_was_saved_markers_what(
    scene: Scene, attempt: Attempt, who: str, anonymous: bool, sees: bool
) -> None:
    scene.exam.anonymous_marking = anonymous
    scene.exam.save()
    shown = page(signed_in(getattr(scene.people, who)), attempt)
    assert "1 time saved" in shown
    assert ("It has one divisor." in shown) is sees
    assert ("prime number" in shown) is sees


def test_an_administrator_opens_named_answers_on_purpose_and_on_record(scene: Scene, attempt: Attempt) -> None:
    scene.exam.anonymous_marking = True
    scene.exam.save()
    client, url = signed_in(scene.people.administrator), f"{LIST}{attempt.pk}/answers/"
    assert "should mark none of this exam" in page(client, attempt)
    assert client.get(url).status_code == 405
    assert not LogEntry.objects.exists()
    assert "It has one divisor." in client.post(url).content.decode()
    name = attempt.candidate.display_name
    told = LogEntry.objects.get(object_id=str(scene.exam.pk))
    assert (told.user, told.change_message) == (
        scene.people.administrator,
        f"Opened the answers of attempt 1 of {name} while marking is anonymous.",
    )
    api = f"/api/v1/exams/{scene.exam.pk}/attempts/{attempt.pk}/answers/"
    assert client.get(api).status_code == 200
    assert LogEntry.objects.count() == 2
    for who in ("author", "reviewer", "proctor"):
        other = signed_in(getattr(scene.people, who))
        assert (other.post(url).status_code, other.get(api).status_code) == (403, 403)
    assert LogEntry.objects.count() == 2


def test_late_answers_breaks_and_changes_stand_on_the_page(scene: Scene, attempt: Attempt) -> None:
    grant(scene.people, break_minutes=5)
    exam_services.start_break(attempt=attempt)
    exam_services.end_break(attempt=attempt)
    exam_services.add_time(by=scene.people.proctor, attempt=attempt, minutes=7, reason="other", note="Fire alarm")
    Attempt.objects.update(deadline=timezone.now() - timedelta(seconds=1))
    answer(attempt, "Too late")
    shown = page(signed_in(scene.people.administrator), attempt)
    for words in ("1 late", "Break of", "7 minutes", "Another reason (see note)", "Fire alarm", "left of 5 minutes"):
        assert words in shown, words
    listed = signed_in(scene.people.proctor).get(LIST).content.decode()
    assert "accommodation applies, time changed, late answers" in listed


@pytest.mark.parametrize("place", [0, 1], ids=["attempt", "session"])
def test_time_is_added_and_kept_with_who_and_why(scene: Scene, attempt: Attempt, place: int) -> None:
    client = signed_in(scene.people.proctor)
    done = client.post(places(scene, attempt)[place], FILLED, follow=True)
    assert "10 minutes added, with your reason." in done.content.decode()
    assert "Technical problem" in done.content.decode()
    change = TimeChange.objects.get()
    assert (change.kind, change.seconds, change.by, change.note) == ("added", 600, scene.people.proctor, "The network.")


@pytest.mark.parametrize("place", [0, 1], ids=["attempt", "session"])
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"minutes": ""}, "Say how many minutes."),
        ({"minutes": "0"}, "Give one minute at least."),
        ({"minutes": "9999"}, "Give 480 minutes at most."),
        ({"minutes": "ten"}, "Enter a whole number."),
        ({"reason": ""}, "Choose a reason: it is kept with the attempt."),
        ({"reason": "by_mistake"}, "Select a valid choice."),
        ({"reason": "other", "note": " "}, "Say in the note what the other reason is."),
    ],
)
def test_what_is_missing_is_named_and_nothing_changes(
    scene: Scene, attempt: Attempt, place: int, wrong: dict[str, str], sentence: str
) -> None:
    found = signed_in(scene.people.proctor).post(places(scene, attempt)[place], FILLED | wrong)
    assert found.status_code == 422
    assert sentence in found.content.decode()
    assert "data-open" in found.content.decode()
    assert not TimeChange.objects.exists()


@pytest.mark.parametrize("place", [0, 1], ids=["attempt", "session"])
@pytest.mark.parametrize(
    ("who", "status"), [("administrator", 302), ("proctor", 302), ("superuser", 302), ("reviewer", 403)]
)
def test_who_may_change_the_time(scene: Scene, attempt: Attempt, who: str, status: int, place: int) -> None:
    client = signed_in(getattr(scene.people, who))
    assert ('id="time-open"' in page(client, attempt)) is (status == 302)
    assert client.post(places(scene, attempt)[place], FILLED).status_code == status
    assert TimeChange.objects.exists() is (status == 302)


def test_authors_see_times_and_change_none(scene: Scene, attempt: Attempt) -> None:
    client = signed_in(scene.people.author)
    assert 'id="time-open"' not in page(client, attempt)
    assert [client.post(place, FILLED).status_code for place in places(scene, attempt)] == [403, 404]


def test_it_is_changed_by_the_form_alone(scene: Scene, attempt: Attempt) -> None:
    client = signed_in(scene.people.proctor)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(scene.people.proctor)
    for place in places(scene, attempt):
        assert client.get(place).status_code == 404
        assert strict.post(place, FILLED).status_code == 403
    client.post(places(scene, attempt)[0], FILLED | {"what": "nonsense"})
    assert not TimeChange.objects.exists()


@pytest.mark.parametrize("place", [0, 1], ids=["attempt", "session"])
def test_an_attempt_that_was_handed_in_is_reopened(scene: Scene, attempt: Attempt, place: int) -> None:
    services.end_session(scene.session.pk, Session.EndedBy.CANDIDATE)
    client = signed_in(scene.people.proctor)
    assert "Reopen…" in page(client, attempt)
    reopening = FILLED | {"what": "reopen", "reason": "by_mistake", "minutes": "15"}
    done = client.post(places(scene, attempt)[place], reopening, follow=True).content.decode()
    assert "The attempt is open again for 15 minutes" in done
    assert "Handed in by mistake" in done
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.RUNNING
    assert Session.objects.get(pk=scene.session.pk).state == Session.State.LIVE


def test_what_cannot_be_done_is_answered_with_a_sentence(scene: Scene, attempt: Attempt) -> None:
    services.end_session(scene.session.pk, Session.EndedBy.CANDIDATE)
    scene.exam.results_published_at = timezone.now()
    scene.exam.save()
    reopening = FILLED | {"what": "reopen"}
    done = signed_in(scene.people.proctor).post(places(scene, attempt)[0], reopening, follow=True)
    assert "The results of this exam are published." in done.content.decode()


def test_an_attempt_nobody_watches_is_given_time_as_well(scene: Scene) -> None:
    now = timezone.now()
    attempt = factories.attempt(
        scene.exam, scene.people.other_candidate, started_at=now, deadline=now + timedelta(hours=1)
    )
    client = signed_in(scene.people.proctor)
    shown = page(client, attempt)
    assert "/admin/proctoring/session/" not in shown.split('id="attempt-page"')[1]
    client.post(f"{LIST}{attempt.pk}/time/", FILLED)
    assert TimeChange.objects.get().attempt == attempt


@pytest.mark.parametrize(("who", "there"), [("proctor", True), ("author", False)])
def test_the_way_to_the_session_is_for_those_who_watch(scene: Scene, attempt: Attempt, who: str, there: bool) -> None:
    url = f"/admin/proctoring/session/{scene.session.pk}/change/"
    assert (url in page(signed_in(getattr(scene.people, who)), attempt)) is there


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_makes_the_same_queries_for_any_number_of_rows(
    scene: Scene, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows - 1):
        factories.attempt(scene.exam, factories.user(), started_at=timezone.now())
    client = signed_in(scene.people.administrator)
    client.get(LIST)
    with django_assert_num_queries(QUERIES_OF_LIST):
        found = client.get(LIST)
    assert found.context["cl"].result_count == rows


def test_outages_are_for_those_who_run_the_server(scene: Scene) -> None:
    now = timezone.now()
    Outage.objects.create(began_at=now - timedelta(seconds=90), ended_at=now, attempts_credited=7)
    assert "90 s" in signed_in(scene.people.superuser).get("/admin/exams/outage/").content.decode()
    for who in ("administrator", "proctor"):
        assert signed_in(getattr(scene.people, who)).get("/admin/exams/outage/").status_code == 403
