from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from exams.models import Exam, Membership
from proctor_site import background
from proctoring import services, tasks
from proctoring.models import Event, Export
from proctoring.reports import exam_export
from proctoring.reports.session_csv import session_csv
from proctoring.services import Commit, Drafted
from tests import factories
from tests.factories import People
from tests.services.drafts import draft, technical
from tests.statements import before

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_media")]


@pytest.fixture
def exam(people: People) -> Exam:
    """Two sessions with two events each; one candidate's name would be a formula."""
    exam = factories.exam(people.institution, title="Algebra I")
    people.candidate.first_name = "=1+1"
    people.candidate.save()
    for candidate in (people.candidate, people.other_candidate):
        session = factories.session(exam, candidate)
        services.commit(Commit(session_id=session.pk, epoch=0, drafts=[Drafted(draft()), Drafted(technical())]))
    factories.session(factories.exam(people.institution))  # another exam's
    return exam


def export(people: People, exam: Exam, format: str) -> Export:
    """Asked for as a person does, made as the server does, outside the request."""
    made = services.request_export(user=people.proctor, exam=exam, format=format)
    background.join()
    made.refresh_from_db()
    return made


def content(made: Export) -> str:
    with default_storage.open(made.file) as file:
        return bytes(file.read()).decode()


def test_it_holds_what_candidates_say(people: People, exam: Exam) -> None:
    session = exam.proctoring_sessions.get(candidate=people.other_candidate)
    services.end_session(session.pk, "candidate")
    assert session.attempt_id is not None
    services.give_statement(people.other_candidate, session.attempt_id, "It was my sister.", client_id=uuid4())
    silent, told = json.loads(content(export(people, exam, "json")))["sessions"]
    assert (silent["statements"], [one["text"] for one in told["statements"]]) == ([], ["It was my sister."])
    assert "It was my sister." in content(export(people, exam, "csv"))


def test_csv_holds_every_session_of_the_exam(people: People, exam: Exam) -> None:
    made = export(people, exam, "csv")
    assert (made.state, made.done, made.total, made.error) == ("ready", 2, 2, "")
    text = content(made)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["event"] for row in rows] == ["NO_FACE", "CONNECTION_LOST"] * 2
    assert rows[0]["candidate"].startswith("'=1+1")
    assert text.count("time_24h") == 1, "one header"


def test_csv_has_the_columns_of_a_sessions_own_and_whose_each_row_is(people: People, exam: Exam) -> None:
    header = content(export(people, exam, "csv")).removeprefix("\ufeff").splitlines()[0].split(",")
    session = exam.proctoring_sessions.all()[0]
    plain, complete = (
        session_csv(session, base_url="", detail=detail).removeprefix("\ufeff").splitlines()[0].split(",")
        for detail in (False, True)
    )
    whose = ["session", "candidate", "kind", "accommodated"]
    assert header == [*plain, *whose, *complete[len(plain) :]]
    assert complete[: len(plain)] == plain


def test_both_say_what_people_made_of_each_event(people: People, exam: Exam) -> None:
    judged = Event.objects.filter(ledger="integrity", session__exam=exam).order_by("pk")[0]
    services.judge_event(people.proctor, judged.session_id, judged.pk, "dismissed")
    rows = list(csv.DictReader(io.StringIO(content(export(people, exam, "csv")).removeprefix("\ufeff"))))
    assert sorted(row["verdict"] for row in rows if row["event"] == "NO_FACE") == ["", "dismissed"]
    sessions = json.loads(content(export(people, exam, "json")))["sessions"]
    events = [event for session in sessions for event in session["events"] if event["event"] == "NO_FACE"]
    assert sorted(event["verdict"] for event in events) == ["", "dismissed"]


def test_json_holds_every_session_of_the_exam(people: People, exam: Exam) -> None:
    found = json.loads(content(export(people, exam, "json")))
    assert found["exam"] == "Algebra I"
    assert [len(session["events"]) for session in found["sessions"]] == [2, 2]


def test_json_of_an_exam_without_sessions_is_json(people: People) -> None:
    found = json.loads(content(export(people, factories.exam(people.institution), "json")))
    assert found["sessions"] == []


def test_asking_again_while_one_is_in_the_making_gives_that_one(people: People, exam: Exam) -> None:
    waiting = Export.objects.create(exam=exam, requested_by=people.proctor, format="csv")
    assert services.request_export(user=people.proctor, exam=exam, format="csv") == waiting


def silent(export: Export, state: str, seconds: int) -> Export:
    return factories.silent(export, exam_export.LOST_AFTER, state, seconds)


LOST = "{} minutes; the server may have been restarted. Please ask for the export again."


@pytest.mark.parametrize(("state", "minutes"), [("waiting", 30), ("running", 10)])
def test_one_that_nobody_makes_any_more_is_asked_for_again(
    people: People, exam: Exam, state: str, minutes: int
) -> None:
    lost = silent(Export.objects.create(exam=exam, requested_by=people.proctor, format="csv"), state, -5)
    assert services.request_export(user=people.proctor, exam=exam, format="csv") == lost, "it may still go on"
    silent(lost, state, 5)
    again = export(people, exam, "csv")
    assert (again != lost, again.state) == (True, "ready")
    lost.refresh_from_db()
    assert (lost.state, lost.error) == ("failed", f"It has not gone on for {LOST.format(minutes)}")
    tasks.make_export(str(lost.pk))  # its task was not lost after all
    assert default_storage.listdir("exports")[1] == [f"{again.pk}.csv"]


@pytest.mark.parametrize("path", ["/exports/{}/", "/api/v1/exams/{exam}/exports/{}/", "/api/v1/exams/{exam}/exports/"])
def test_who_follows_one_that_was_lost_is_told(people: People, exam: Exam, client: Client, path: str) -> None:
    lost = silent(Export.objects.create(exam=exam, requested_by=people.proctor, format="csv"), "running", 5)
    client.force_login(people.proctor)
    told = client.get(path.format(lost.pk, exam=exam.pk)).json()
    told = told["results"][0] if "results" in told else told
    assert (told["state"], told["error"]) == ("failed", f"It has not gone on for {LOST.format(10)}")


def test_one_that_goes_on_at_the_moment_it_is_judged_is_not_called_off(people: People, exam: Exam) -> None:
    goes_on = silent(Export.objects.create(exam=exam, requested_by=people.proctor, format="csv"), "running", 5)
    with before('UPDATE "proctoring_export"', lambda: Export.objects.update(touched_at=timezone.now())):
        assert exam_export.judged(goes_on).state == "running"


@pytest.mark.parametrize("over", [0, 2], ids=["in the middle", "at its end"])
def test_one_that_was_called_off_leaves_no_file(people: People, exam: Exam, over: int) -> None:
    made = Export.objects.create(exam=exam, requested_by=people.proctor, format="csv")

    def call_off() -> None:
        Export.objects.filter(done=over, state="running").update(state="failed", error="Lost.")

    with before('UPDATE "proctoring_export"', call_off):
        tasks.make_export(str(made.pk))
    made.refresh_from_db()
    assert (made.state, made.error, made.done, made.file) == ("failed", "Lost.", over, "")
    assert not default_storage.exists("exports") or default_storage.listdir("exports")[1] == []


def test_signs_of_life_are_kept_while_it_is_made(people: People, exam: Exam) -> None:
    made = Export.objects.create(exam=exam, requested_by=people.proctor, format="csv")
    seen: list[str] = []

    def an_hour_later() -> None:
        Export.objects.update(touched_at=timezone.now() - timedelta(hours=1))

    def look() -> None:
        seen.append(exam_export.judged(Export.objects.get(pk=made.pk)).state)

    with before('UPDATE "proctoring_export"', an_hour_later), before('SELECT "proctoring_event"', look):
        tasks.make_export(str(made.pk))
    made.refresh_from_db()
    assert set(seen) == {"running"}
    assert made.state == "ready"


def test_it_requires_somebody_who_may_see_the_exam(people: People, exam: Exam) -> None:
    for user in (people.foreign_proctor, people.author, people.candidate):
        with pytest.raises(Exam.DoesNotExist):
            services.request_export(user=user, exam=exam, format="csv")
    with pytest.raises(services.BadRequest):
        services.request_export(user=people.proctor, exam=exam, format="pdf")


def test_what_goes_wrong_is_told_to_who_waits_and_logged(
    people: People, exam: Exam, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "exports").write_text("in the way of the folder")
    made = export(people, exam, "csv")
    assert made.state == "failed"
    assert "Please try again" in made.error
    assert "proctoring.tasks.make_export" in caplog.text


def test_a_task_delivered_twice_makes_one_file(people: People, exam: Exam) -> None:
    made = export(people, exam, "csv")
    tasks.make_export(str(made.pk))
    assert default_storage.listdir("exports")[1] == [f"{made.pk}.csv"]


def test_a_task_whose_row_is_gone_returns(people: People, exam: Exam) -> None:
    made = Export.objects.create(exam=exam, requested_by=people.proctor, format="csv")
    export_id = str(made.pk)
    made.delete()
    tasks.make_export(export_id)


def test_progress_and_download(people: People, exam: Exam, client: Client) -> None:
    made = export(people, exam, "csv")
    client.force_login(people.proctor)
    state = client.get(f"/exports/{made.pk}/").json()
    assert (state["state"], state["done"], state["total"]) == ("ready", 2, 2)
    response = client.get(state["download_url"])
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"] and "algebra-i" in response["Content-Disposition"]
    assert response.getvalue().startswith(b"\xef\xbb\xbftime_24h,")


def test_who_may_no_longer_see_the_exam_cannot_download(people: People, exam: Exam, client: Client) -> None:
    made = export(people, exam, "csv")
    client.force_login(people.proctor)
    Membership.objects.filter(user=people.proctor).delete()
    assert client.get(f"/exports/{made.pk}/").status_code == 404
    assert client.get(f"/exports/{made.pk}/download/").status_code == 404


def test_a_full_queue_is_told(people: People, exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "_worker", background.Worker(size=1))
    background._worker._jobs.put_nowait(None)  # no thread takes it, so the queue is full
    made = export_without_waiting(people, exam)
    assert (made.state, "busy" in made.error) == ("failed", True)


def export_without_waiting(people: People, exam: Exam) -> Export:
    made = services.request_export(user=people.proctor, exam=exam, format="json")
    made.refresh_from_db()
    return made


def test_the_links_lead_to_the_configured_address(people: People, exam: Exam, settings: Settings) -> None:
    settings.PROCTOR_BASE_URL = "https://exams.example.org"
    session = exam.proctoring_sessions.all()[0]
    services.commit(Commit(session_id=session.pk, epoch=0, drafts=[Drafted(draft(), factories.jpeg())]))
    made = Export.objects.create(exam=exam, requested_by=people.proctor, format="csv")
    exam_export.make(made)
    assert f"https://exams.example.org/snapshots/{session.pk}/" in content(made)
