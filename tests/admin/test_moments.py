"""Dates in forms: one field of the browser's own, in words beside it, with the time zone they are read in."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from django.test import Client

from exams.models import Exam
from tests import factories
from tests.admin.conftest import Scene
from tests.form_fields import FormFields


def test_a_moment_is_one_field_in_the_institutions_time(client: Client, scene: Scene) -> None:
    scene.exam.opens_at = datetime(2026, 4, 3, 7, 0, tzinfo=timezone.utc)
    scene.exam.save()
    client.force_login(scene.people.author)
    page = client.get(f"/admin/exams/exam/{scene.exam.pk}/change/").content.decode()
    assert '<input type="datetime-local" name="opens_at" value="2026-04-03T09:00"' in page
    assert "<span data-words>Friday 3 April 2026, 09:00</span> <span>Time zone: Europe/Berlin</span>" in page
    assert 'aria-describedby="id_opens_at_words"' in page


def test_seconds_that_a_program_set_are_kept(client: Client, scene: Scene) -> None:
    scene.exam.opens_at = datetime(2026, 4, 3, 7, 0, 30, tzinfo=timezone.utc)
    scene.exam.save()
    client.force_login(scene.people.author)
    page = client.get(f"/admin/exams/exam/{scene.exam.pk}/change/").content.decode()
    assert 'value="2026-04-03T09:00:30"' in page


FIRST, SECOND = (datetime(2026, 10, 25, hour, 30, tzinfo=timezone.utc) for hour in (0, 1))  # both 02:30 in Berlin


def fields_of(client: Client, exam: Exam) -> dict[str, str]:
    """What a browser would send if nothing were touched."""
    return FormFields(client.get(f"/admin/exams/exam/{exam.pk}/change/").content.decode()).values


def save(client: Client, exam: Exam, **changed: str) -> Any:
    return client.post(f"/admin/exams/exam/{exam.pk}/change/", fields_of(client, exam) | changed)


@pytest.mark.parametrize("stored", [FIRST, SECOND])
def test_a_moment_in_the_hour_that_comes_twice_survives_saving(client: Client, scene: Scene, stored: datetime) -> None:
    Exam.objects.filter(pk=scene.exam.pk).update(closes_at=stored)
    client.force_login(scene.people.author)
    assert save(client, scene.exam, title="Renamed").status_code == 302
    scene.exam.refresh_from_db()
    assert (scene.exam.title, scene.exam.closes_at) == ("Renamed", stored)


def test_which_of_the_two_is_meant_is_asked_and_kept(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.author)
    answer = save(client, scene.exam, closes_at="2026-10-25T02:30")
    page = " ".join(answer.content.decode().split())
    assert "On 25 October 2026 the clocks are set back, and 02:30 comes twice." in page
    assert 'value="2026-10-25T02:30"' in page
    assert '<option value="+02:00">The first, UTC+02:00</option>' in page
    for which, meant in (("+02:00", FIRST), ("+01:00", SECOND)):
        save(client, scene.exam, closes_at="2026-10-25T02:30", closes_at_which=which)
        scene.exam.refresh_from_db()
        assert scene.exam.closes_at == meant


def test_what_was_chosen_stands_there_still_when_something_else_is_refused(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.author)
    answer = save(client, scene.exam, title="", closes_at="2026-10-25T02:30", closes_at_which="+01:00")
    page = answer.content.decode()
    assert '<option value="+01:00" selected>' in page
    assert 'value="2026-10-25T02:30"' in page
    assert "Sunday 25 October 2026, 02:30" in page


def test_for_any_other_hour_it_is_neither_asked_nor_read(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.author)
    assert "closes_at_which" not in fields_of(client, scene.exam)
    save(client, scene.exam, closes_at="2026-10-25T04:30", closes_at_which="+02:00")
    scene.exam.refresh_from_db()
    assert scene.exam.closes_at == datetime(2026, 10, 25, 3, 30, tzinfo=timezone.utc)


@pytest.mark.parametrize("which", ["", "+03:00", "x"])
def test_a_choice_that_there_is_not_is_asked_again(client: Client, scene: Scene, which: str) -> None:
    client.force_login(scene.people.author)
    answer = save(client, scene.exam, closes_at="2026-10-25T02:30", closes_at_which=which)
    assert "comes twice" in answer.content.decode()


def test_an_hour_that_does_not_come_is_refused_with_what_to_do(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.author)
    answer = save(client, scene.exam, closes_at="2026-03-29T02:30")
    page = answer.content.decode()
    assert "On 29 March 2026 the clocks are set forward, and there is no 02:30." in page
    assert "closes_at_which" not in page


def test_what_is_no_date_is_refused_at_its_field(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.author)
    answer = client.post("/admin/exams/exam/add/", {"title": "Geometry", "opens_at": "2026-02-31T25:61"})
    assert answer.context["adminform"].form.errors["opens_at"] == ["Enter a valid date/time."]


def test_days_of_a_filter_are_chosen_not_typed(client: Client, scene: Scene) -> None:
    factories.session(scene.exam, scene.people.other_candidate)
    client.force_login(scene.people.proctor)
    page = client.get("/admin/proctoring/session/?created_at_from=2026-01-07").content.decode()
    assert '<input type="date" name="created_at_from" value="2026-01-07"' in page
    assert "vCustomDateField" not in page
