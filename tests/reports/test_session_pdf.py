"""The report of a session as PDF, read back."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.utils.timezone import now as utc_now

from exams.models import TimeChange
from proctoring import services
from proctoring.live import ledger
from proctoring.models import Session
from tests import factories
from tests.admin.records import event
from tests.factories import People
from tests.reports.session_pdf import BASE, fresh, report, titles, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_media")]


def test_it_says_whose_session_it_was_and_when(people: People, session: Session) -> None:
    text = words(report(session))
    for told in (
        people.institution.name,
        "Algebra I",
        f"{people.candidate.display_name} ({people.candidate.username})",
        "7 Jan 2026, 13:00:00",  # in Berlin
        "Europe/Berlin",
        "candidate finished",
        str(session.pk),
    ):
        assert told in text


def test_it_leaves_the_judging_to_people(session: Session) -> None:
    text = words(report(session))
    assert "This report is evidence for people to judge, and no verdict." in text
    assert "Nobody has reviewed this session yet." in text
    assert "The candidate has written none here." in text


def test_it_holds_what_the_candidate_says(session: Session) -> None:
    assert session.attempt_id is not None
    assert session.exam is not None
    Session.objects.update(ended_at=utc_now())
    long = "It was my sister <b>who</b> came in. " * 50
    for text in (long, "She left at once."):
        services.give_statement(session.candidate, session.attempt_id, text, client_id=uuid4())
    text = words(report(fresh(session)))
    today = utc_now().astimezone(session.exam.institution.zone)
    assert f"What the candidate says {today:%-d %b %Y}" in text
    assert text.count("<b>who</b>") == 50 and "She left at once." in text
    assert "has written none" not in text


def test_that_a_candidate_could_write_nothing_is_said(session: Session) -> None:
    assert session.exam is not None
    factories.policy(session.exam, record_shown="never")
    assert "The candidate cannot write one here" in words(report(session))


def test_every_page_names_exam_candidate_maker_and_its_number(people: People, session: Session) -> None:
    pdf = report(session, people.proctor)
    assert len(pdf.pages) > 1
    for number, page in enumerate(pdf.pages, start=1):
        text = " ".join(page.extract_text().split())
        assert "Algebra I" in text
        assert f"{people.candidate.username} · {people.candidate.display_name}" in text
        assert f"by {people.proctor.display_name} ({people.proctor.username})" in text
        assert f"Page {number} of {len(pdf.pages)}" in text


def test_title_language_and_bookmarks_are_the_documents_own(people: People, session: Session) -> None:
    pdf = report(session, people.proctor)
    assert pdf.metadata is not None
    assert (
        pdf.metadata.title
        == f"Session report: Algebra I, {people.candidate.display_name} ({people.candidate.username})"
    )
    assert pdf.metadata.author == people.proctor.display_name
    catalog: Any = pdf.trailer["/Root"]
    assert (catalog["/Lang"], catalog["/ViewerPreferences"]["/DisplayDocTitle"]) == ("en", True)
    found = list(titles(pdf.outline))
    assert found[0] == "Time of the attempt"
    assert "Is the record as it was written?" in found
    assert [title.split(" · ")[0] for title in found if title[0].isdigit()] == [
        "1. No face",
        "2. Looking away",
        "4. Tab switch",
    ]
    pages = {one.title: pdf.get_destination_page_number(one) for one in pdf.outline if not isinstance(one, list)}
    number = pages["How often the detectors are wrong"]
    assert number is not None and "As last measured" in pdf.pages[number].extract_text()


def test_each_entry_has_its_time_sentence_points_rule_and_hashes(session: Session) -> None:
    text = words(report(session))
    first, second, third, fourth = session.events.order_by("sequence")
    assert "1. No face · 2026-01-07 13:01:00 · +5" in text
    assert "Risk: +6, 11 afterwards" in text
    assert "Rule: Looking away: longer than 3 s, +6 that fades, again after 3 s" in text
    for entry in (first, second, third, fourth):
        assert entry.sentence in text
    for entry in (first, second, fourth):
        assert entry.hash in text
    assert first.snapshot_sha256 in text
    assert "No picture was kept." in text


def test_what_people_made_of_it_stands_in_it(people: People, session: Session) -> None:
    first, second = session.events.filter(ledger="integrity").order_by("sequence")[:2]
    services.judge_event(people.proctor, session.pk, first.pk, "confirmed", "The chair was empty.")
    services.judge_event(people.reviewer, session.pk, second.pk, "dismissed")
    services.review_session(people.reviewer, session.pk, "follow_up", "Ask about entry 1.")
    session.actions.create(user=people.proctor, action="stop_watching", reason="other", note="Laptop changed.")
    assert session.attempt is not None
    session.attempt.time_changes.create(
        kind="added", seconds=600, reason="technical", by=people.proctor, note="Beamer."
    )
    text = words(report(fresh(session)))
    assert f"Confirmed by {people.proctor.display_name}" in text
    assert "“The chair was empty.”" in text
    assert f"Dismissed by {people.reviewer.display_name}" in text
    assert "To be followed up by the institution. “Ask about entry 1.”" in text
    assert "Reason: Another reason (see note). “Laptop changed.”" in text
    assert "Time added, 10 minutes. Reason: Technical problem. “Beamer.”" in text


def test_dismissed_points_stay_on_record_and_are_said_to_be_dismissed(people: People, session: Session) -> None:
    text = words(report(session, people.proctor))
    assert "16 points. They stay on record" in text
    assert "3 integrity events that nobody has confirmed or dismissed yet" in text
    services.judge_event(people.reviewer, session.pk, session.events.get(name="LOOKING_AWAY").pk, "dismissed")
    text = words(report(fresh(session), people.proctor))
    assert "16 points, 6 of them from dismissed events." in text
    assert "2 integrity events that nobody has confirmed or dismissed yet" in text
    services.review_session(people.reviewer, session.pk, "nothing")
    assert "No event: the session has been reviewed" in words(report(fresh(session), people.proctor))


def test_a_verdict_that_was_taken_back_is_not_counted_and_stands_in_the_log(people: People, session: Session) -> None:
    scored = session.events.get(name="LOOKING_AWAY")
    for verdict in ("confirmed", "taken_back"):
        services.judge_event(people.reviewer, session.pk, scored.pk, verdict)
    text = words(report(fresh(session)))
    assert f"Taken back by {people.reviewer.display_name}" in text
    assert "Looking away 1 +6 0 0" in text


def test_why_something_was_granted_and_by_whom_is_not_told(people: People, session: Session) -> None:
    assert session.exam is not None and session.attempt is not None
    factories.accommodation(session.exam, people.candidate, reason="A doctor's letter.", granted_by=people.author)
    session.attempt.time_changes.create(
        kind=TimeChange.Kind.ACCOMMODATION, seconds=900, reason="accommodation", by=people.author
    )
    text = words(report(session))
    assert "Accommodation, 15 minutes" in text
    assert "letter" not in text and people.author.display_name not in text


def test_gaps_detectors_and_rates_are_told(session: Session) -> None:
    Session.objects.filter(pk=session.pk).update(
        detectors_off={"phone": "The weights are missing."}, counters={"received": 12, "last_sequence": 99}
    )
    overloaded = ledger.was_overloaded(since=0, until=60, seconds=48, mean=1.1, lowest=0.5, wanted=2)
    event(session, overloaded.name, ledger="technical", risk_delta=0, sentence="Slow.", detail=overloaded.detail)
    text = words(report(fresh(session)))
    assert "phone: The weights are missing." in text
    assert "Frames missing 2 times, 31 seconds in all (entry 3)" in text
    assert "Server overloaded Once, 48 seconds in all (entry 5)" in text
    assert "Pictures received 12" in text
    assert "last_sequence" not in text and "Last sequence" not in text


def test_what_has_an_entry_at_its_beginning_and_one_at_its_end_happened_once(session: Session) -> None:
    Session.objects.filter(pk=session.pk).update(counters={"slowed_seconds": 95})
    for since in (0.0, 100.0, 200.0):
        began = ledger.overloaded(0.5, wanted=2, since=since)
        over = ledger.was_overloaded(since=since, until=since + 40, seconds=32.2, mean=1, lowest=0.5, wanted=2)
        for entry in (began, over):
            event(session, entry.name, ledger="technical", risk_delta=0, sentence="Slow.", detail=entry.detail)
    stopped = ledger.frames_stopped(11)
    event(session, stopped.name, ledger="technical", risk_delta=0, sentence="None.", detail=stopped.detail)
    text = words(report(fresh(session)))
    assert "Server overloaded 3 times, 97 seconds in all (entries 5, 6, 7, 8, 9, 10)" in text
    assert "Frames missing 3 times, 31 seconds in all (entries 3, 11)" in text
    assert "being overloaded" not in text, "the counter's whole seconds beside the log's would only puzzle"


def test_an_overload_whose_end_is_not_told_counts_too(session: Session) -> None:
    Session.objects.filter(pk=session.pk).update(counters={"slowed_seconds": 20})
    began = ledger.overloaded(0.5, wanted=2, since=0.0)
    event(session, began.name, ledger="technical", risk_delta=0, sentence="Slow.", detail=began.detail)
    text = words(report(fresh(session)))
    assert "Server overloaded Once (entry 5)" in text
    assert "the server being overloaded 20" in text


def test_events_in_labelled_clips_are_told_by_kind(session: Session) -> None:
    text = words(report(session))
    assert "Labelled clips: stretches of looking away that became an event" in text
    assert "Labelled clips: stretches with a phone that became an event" in text
    assert "Stretches of labelled clips for which an event was recorded" not in text


def test_it_says_what_poor_pictures_score(session: Session) -> None:
    text = words(report(session))
    assert "A picture that is merely dark or blurred does not score for that" in text
    assert "Pictures that are missing, as on a slow connection, score nothing." in text


def test_how_often_the_detectors_are_wrong_comes_with_the_address_of_all_figures(session: Session) -> None:
    text = words(report(session))
    assert "Phones found in pictures kept apart from training" in text
    assert f"{BASE}/accuracy/" in text.replace(" ", "")


def test_a_session_without_anything_is_a_report_too(people: People) -> None:
    session = factories.session(factories.exam(people.institution), people.candidate, state="checking", started_at=None)
    text = words(report(fresh(session)))
    assert "Nothing was recorded." in text
    assert "Not yet: the system check goes on" in text


def test_a_practice_run_belongs_to_no_exam() -> None:
    session = factories.session()
    event(session, jpeg=factories.jpeg())
    text = words(report(fresh(session)))
    assert "None: practice" in text
    assert "UTC" in text
