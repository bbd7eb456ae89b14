"""What is only seen because a phone was there is drawn as one, in live pages and over the event's picture."""

from __future__ import annotations

from dataclasses import replace

from proctoring.live import payloads
from proctoring.observation import Box, Observation
from proctoring.risk.policy import PHONE_DETECTED, Policy
from tests.factories import observation
from tests.live.test_gaps import START, watched

PHONE = Box(0.1, 0.5, 0.1, 0.2, 0.8)
FAINT = replace(PHONE, score=0.62)


def test_a_faint_phone_is_shown_where_it_counts_and_nowhere_else() -> None:
    live = watched()
    pictures = [observation(phones=0, faint_phones=(FAINT,)) for _ in range(13)]
    for number in (1, 4, 7, 10):
        pictures[number] = observation(phones=1)
    shown = []
    for number, seen in enumerate(pictures):
        live.observed(seen, jpeg=b"%d" % number, sequence=number + 1, at=START + 0.5 * number)
        assert live.looked is not None
        shown.append(len(live.looked.observation.phones or ()))
    assert shown == [0] + [1] * 12
    [event] = [drafted for drafted in live.commit().drafts if drafted.draft.name == PHONE_DETECTED]
    assert event.boxes is not None
    assert [box["score"] for box in event.boxes["phones"]] == [0.62]


def test_no_page_is_told_of_what_is_too_faint_to_count() -> None:
    assert "faint_phones" not in payloads.seen(observation(faint_phones=(FAINT,)))
    assert payloads.check_warnings(observation(phones=0, faint_phones=(FAINT,)), Policy()) == ()


def test_an_observation_of_an_older_worker_has_none() -> None:
    told = observation(faint_phones=(FAINT,)).as_dict()
    assert Observation.from_dict(told).faint_phones == (FAINT,)
    del told["faint_phones"]
    assert Observation.from_dict(told).faint_phones == ()
