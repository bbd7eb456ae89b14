"""The report of a session as PDF, made and read back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from pypdf import PdfReader

from exams.models import User
from proctoring.models import Session
from proctoring.reports.pdf.report import write_report
from tests import factories

START = datetime(2026, 1, 7, 12, tzinfo=timezone.utc)
BASE = "https://exams.example.org"


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
