"""The report of a session as PDF, read back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.timezone import now as utc_now
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries, Settings

from exams.models import TimeChange, User
from proctoring import services
from proctoring.evidence import retention
from proctoring.live import ledger
from proctoring.models import Event, PurgeRecord, RiskSample, Session
from proctoring.reports import risk_line
from proctoring.reports.pdf import case
from proctoring.reports.pdf.pictures import LONGEST_SIDE
from proctoring.reports.pdf.report import write_report
from proctoring.risk.policy import DEFAULT_RULES
from tests import factories
from tests.admin.records import event, risk
from tests.factories import People
from tests.services.drafts import draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_media")]

START = datetime(2026, 1, 7, 12, tzinfo=timezone.utc)
BASE = "https://exams.example.org"


@pytest.fixture
def session(people: People) -> Session:
    """Ended, with three events that scored, two of them with pictures, and a technical entry."""
    exam = factories.exam(people.institution, title="Algebra I")
    session = factories.ended_session(exam, people.candidate, at=START, started_at=START)
    event(session, jpeg=factories.jpeg(width=640, height=480, shade=10), time=START.timestamp() + 60)
    rule = {"rule": asdict(DEFAULT_RULES["LOOKING_AWAY"])}
    event(session, "LOOKING_AWAY", jpeg=factories.jpeg(shade=20), risk_delta=6, risk_total=11, detail=rule)
    missing = ledger.frames_missing(2, 31.4)
    event(session, missing.name, ledger="technical", risk_delta=0, sentence=missing.sentence, detail=missing.detail)
    event(session, "TAB_SWITCH", risk_total=16, sentence="The exam page was left.")
    for second, value in enumerate((5, 11, 16)):
        risk(session, round(START.timestamp() * 1000) + 60_000 * second, value)
    return fresh(session)


def fresh(session: Session) -> Session:
    return Session.objects.select_related("candidate", "exam__institution").get(pk=session.pk)


def report(session: Session, by: User | None = None, *, base_url: str = BASE) -> PdfReader:
    file = io.BytesIO()
    write_report(session, by=by or factories.user("boss", first_name="Bea"), base_url=base_url, file=file)
    return PdfReader(file)


def words(pdf: PdfReader) -> str:
    """Of all pages, whatever lines they were broken into."""
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def images(pdf: PdfReader) -> list[Any]:
    return [image for page in pdf.pages for image in page.images]


def titles(outline: list[Any]) -> Iterator[str]:
    for one in outline:
        yield from titles(one) if isinstance(one, list) else [one.title]


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


def test_a_whole_record_is_said_to_be_whole_with_its_last_hash(session: Session) -> None:
    text = words(report(session))
    assert "every entry and every kept picture is as it was written" in text
    assert session.chain_head in text


def test_a_changed_entry_is_told(session: Session) -> None:
    session.events.filter(sequence=2).update(risk_delta=60)
    text = words(report(session))
    assert "No: 1 thing is not as written." in text
    assert "Entry 2: LOOKING_AWAY is not what was written" in text


def test_pictures_are_small_copies(session: Session) -> None:
    found = sorted(image.image.size for image in images(report(session)))
    assert found == [(64, 48), (LONGEST_SIDE, 300)]


def test_pictures_that_were_purged_say_when(session: Session) -> None:
    retention.purge_pictures(session.pk, START)
    pdf = report(session)
    assert images(pdf) == []
    assert words(pdf).count("Its picture was deleted on 7 Jan 2026, 13:00:00, as was promised.") == 2
    assert "2 pictures of this session were deleted on 7 Jan 2026" in words(pdf)


def test_a_log_that_was_purged_says_when(session: Session) -> None:
    retention.purge_events(session.pk, START)
    pdf = report(fresh(session))
    text = words(pdf)
    assert "The log, 4 entries, was deleted on 7 Jan 2026, 13:00:00, as was promised" in text
    assert "No risk was recorded." in text
    assert images(pdf) == []


@pytest.mark.parametrize(
    ("put", "said"),
    [
        (None, "Its picture is missing in the storage, and no purge deleted it."),
        (b"no picture at all", "Its picture cannot be shown: the file is no picture that can be read."),
        (factories.jpeg()[:300], "Its picture is not the one that was written: the hash is another."),
    ],
)
def test_a_picture_that_is_not_as_it_was_stops_nothing(session: Session, put: bytes | None, said: str) -> None:
    name = session.events.get(sequence=1).snapshot
    default_storage.delete(name)
    if put is not None:
        default_storage.save(name, ContentFile(put))
    pdf = report(session)
    assert said in words(pdf)
    assert "The log is; of its pictures 1 is missing or not as written." in words(pdf)
    assert len(images(pdf)) == 1


def test_a_picture_that_cannot_be_read_is_told_and_stops_nothing(session: Session, tmp_path: Path) -> None:
    path = tmp_path / session.events.get(sequence=1).snapshot
    path.unlink()
    path.mkdir()
    assert "Its picture could not be read from the storage." in words(report(session))


def test_a_deletion_that_no_purge_recorded_is_told(session: Session) -> None:
    session.events.filter(sequence=1).update(snapshot_deleted_at=START)
    assert "was deleted on 7 Jan 2026, 13:00:00, and no purge recorded that." in words(report(session))
    assert not PurgeRecord.objects.exists()


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


@pytest.mark.parametrize("name", ["Αλεξάνδρα", "Жанна Ильина", "Nguyễn Văn Ánh", "שלום כהן", "Yılmaz", "José"])
def test_names_of_other_scripts_are_printed(session: Session, name: str) -> None:
    User.objects.filter(pk=session.candidate_id).update(first_name=name, last_name="")
    text = words(report(fresh(session)))
    assert name in text.replace("\u00a0", " ")
    assert "not printed" not in text


def test_what_no_font_has_is_said_where_it_occurs_and_named_with_where_to_read_it(session: Session) -> None:
    User.objects.filter(pk=session.candidate_id).update(first_name="王", last_name="अ")
    text = words(report(fresh(session)))
    assert "[2 CJK and Devanagari characters not printed: see page 1]" in text
    assert "This report cannot print some characters: U+0905 Devanagari Letter A, U+738B." in text
    addresses = text.replace(" ", "").replace("\u00a0", "")
    assert f"{BASE}/sessions/{session.pk}/export.json?detail=1" in addresses
    assert f"{BASE}/admin/proctoring/session/{session.pk}/change/" in addresses


def test_a_sites_own_font_is_asked_for_what_is_missing(session: Session, settings: Settings, tmp_path: Path) -> None:
    settings.PROCTOR_PDF_FONTS = [str(font_with("王", tmp_path / "han.ttf"))]
    User.objects.filter(pk=session.candidate_id).update(first_name="王", last_name="")
    text = words(report(fresh(session)))
    assert "王" in text and "not printed" not in text


def test_a_font_that_is_none_is_named(session: Session, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "x.ttf").write_bytes(b"no font")
    settings.PROCTOR_PDF_FONTS = [str(tmp_path / "x.ttf")]
    with pytest.raises(ImproperlyConfigured, match=r"PROCTOR_PDF_FONTS: .*x\.ttf is no TrueType font"):
        report(session)


def font_with(character: str, path: Path) -> Path:
    """A real font of one square."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 800), (800, 800), (800, 0)):
        pen.lineTo(corner)
    pen.closePath()
    names = [".notdef", "square"]
    made = FontBuilder(1000, isTTF=True)
    made.setupGlyphOrder(names)
    made.setupCharacterMap({ord(character): "square"})
    made.setupGlyf(dict.fromkeys(names, pen.glyph()))
    made.setupHorizontalMetrics(dict.fromkeys(names, (900, 0)))
    made.setupHorizontalHeader(ascent=800, descent=-200)
    made.setupNameTable({"familyName": "Square", "styleName": "Regular", "psName": "Square-Regular"})
    made.setupOS2()
    made.setupPost()
    made.save(path)
    return path


def test_markup_in_a_name_is_only_text(session: Session) -> None:
    User.objects.filter(pk=session.candidate_id).update(first_name="<b>&amp;<img src='/etc/passwd'/>", last_name="")
    assert "<b>&amp;<img src='/etc/passwd'/>" in words(report(fresh(session)))


def test_names_and_notes_longer_than_a_line_or_a_page_break(people: People, session: Session) -> None:
    User.objects.filter(pk=session.candidate_id).update(first_name="W" * 150, last_name="M" * 150)
    services.judge_event(people.proctor, session.pk, session.events.get(sequence=1).pk, "confirmed", "x" * 2000)
    services.review_session(people.reviewer, session.pk, "follow_up", "Ask.\n" * 390)
    assert session.exam is not None
    session.exam.title = "Statistik " * 20
    session.exam.save()
    text = words(report(fresh(session)))
    assert text.replace(" ", "").count("x" * 1000) == 2
    assert text.count("Ask.") == 390


def test_a_long_session_says_what_is_left_out(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case, "MOST_ENTRIES", 3)
    monkeypatch.setattr(case, "MOST_PICTURES", 1)
    pdf = report(session)
    text = words(pdf)
    assert "Of 4 entries these are the first 3" in text
    assert "Of 2 pictures that are kept, this report shows 1" in text
    assert "Its picture is kept, and not among" in text
    assert "Tab switch 1 +5 0 0" in text, "what is counted is counted in the whole log"
    assert [image.image.size for image in images(pdf)] == [(64, 48)], "that of the event with more points"
    assert "every kept picture is as it was written" in text, "those not shown are looked at too"


def test_confirmed_pictures_are_shown_first(people: People, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case, "MOST_PICTURES", 1)
    services.judge_event(people.proctor, session.pk, session.events.get(sequence=1).pk, "confirmed")
    assert [image.image.size for image in images(report(fresh(session)))] == [(LONGEST_SIDE, 300)]


def test_five_hundred_events_with_pictures_fit(people: People) -> None:
    session = factories.session(factories.exam(people.institution), people.candidate)
    jpeg = factories.jpeg()
    drafts = [services.Drafted(draft(at_ms=1_767_788_935_191 + number * 1000), jpeg) for number in range(500)]
    services.commit(services.Commit(session_id=session.pk, epoch=0, drafts=drafts))
    samples = [RiskSample(session=session, unix_ms=1_767_788_935_000 + n * 1000, risk=n % 90) for n in range(5000)]
    RiskSample.objects.bulk_create(samples)
    pdf = report(fresh(session))
    # One is drawn on the page of every event: read from the pages themselves, as decoding all of them would take long.
    assert sum(len(pictures_on(page)) for page in pdf.pages) == 500
    assert "500. No face" in list(titles(pdf.outline))[-2]


def pictures_on(page: Any) -> list[str]:
    found = page["/Resources"].get("/XObject", {})
    return [name for name in found if found[name].get_object()["/Subtype"] == "/Image"]


def test_a_long_line_is_thinned_and_keeps_its_peaks() -> None:
    samples = [(float(second), 1) for second in range(10_000)]
    samples[7_777] = (7_777.0, 90)
    kept = risk_line.thinned(samples)
    assert len(kept) <= 2 * risk_line.MOST_POINTS
    assert (7_777.0, 90) in kept and kept[-1] == samples[-1]
    assert kept == sorted(kept)


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


def test_the_number_of_queries_does_not_grow_with_the_log(
    people: People, session: Session, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    by = people.proctor
    session = fresh(session)
    with django_assert_num_queries(27):
        report(session, by)
    for number in range(3):
        made = event(session, jpeg=factories.jpeg(shade=number))
        services.judge_event(people.proctor, session.pk, made.pk, "confirmed")
    session = fresh(session)
    with django_assert_num_queries(27):
        report(session, by)
    assert Event.objects.count() == 10
