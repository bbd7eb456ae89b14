"""The report of a session as PDF."""

from __future__ import annotations

import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from django.urls import reverse
from django.utils import timezone
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from exams.models import User
from proctoring.models import Session
from proctoring.reports.pdf.accuracy import measured
from proctoring.reports.pdf.case import Case, open_case
from proctoring.reports.pdf.facts import front
from proctoring.reports.pdf.layout import SMALL, WIDTH, Page, Writer, write
from proctoring.reports.pdf.log import log
from proctoring.reports.pdf.watching import watching

MOST_NAMED = 20


def write_report(
    session: Session, *, by: User, base_url: str, file: BinaryIO, seen: Callable[[], None] = lambda: None
) -> None:
    """``base_url``: scheme and host, for the addresses in it. ``seen`` is called after each picture that was read."""
    with tempfile.TemporaryDirectory() as folder:
        case = open_case(
            session, by=by, made_at=timezone.now(), base_url=base_url.rstrip("/"), folder=Path(folder), seen=seen
        )
        writer = Writer()
        story: list[Flowable] = [
            *front(case, writer),
            *watching(case, writer),
            *log(case, writer),
            *_accuracy(case, writer),
        ]
        story[1:1] = _missing(case, writer)
        write(story, _page(case), writer, file)


def _page(case: Case) -> Page:
    session = case.session
    exam = session.exam.title if session.exam else session.get_kind_display()
    who = f"{session.candidate.display_name} ({session.candidate.username})"
    made = f"{case.at(case.made_at)} ({case.zone}) by {case.by.display_name} ({case.by.username})"
    return Page(
        title=f"Session report: {exam}, {who}",
        left=exam,
        right=f"{session.candidate.username} · {session.candidate.display_name}",
        foot=(f"Generated {made}", f"Session {session.pk}"),
        author=case.by.display_name,
    )


def _accuracy(case: Case, writer: Writer) -> Iterator[Flowable]:
    yield from writer.section("How often the detectors are wrong", room=60 * mm)
    rows = measured()
    if rows:
        yield writer.text(
            "As last measured by those who make this software, on pictures and clips of their own choice. Expect a "
            "little worse on people, cameras and rooms the detectors have not seen."
        )
        yield writer.table(("What was measured", "count", "share"), rows, (WIDTH - 180, 110, 70))
    else:
        yield writer.text("This site holds no figures of it.")
    yield writer.text(
        f"All figures, by group of people: {case.base_url}{reverse('accuracy')}. What each detector cannot do: "
        f"{case.base_url}{reverse('model_card')}. This session: "
        f"{case.base_url}{reverse('admin:proctoring_session_change', args=[case.session.pk])}.",
        SMALL,
    )


def _missing(case: Case, writer: Writer) -> list[Flowable]:
    """What could not be printed, and where to read it, is said on the first page; remarks elsewhere lead here."""
    characters = sorted(writer.script.missing)
    if not characters:
        return []
    names = [_named(one) for one in characters[:MOST_NAMED]]
    listed = ", ".join(names)
    more = f" and {len(characters) - MOST_NAMED} more" if len(characters) > MOST_NAMED else ""
    page = reverse("admin:proctoring_session_change", args=[case.session.pk])
    record = reverse("session_json", args=[case.session.pk])
    return [
        writer.text(
            f"This report cannot print some characters: {listed}{more}. Where they occur a remark in square brackets "
            "stands instead of them. Read what was written",
            bold=True,
        ),
        *writer.points(
            (
                f"in full, names too, on the session’s page: {case.base_url}{page}",
                f"every statement, sentence and note in its complete log as JSON: {case.base_url}{record}?detail=1",
            )
        ),
    ]


def _named(character: str) -> str:
    """Those of Chinese, Japanese and Korean are named after their number alone."""
    number, name = f"U+{ord(character):04X}", unicodedata.name(character, "").title()
    return number if not name or number[2:] in name.upper() else f"{number} {name}"
