"""Limits of how often one may ask are counted in the cache: it has to remember everybody."""

from __future__ import annotations

from django.core.cache import cache


def test_what_is_counted_for_one_is_not_forgotten_for_a_thousand_others() -> None:
    for number in range(5000):
        cache.set(f"throttle_answers_{number}", [1.0, 2.0])
    assert all(cache.get(f"throttle_answers_{number}") for number in range(5000))
