from __future__ import annotations

from exams.bounded_cache import BoundedCache


def test_what_was_asked_for_last_stays_as_long_as_there_is_room() -> None:
    made: list[str] = []
    cache: BoundedCache[str] = BoundedCache(10)

    def get(key: str) -> str:
        def make() -> str:
            made.append(key)
            return key * 4

        return cache.get(key, make)

    assert [get(key) for key in "abab"] == ["aaaa", "bbbb", "aaaa", "bbbb"]
    assert made == ["a", "b"]
    get("a")
    get("c")
    get("a")
    get("b")
    assert made == ["a", "b", "c", "b"], "b was not asked for the longest"


def test_what_is_larger_than_all_room_is_not_kept() -> None:
    cache: BoundedCache[str] = BoundedCache(3)
    assert cache.get("a", lambda: "long") == "long"
    assert cache.get("a", lambda: "new") == "new"
