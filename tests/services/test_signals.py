from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from proctoring import services
from proctoring.evidence import verify
from proctoring.models import BrowserSignal, Event, RiskSample, Session
from proctoring.reports import session_json
from proctoring.risk.browser import known_kinds
from proctoring.services import SignalBatch
from tests import factories

pytestmark = pytest.mark.django_db

START = datetime(2026, 1, 7, 12, tzinfo=timezone.utc)
RECEIVED = START + timedelta(minutes=5)


def live_session(**fields: Any) -> Session:
    return factories.session(created_at=START, started_at=START, **fields)


def batch(*kinds: str, ids: list[uuid.UUID] | None = None, age_ms: float = 1000) -> SignalBatch:
    """Signals 100 ms apart, the first ``age_ms`` before they were sent."""
    ids = ids or [uuid.uuid4() for _ in kinds]
    signals = [
        {"id": str(client_id), "kind": kind, "time_ms": 50_000 - age_ms + 100 * number}
        for number, (client_id, kind) in enumerate(zip(ids, kinds, strict=True))
    ]
    return SignalBatch.parse({"sent_ms": 50_000, "signals": signals}, received_at=RECEIVED)


def test_the_kinds_are_those_the_engine_knows() -> None:
    assert known_kinds() == services.KINDS


def test_a_repeat_is_stored_once() -> None:
    session, ids = live_session(), [uuid.uuid4(), uuid.uuid4()]
    assert services.store_signals(session.pk, batch("hidden", "visible", ids=ids)) == ids
    assert services.store_signals(session.pk, batch("hidden", "visible", ids=ids)) == []
    third = uuid.uuid4()
    assert services.store_signals(session.pk, batch("visible", "copy", ids=[ids[1], third])) == [third]
    assert BrowserSignal.objects.count() == 3


def test_one_id_twice_in_a_message_is_one_signal() -> None:
    session, client_id = live_session(), uuid.uuid4()
    assert services.store_signals(session.pk, batch("hidden", "hidden", ids=[client_id, client_id])) == [client_id]


def test_times_are_as_long_before_receipt_as_before_sending() -> None:
    session = live_session()
    services.store_signals(session.pk, batch("hidden", age_ms=3000))
    assert BrowserSignal.objects.get().unix_ms == RECEIVED.timestamp() * 1000 - 3000


def test_a_browser_clock_that_jumped_cannot_reach_before_the_session_or_into_the_future() -> None:
    session = live_session()
    services.store_signals(session.pk, batch("hidden", age_ms=10**10))
    services.store_signals(session.pk, batch("visible", age_ms=-(10**10)))
    times = set(BrowserSignal.objects.values_list("unix_ms", flat=True))
    assert times == {START.timestamp() * 1000, RECEIVED.timestamp() * 1000}


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        {"signals": {}},
        {"sent_ms": 1, "signals": [3]},
        {"sent_ms": "now", "signals": []},
        {"sent_ms": float("nan"), "signals": []},
        {"sent_ms": True, "signals": []},
        {"sent_ms": 1, "signals": [{"id": "x", "kind": "hidden", "time_ms": 1}]},
        {"sent_ms": 1, "signals": [{"id": str(uuid.uuid4()), "kind": "sneeze", "time_ms": 1}]},
        {"sent_ms": 1, "signals": [{"id": str(uuid.uuid4()), "kind": ["hidden"], "time_ms": 1}]},
        {"sent_ms": 1, "signals": [{"id": str(uuid.uuid4()), "kind": "hidden"}]},
        {"sent_ms": 1, "signals": [{}] * 501},
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(message: object) -> None:
    with pytest.raises(services.BadRequest) as refused:
        SignalBatch.parse(message)
    assert refused.value.message.endswith(".")


def test_without_a_connection_leaving_the_page_scores_once() -> None:
    session = live_session()
    services.store_signals(session.pk, batch("hidden", "blur", "visible", "focus"))
    [event] = services.apply_pending_signals(session.pk)
    session.refresh_from_db()
    assert (event.name, event.risk_delta, session.risk_permanent, session.risk_total) == ("TAB_SWITCH", 5, 5, 5)
    assert [sample.risk for sample in session.risk_samples.all()] == [5]
    assert services.apply_pending_signals(session.pk) == []
    assert list(verify.check(session)) == []


def test_the_engine_goes_on_from_the_database() -> None:
    session = live_session()
    for age_ms in (20_000, 10_000):
        services.store_signals(session.pk, batch("hidden", "visible", age_ms=age_ms))
        services.apply_pending_signals(session.pk)
    session.refresh_from_db()
    assert (Event.objects.count(), session.risk_total) == (2, 10)


def test_a_signal_that_comes_late_raises_the_risk_from_then_on() -> None:
    session = live_session(risk_temporary=4, risk_total=4)
    changed_ms = round(RECEIVED.timestamp() * 1000) - 500
    RiskSample.objects.create(session=session, unix_ms=changed_ms, risk=4)
    services.store_signals(session.pk, batch("hidden", age_ms=60_000))
    services.apply_pending_signals(session.pk)
    session.refresh_from_db()
    history = session_json.history(session, base_url="")["risk_history"]
    assert history[-1] == {"time": changed_ms / 1000, "risk": session.risk_total}


def test_an_open_connection_takes_them_itself() -> None:
    session = live_session(connected=True)
    services.store_signals(session.pk, batch("hidden"))
    assert services.apply_pending_signals(session.pk) == []
    assert [signal.kind for signal in services.pending_signals(session.pk)] == ["hidden"]


def test_before_watching_began_nothing_counts() -> None:
    session = factories.session(created_at=START, started_at=None, state=Session.State.CHECKING)
    services.store_signals(session.pk, batch("hidden"))
    assert services.apply_pending_signals(session.pk) == []
    assert services.pending_signals(session.pk) == ()


def test_what_happened_before_the_end_counts_after_it() -> None:
    session = live_session(state=Session.State.ENDED, ended_at=RECEIVED - timedelta(seconds=2))
    services.store_signals(session.pk, batch("hidden", age_ms=3000))
    services.store_signals(session.pk, batch("copy", age_ms=500))
    assert [event.name for event in services.apply_pending_signals(session.pk)] == ["TAB_SWITCH"]


def test_a_day_after_the_end_the_session_takes_nothing_more() -> None:
    session = live_session(state=Session.State.ENDED, ended_at=RECEIVED - timedelta(days=1, seconds=1))
    with pytest.raises(services.SessionEnded):
        services.store_signals(session.pk, batch("hidden"))
