"""Names and notes in a session's report: of every script, with markup, and longer than a line or a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from pytest_django import Settings

from exams.models import User
from proctoring import services
from proctoring.models import Session
from tests.factories import People
from tests.reports.session_pdf import BASE, fresh, report, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_media")]


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
