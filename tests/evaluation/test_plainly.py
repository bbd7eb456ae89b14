"""The figures in sentences: every number is one of the results'."""

from __future__ import annotations

from typing import Any

import pytest

from proctoring.evaluation.plainly import BY_KIND, CANNOT, of_hundred, plainly


def share(count: int, total: int) -> dict[str, int]:
    return {"count": count, "total": total}


def results(**figures: Any) -> dict[str, Any]:
    return {"reports": [{"name": name, "figures": given, "tables": []} for name, given in figures.items()]}


def said(made: dict[str, Any]) -> str:
    return "\n".join(sentence for part in plainly(made) for sentence in part.sentences)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        *((0.0, "0 of 100"), (0.0003, "0.03 of 100"), (0.0042, "0.4 of 100"), (0.456, "46 of 100")),
        *((0.9956, "99.6 of 100"), (0.9997, "99.97 of 100"), (1.0, "100 of 100")),
    ],
)
def test_a_share_is_so_many_of_a_hundred_and_never_rounded_to_none_or_all(number: float, words: str) -> None:
    assert of_hundred(number) == words


def test_what_is_found_is_said_with_how_many_were_tried() -> None:
    words = said(results(groups={"adults": {"found": share(150, 200)}}, phones={"all": {"boxes_found": share(1, 4)}}))
    assert "Faces of adults, in photographs: 75 of 100 are found (measured on 200)." in words
    assert "Phones, in photographs: 25 of 100 are found (measured on 4)." in words


def test_few_films_are_counted_and_make_no_share() -> None:
    made = results(events={})
    made["reports"][0]["tables"] = [{"title": BY_KIND, "rows": [["PHONE_DETECTED", "3 of 7", "42.9 %", "5 s"]]}]
    assert "A phone held up, in films and for long enough to count: 3 of 7 times it was recorded." in said(made)


def test_false_events_are_so_many_an_hour_and_what_little_film_leaves_open_is_said() -> None:
    figure = {"honest_seconds": 90.0, "per_hour": 40.0, "per_hour_at_most": 190.2}
    words = said(results(events={"false_events": {"LOOKING_AWAY": figure}}))
    assert "Looking away, though nobody did: 40 an hour of honest film." in words
    assert "1.5 minutes" in words
    assert "as many as 190 an hour" in words


def test_it_is_said_for_which_group_it_is_worst_and_small_groups_are_left_out() -> None:
    people = {
        "A_group": {"found": share(180, 200)},
        "Another": {"found": share(198, 200)},
        "Few": {"found": share(1, 99)},
    }
    words = said(results(groups={"by": {"race": people}}))
    assert (
        "By race, faces are found least often among “A group”, 90 of 100; most often among “Another”, 99 of 100."
        in (words)
    )
    assert "Few" not in words


def test_without_figures_there_is_still_what_it_cannot_do() -> None:
    [part] = plainly(results())
    assert part.sentences == CANNOT
