from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from proctoring.models import Event
from proctoring.reports.record import KEYS, detailed_record, event_record, zone_of
from tests import factories

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")


def make_event(**fields: object) -> Event:
    session = factories.session(factories.exam(factories.institution()))
    defaults: dict[str, object] = {
        "sequence": 1,
        "name": "LOOKING_AWAY",
        "unix_ms": 1_767_805_163_510,
        "risk_delta": 6,
        "risk_total": 12,
        "looking_away": True,
        "face_count": 1,
        "sentence": "=HYPERLINK()",
        "snapshot": f"snapshots/{session.pk}/LOOKING_AWAY_1767805163510.jpg",
    }
    return Event.objects.create(session=session, **(defaults | fields))


def test_keys_order_values_and_types_are_as_documented() -> None:
    event = make_event()
    record = event_record(event, zone=BERLIN, base_url="https://exams.example.org")
    assert list(record.items()) == [
        ("time_24h", "2026-01-07 17:59:23"),
        ("unix_time", 1767805163.51),
        ("event", "LOOKING_AWAY"),
        ("risk_delta", 6),
        ("risk_total", 12),
        ("phone_detected", 0),
        ("looking_away", 1),
        ("face_count", 1),
        (
            "snapshot_url",
            f"https://exams.example.org/snapshots/{event.session_id}/LOOKING_AWAY_1767805163510.jpg",
        ),
    ]
    assert type(record["phone_detected"]) is int, "0 or 1, not false or true"


def test_times_are_the_institutions_in_summer_too() -> None:
    event = make_event(unix_ms=1_783_702_763_000)
    assert event_record(event, zone=BERLIN, base_url="")["time_24h"] == "2026-07-10 18:59:23"


@pytest.mark.parametrize("fields", [{"snapshot": ""}, {"snapshot_deleted_at": timezone.now()}])
def test_without_a_picture_the_address_is_empty(fields: dict[str, object]) -> None:
    assert event_record(make_event(**fields), zone=BERLIN, base_url="http://x")["snapshot_url"] == ""


def test_before_the_first_frame_the_face_count_is_null() -> None:
    assert event_record(make_event(face_count=None), zone=BERLIN, base_url="")["face_count"] is None


def test_the_detailed_record_begins_with_the_documented_keys() -> None:
    keys = list(detailed_record(make_event(), zone=BERLIN, base_url=""))
    assert keys == [*KEYS, "sequence", "ledger", "sentence", "detail"]


def test_a_practice_run_has_no_institution_and_so_universal_time() -> None:
    assert zone_of(factories.session()).key == "UTC"
    assert zone_of(factories.session(factories.exam())).key == "Europe/Berlin"
