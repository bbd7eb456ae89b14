"""The report of a long session: what is left out, and what it costs."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from proctoring import services
from proctoring.models import Event, RiskSample, Session
from proctoring.reports import risk_line
from proctoring.reports.pdf import case
from proctoring.reports.pdf.pictures import LONGEST_SIDE
from tests import factories
from tests.admin.records import event
from tests.factories import People
from tests.reports.session_pdf import fresh, images, report, titles, words
from tests.services.drafts import draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_media")]


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
