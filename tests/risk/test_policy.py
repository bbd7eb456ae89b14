"""A policy on its way through the database."""

from __future__ import annotations

import pytest

from proctoring.risk.policy import DEFAULT_RULES, Policy


def test_rules_stand_in_the_order_of_the_table_however_they_were_kept() -> None:
    """PostgreSQL sorts the keys of JSON by their length."""
    kept = Policy().as_dict()
    kept["rules"] = dict(sorted(kept["rules"].items(), key=lambda rule: (len(rule[0]), rule[0])))
    assert list(kept["rules"]) != list(DEFAULT_RULES)
    read = Policy.from_dict(kept)
    assert read == Policy()
    assert list(read.rules) == list(DEFAULT_RULES)


def test_what_no_policy_wrote_is_refused() -> None:
    with pytest.raises(KeyError):
        Policy.from_dict({})
