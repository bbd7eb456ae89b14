"""Dates in forms: one field of the browser's own, in words beside it, with the time zone they are read in."""

from __future__ import annotations

from datetime import datetime, timezone

from django.test import Client

from tests import factories
from tests.admin.conftest import Scene


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
