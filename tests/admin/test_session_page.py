"""The page of a session, live and as its record."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from proctoring import services
from proctoring.models import Export, ProctorAction, Session, Statement
from proctoring.reports.pdf.case import AT_ONCE
from tests import factories
from tests.admin.conftest import Scene
from tests.admin.records import event, risk


@pytest.fixture
def watcher(client: Client, scene: Scene) -> Client:
    client.force_login(scene.people.proctor)
    return client


def page_of(session: Session) -> str:
    return f"/admin/proctoring/session/{session.pk}/change/"


def content(client: Client, session: Session) -> str:
    return client.get(page_of(session)).content.decode()


def test_a_live_session_has_a_live_picture_and_stop(watcher: Client, scene: Scene) -> None:
    page = content(watcher, scene.session)
    assert 'id="live-picture"' in page
    assert 'id="stop-form"' in page


def test_a_session_that_has_ended_is_a_record_and_says_so(watcher: Client, scene: Scene) -> None:
    ended = factories.ended_session(scene.exam, scene.people.other_candidate, at=timezone.now())
    page = content(watcher, ended)
    assert 'id="live-picture"' not in page
    assert "There is no live picture any more; this page is its record." in page
    assert 'id="stop-form"' not in page


def test_it_names_the_camera_as_the_browser_does(watcher: Client, scene: Scene) -> None:
    assert "The browser has not named one" in content(watcher, scene.session)
    scene.session.camera = {"label": "<b>OBS</b> Virtual Camera", "device": "", "width": 640, "height": 480}
    scene.session.save()
    assert "&lt;b&gt;OBS&lt;/b&gt; Virtual Camera, 640 × 480 pixels" in content(watcher, scene.session)


def test_it_offers_both_downloads(watcher: Client, scene: Scene) -> None:
    page = content(watcher, scene.session)
    assert f"/sessions/{scene.session.pk}/export.csv" in page
    assert f"/sessions/{scene.session.pk}/export.json" in page


def test_it_offers_the_report(watcher: Client, scene: Scene) -> None:
    page = content(watcher, scene.session)
    assert f'id="download-pdf" href="/sessions/{scene.session.pk}/report.pdf"' in page
    assert 'id="report-form"' not in page


def test_the_report_of_a_long_session_is_made_in_the_background(watcher: Client, scene: Scene) -> None:
    Session.objects.filter(pk=scene.session.pk).update(event_count=AT_ONCE + 1)
    page = content(watcher, scene.session)
    assert 'id="download-pdf"' not in page
    url = f"/admin/proctoring/session/{scene.session.pk}/report/"
    assert f'action="{url}" id="report-form"' in page
    answer = watcher.post(url, follow=True)
    assert answer.redirect_chain == [(f"/admin/exams/exam/{scene.exam.pk}/exports/", 302)]
    assert f"report of <bdi>{scene.session.candidate.display_name}</bdi>" in answer.content.decode()
    [asked] = Export.objects.all()
    assert (asked.session, asked.format, asked.requested_by) == (scene.session, "pdf", scene.people.proctor)


def test_the_report_is_asked_for_by_post(watcher: Client, scene: Scene) -> None:
    assert watcher.get(f"/admin/proctoring/session/{scene.session.pk}/report/").status_code == 405
    assert not Export.objects.exists()


def test_the_complete_log_can_be_downloaded_with_what_never_scored(watcher: Client, scene: Scene) -> None:
    event(scene.session, "CONNECTION_LOST", ledger="technical", risk_delta=0)
    links = re.findall(r'href="([^"]+[?]detail=1)"', content(watcher, scene.session))
    assert len(links) == 2
    for link in links:
        assert b"CONNECTION_LOST" in watcher.get(link).content


def test_it_carries_events_and_risk_for_timeline_and_graph(watcher: Client, scene: Scene) -> None:
    first, second = event(scene.session), event(scene.session)
    risk(scene.session, 1_767_788_963_510, 5)
    config = watcher.get(page_of(scene.session)).context["live_config"]
    assert [one["id"] for one in config["events"]] == [second.pk, first.pk]
    assert config["samples"] == [[1_767_788_963.51, 5]]
    assert config["ended"] is False


def test_a_snapshot_of_an_event_is_linked(watcher: Client, scene: Scene) -> None:
    event(scene.session, jpeg=factories.jpeg())
    [one] = watcher.get(page_of(scene.session)).context["live_config"]["events"]
    assert one["snapshot_url"].startswith("http://testserver/snapshots/")


def test_it_says_which_detectors_were_off_and_why(watcher: Client, scene: Scene) -> None:
    Session.objects.filter(pk=scene.session.pk).update(detectors_off={"phone": "phone-v7.pt is missing."})
    page = content(watcher, scene.session)
    assert 'data-detector-off="phone"' in page
    assert "phone-v7.pt is missing." in page


def test_counters_are_in_words_and_inner_ones_stay_inside(watcher: Client, scene: Scene) -> None:
    Session.objects.filter(pk=scene.session.pk).update(counters={"received": 12, "last_sequence": 99})
    page = content(watcher, scene.session)
    assert "Pictures received" in page
    assert "ast sequence" not in page


def test_consent_and_calibration_are_stated(watcher: Client, scene: Scene) -> None:
    assert "None on record" in content(watcher, scene.session)
    given = factories.consent(scene.people.candidate, scene.exam)
    Session.objects.filter(pk=scene.session.pk).update(consent=given, calibration={"samples": 40})
    page = content(watcher, scene.session)
    assert "text test" in page
    assert "judged against the candidate's own position" in page.replace("&#x27;", "'")


def test_what_proctors_did_is_listed_with_their_reason(watcher: Client, scene: Scene) -> None:
    ProctorAction.objects.create(
        session=scene.session,
        user=scene.people.colleague,
        action=ProctorAction.Action.STOP_WATCHING,
        reason=ProctorAction.Reason.TECHNICAL,
        note="The camera froze.",
    )
    page = content(watcher, scene.session)
    assert "Technical problem" in page
    assert "The camera froze." in page


def test_where_nobody_stopped_it_does_not_say_that_nothing_was_done(watcher: Client, scene: Scene) -> None:
    services.judge_event(scene.people.proctor, scene.session.pk, event(scene.session).pk, "confirmed")
    page = content(watcher, scene.session)
    assert "No proctor has stopped watching or ended the attempt." in page
    assert "What proctors did" not in page


def test_withdrawn_consent_is_not_said_to_be_a_finished_exam(watcher: Client, scene: Scene) -> None:
    services.withdraw_consent(candidate=scene.people.candidate, exam=scene.exam)
    page = content(watcher, scene.session)
    assert "Ended: consent withdrawn; the exam goes on unwatched" in page
    listed = watcher.get("/admin/proctoring/session/").content.decode()
    assert "Consent withdrawn; the exam goes on unwatched" in listed
    for said in (page, listed):
        assert "andidate finished" not in said


def test_reviewers_look_but_have_no_stop(client: Client, scene: Scene) -> None:
    client.force_login(scene.people.reviewer)
    assert 'id="stop-form"' not in content(client, scene.session)


def test_nothing_on_the_page_judges(watcher: Client, scene: Scene) -> None:
    event(scene.session)
    page = content(watcher, scene.session).lower()
    assert "needs a look" in page
    assert not any(word in page for word in ("cheat", "fraud", "suspicious", "guilty"))


def test_after_a_gap_it_gets_events_and_risk_since(watcher: Client, scene: Scene) -> None:
    event(scene.session)
    missed = event(scene.session)
    risk(scene.session, 1000, 5)
    risk(scene.session, 2000, 4)
    url = f"/admin/proctoring/session/{scene.session.pk}/events.json"
    answer = watcher.get(url, {"after": 1, "after_ms": 1000}).json()
    assert [one["id"] for one in answer["events"]] == [missed.pk]
    assert answer["samples"] == [[2.0, 4]]
    assert answer["statements"] == 0
    Statement.objects.create(session=scene.session, text="Words.", client_id=uuid4())
    assert watcher.get(url).json()["statements"] == 1


def test_an_identifier_that_is_none_does_not_exist(watcher: Client, scene: Scene) -> None:
    assert watcher.get("/admin/proctoring/session/nonsense/change/").status_code == 404


def test_a_practice_run_is_nobodys_but_a_superusers(client: Client, scene: Scene) -> None:
    practice = factories.session(None, scene.people.candidate)
    client.force_login(scene.people.administrator)
    assert client.get(page_of(practice)).status_code == 404
    client.force_login(scene.people.superuser)
    assert "Practice" in content(client, practice)
