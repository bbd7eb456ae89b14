"""What the tests of reports share: a storage of their own, people of two institutions, and a session of theirs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest
from pytest_django import Settings

from proctoring.live import ledger
from proctoring.models import Session
from proctoring.risk.policy import DEFAULT_RULES
from tests import factories
from tests.admin.records import event, risk
from tests.factories import People
from tests.reports.session_pdf import START, fresh


@pytest.fixture
def own_media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def people() -> People:
    return factories.people()


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
