"""Marking a whole exam again outside the request: asked for once, followed, and never stuck."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from exams import keys, tasks
from exams.models import Attempt, Exam, Mark, MarkingRun
from exams.services import marking, marking_runs
from proctor_site import background
from tests import factories
from tests.exams import marked
from tests.factories import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    return factories.people()


@pytest.fixture
def exam(people: People) -> Exam:
    """Three attempts that could not be marked when they were handed in."""
    exam = marked.exam(people.institution)
    for _ in range(3):
        marked.handed_in(exam, marked.RIGHT)
    Mark.objects.all().delete()
    Attempt.objects.update(score=None, max_score=None, marked_at=None)
    return exam


def test_it_is_done_outside_the_request_with_progress_and_a_record(
    people: People, exam: Exam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marking, "AT_ONCE", 2)
    told: list[tuple[int, int]] = []
    run = marking_runs.request_run(exam=exam, by=people.author)
    assert (run.state, exam.attempts.filter(max_score__isnull=True).count()) == ("waiting", 3)
    tasks.mark_exam_again(str(run.pk))
    marking.remark(exam, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (2, 3), (3, 3)]
    run.refresh_from_db()
    assert (run.state, run.done, run.total, run.changed) == ("done", 3, 3, 0)
    assert not exam.attempts.filter(max_score__isnull=True).exists()
    assert "Had all attempts marked again" in LogEntry.objects.get(object_id=str(exam.pk)).change_message


def test_asking_again_meanwhile_gives_the_same_and_afterwards_another(people: People, exam: Exam) -> None:
    run = marking_runs.request_run(exam=exam, by=people.author)
    assert marking_runs.request_run(exam=exam, by=people.administrator) == run
    marking_runs.carry_out(run)
    assert marking_runs.request_run(exam=exam, by=people.administrator) != run


def test_a_run_whose_process_died_stands_in_nobodys_way(people: People, exam: Exam) -> None:
    lost = marking_runs.request_run(exam=exam, by=people.author)
    ago = timezone.now() - marking_runs.LOST_AFTER[MarkingRun.State.RUNNING] - timedelta(seconds=1)
    MarkingRun.objects.update(state="running", touched_at=ago)
    assert marking_runs.request_run(exam=exam, by=people.author) != lost
    lost.refresh_from_db()
    assert (lost.state, "restarted" in lost.error) == ("failed", True)


def test_a_task_delivered_twice_is_done_once(people: People, exam: Exam) -> None:
    run = marking_runs.request_run(exam=exam, by=people.author)
    tasks.mark_exam_again(str(run.pk))
    Mark.objects.all().delete()
    tasks.mark_exam_again(str(run.pk))
    assert not Mark.objects.exists()


def test_what_goes_wrong_is_kept_and_raised(people: People, exam: Exam) -> None:
    run = marking_runs.request_run(exam=exam, by=people.author)
    factories.questions(exam).update(kind="riddle")
    keys.forget()
    with pytest.raises(ValueError, match="riddle"):
        tasks.mark_exam_again(str(run.pk))
    run.refresh_from_db()
    assert (run.state, run.error[:20]) == ("failed", "Something went wrong")


def test_a_server_that_has_too_much_to_do_says_so(
    people: People, exam: Exam, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(background, "_worker", background.Worker(size=1))
    monkeypatch.setattr(background._worker, "_thread", object())  # which takes nothing on
    background._worker._jobs.put_nowait(None)
    with django_capture_on_commit_callbacks(execute=True):
        run = marking_runs.request_run(exam=exam, by=people.author)
    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "The server has too much to do. Try again in a few minutes.")


def test_over_the_api_it_is_asked_for_and_followed(client: Client, people: People, exam: Exam) -> None:
    client.force_login(people.author)
    url = f"/api/v1/exams/{exam.pk}/marking-runs/"
    asked = client.post(url)
    assert (asked.status_code, asked.json()["state"]) == (201, "waiting")
    tasks.mark_exam_again(asked.json()["id"])
    told = client.get(f"{url}{asked.json()['id']}/").json()
    assert (told["state"], told["done"], told["total"]) == ("done", 3, 3)
    assert client.get(url).json()["results"] == [told]


def test_reviewers_see_it_and_do_not_ask_for_it(client: Client, people: People, exam: Exam) -> None:
    client.force_login(people.reviewer)
    url = f"/api/v1/exams/{exam.pk}/marking-runs/"
    assert client.get(url).status_code == 200
    assert client.post(url).status_code == 403
