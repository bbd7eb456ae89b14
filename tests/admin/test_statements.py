"""What candidates say stands where staff judge: on the session's page, in the list of sessions, in files."""

from __future__ import annotations

import csv
import io
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from proctoring import services
from proctoring.evidence import retention
from proctoring.models import Session, Statement
from tests import factories
from tests.admin.conftest import Scene
from tests.admin.records import event

TEXT = "It was <my> sister, who left."
LIST = "/admin/proctoring/session/"


@pytest.fixture
def ended(client: Client, scene: Scene) -> Session:
    client.force_login(scene.people.reviewer)
    session = factories.ended_session(scene.exam, scene.people.other_candidate, at=timezone.now())
    event(session)
    return session


def say(session: Session, text: str = TEXT) -> Statement:
    assert session.attempt_id is not None
    return services.give_statement(session.candidate, session.attempt_id, text, client_id=uuid4())


def page(client: Client, session: Session) -> str:
    return " ".join(client.get(f"{LIST}{session.pk}/change/").content.decode().split())


def test_it_stands_on_the_session_s_page_before_the_review(client: Client, ended: Session) -> None:
    say(ended)
    text = page(client, ended)
    assert "The candidate wrote 1 statement, not reviewed since." in text
    assert "It was &lt;my&gt; sister, who left." in text
    assert text.index('id="statements"') < text.index('id="review"')


def test_what_was_written_since_the_review_is_told_apart(client: Client, scene: Scene, ended: Session) -> None:
    say(ended)
    services.review_session(scene.people.reviewer, ended.pk, "nothing")
    assert "The candidate wrote 1 statement. <a" in page(client, ended)
    say(ended, "One thing more.")
    assert "The candidate wrote 2 statements, 1 not reviewed since." in page(client, ended)


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("handed_in", "The candidate has written none here."),
        ("published", "once the results are published, and not yet."),
        ("never", "The candidate cannot write one here"),
    ],
)
def test_that_there_is_none_is_said_with_why(
    client: Client, scene: Scene, ended: Session, shown: str, said: str
) -> None:
    factories.policy(scene.exam, record_shown=shown)
    text = page(client, ended)
    assert said in text and "has-statement" not in text


def test_after_the_purge_nobody_takes_silence_for_an_answer(client: Client, ended: Session) -> None:
    say(ended)
    retention.purge_events(ended.pk, timezone.now())
    text = page(client, ended)
    assert "may have written was deleted with the log" in text and "sister" not in text


def test_the_list_marks_and_finds_them(client: Client, scene: Scene, ended: Session) -> None:
    say(ended)
    silent = scene.session

    def found(query: str = "") -> list[Session]:
        return list(client.get(f"{LIST}{query}").context["cl"].result_list)

    assert {row.pk for row in found()} == {ended.pk, silent.pk}
    assert "New</td>" in client.get(LIST).content.decode()
    for query in ("?statement=any", "?statement=new"):
        assert [row.pk for row in found(query)] == [ended.pk]
    services.review_session(scene.people.reviewer, ended.pk, "nothing")
    assert found("?statement=new") == []
    assert [row.pk for row in found("?statement=any")] == [ended.pk]
    assert "Yes</td>" in client.get(LIST).content.decode()


def test_files_with_detail_hold_it_and_the_documented_one_stays_as_it_is(client: Client, ended: Session) -> None:
    said = say(ended)
    plain = client.get(f"/sessions/{ended.pk}/export.json").json()
    assert list(plain) == ["session_start", "risk_history", "events"]
    complete = client.get(f"/sessions/{ended.pk}/export.json?detail=1").json()
    assert complete["statements"] == [{"time": round(said.at.timestamp(), 3), "text": TEXT}]
    log = client.get(f"/sessions/{ended.pk}/export.csv?detail=1").content.decode("utf-8-sig")
    (row,) = [row for row in csv.DictReader(io.StringIO(log)) if row["event"] == "CANDIDATE_STATEMENT"]
    assert TEXT in row["detail"]


def test_nobody_of_another_institution_sees_it(client: Client, scene: Scene, ended: Session) -> None:
    say(ended)
    client.force_login(scene.people.foreign_reviewer)
    assert client.get(f"{LIST}{ended.pk}/change/").status_code == 404
    assert client.get(f"{LIST}?statement=any").context["cl"].result_list.count() == 0
    client.force_login(scene.people.author)
    assert client.get(f"{LIST}{ended.pk}/change/").status_code in {403, 404}
