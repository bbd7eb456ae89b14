"""Bursts pass, floods do not; refusals are recorded once and then counted."""

from __future__ import annotations

from uuid import uuid4

from proctoring.live.ledger import Refusals, rejected
from proctoring.live.limits import BURST, CONNECTIONS_AT_ONCE, MOST_REMEMBERED, Arrivals, TokenBucket


def test_a_burst_passes_and_one_more_does_not() -> None:
    bucket = TokenBucket()
    assert all(bucket.take(0.0) for _ in range(BURST))
    assert not bucket.take(0.0)


def test_an_honest_page_is_never_stopped() -> None:
    bucket = TokenBucket()
    assert all(bucket.take(n / 10) for n in range(6000))


def test_a_page_that_connects_again_and_again_is_slowed_down_and_nobody_else_is() -> None:
    arrivals, page, other = Arrivals(), uuid4(), uuid4()
    assert all(arrivals.take(page, 0.0) for _ in range(CONNECTIONS_AT_ONCE))
    assert not arrivals.take(page, 1.0)
    assert arrivals.take(other, 1.0)
    assert arrivals.take(page, 4.0)


def test_pages_that_have_not_connected_lately_are_forgotten() -> None:
    arrivals = Arrivals()
    assert all(arrivals.take(uuid4(), float(number)) for number in range(3 * MOST_REMEMBERED))
    assert len(arrivals._buckets) <= MOST_REMEMBERED


def test_the_first_refusal_of_a_kind_is_recorded_and_the_others_once_a_minute() -> None:
    refusals = Refusals()
    assert refusals.note("not_jpeg", 0.0)
    assert not refusals.note("not_jpeg", 1.0)
    assert not refusals.note("not_jpeg", 2.0)
    assert refusals.note("bad_json", 2.0)
    assert refusals.due(59.0) == []
    assert refusals.due(60.0) == [("not_jpeg", 2)]
    assert refusals.due(300.0) == []


def test_what_was_held_back_can_be_had_at_the_end() -> None:
    refusals = Refusals()
    refusals.note("bad_json", 0.0)
    refusals.note("bad_json", 1.0)
    assert refusals.due(2.0, all_of_them=True) == [("bad_json", 1)]


def test_the_entry_says_what_was_refused() -> None:
    assert rejected("truncated").sentence == "A frame was cut off and was refused."
    assert rejected("bad_json", 3).sentence == "3 more messages: each was no JSON, all refused."
