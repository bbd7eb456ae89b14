"""Runs side by side: what another worker brings, what Redis costs a frame."""

from __future__ import annotations

from typing import Any

from proctoring.bench.compare import compared, lines


def run(workers: int, held: int, *levels: dict[str, Any]) -> dict[str, Any]:
    return {"frame_workers": workers, "candidates_held": held, "levels": list(levels)}


def level(candidates: int, *, web: float, p50: float, held: bool = True, **stages: float) -> dict[str, Any]:
    cpu = {"transport": web, "between": 1.0, "total": web + 11.0} | stages
    remote = {"n": 10, "p50": 3.0} if "redis" in stages else {}
    return {
        "candidates": candidates,
        "held": held,
        "cpu_ms": cpu,
        "p50_ms": p50,
        "p95_ms": 2 * p50,
        "remote_ms": remote,
    }


LOCAL = run(0, 40, level(20, web=3.0, p50=20.0), level(40, web=3.5, p50=30.0))
ONE = run(
    1,
    30,
    level(20, web=4.5, p50=22.5, redis=0.5, between=1.25, total=17.25),
    level(40, web=5.0, p50=900.0, held=False),
)
TWO = run(2, 59, level(40, web=4.5, p50=25.0))


def test_workers_are_compared_by_what_they_held() -> None:
    found = compared([ONE, TWO])
    assert found == {"held": {"1": 30, "2": 59}, "gain": 1.967}
    assert "30 by 1 over Redis, 59 by 2 over Redis." in lines(found)
    assert "held 1.97 times what the fewest did." in lines(found)


def test_the_way_over_redis_is_compared_where_both_held() -> None:
    found = compared([LOCAL, ONE])
    assert "gain" not in found
    more = found["overhead"]
    assert (more["candidates"], more["p50_ms"], more["p95_ms"]) == (20, 2.5, 5.0)
    assert more["cpu_ms"] == {"transport": 1.5, "between": 0.25, "redis": 0.5, "total": 3.25}
    assert more["remote_ms"]["p50"] == 3.0
    said = lines(found)
    assert "40 by one of the server's own, 30 by 1 over Redis." in said
    assert "At 20 candidates a frame costs 3.25 ms of CPU more over Redis" in said


def test_where_nothing_was_held_nothing_is_compared() -> None:
    none = run(1, 0, level(2, web=5.0, p50=900.0, held=False))
    assert compared([LOCAL, none])["overhead"] is None
    assert compared([none, TWO])["gain"] is None
