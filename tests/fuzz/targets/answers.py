"""What a page says a candidate answered, to every kind of question: checked, shown again, marked, put into words.

Made by hypothesis, steered by atheris: each input is the choices that hypothesis makes while it draws.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exams import paper
from exams.answers import check_value, for_browser, is_empty
from exams.errors import InvalidAnswer
from exams.item_of import item_of
from exams.marking import mark
from exams.models import Choice, Question
from exams.responses import response_of
from exams.said import key_in_words, said
from tests.factories import CHOICES
from tests.fuzz.mutation import NUMBERS, TEXTS
from tests.fuzz.target import Take, Target

SEED = "a seed of an attempt"
NAMES = ("choice", "choices", "number", "text", "pairs", "order")
_took: list[bool] = []


def question(kind: str) -> Question:
    """Of no database."""
    made = Question(pk=1, kind=kind, text="Which?", number=Decimal(3), tolerance=Decimal("0.1"))
    choices = [
        Choice(pk=10 + place, question=made, position=place, **one) for place, one in enumerate(CHOICES.get(kind, []))
    ]
    made._prefetched_objects_cache = {"choices": choices}  # type: ignore[attr-defined]
    return made


QUESTIONS = [question(kind) for kind in Question.Kind.values]
KEYS = sorted(
    {
        paper.key(SEED, choice, side)
        for asked in QUESTIONS
        for choice in asked.choices.all()
        for side in ("", "left", "right")
    }
)
_WORDS = st.one_of(st.sampled_from(KEYS), st.sampled_from(TEXTS), st.text(max_size=20))
_PLAIN = st.one_of(
    _WORDS, st.none(), st.booleans(), st.integers(9, 15), st.sampled_from(NUMBERS), st.integers(), st.floats()
)
_CONTENT = st.recursive(
    _PLAIN,
    lambda inner: st.one_of(st.lists(inner, max_size=6), st.dictionaries(_WORDS, inner, max_size=6)),
    max_leaves=12,
)
_VALUES = st.dictionaries(st.one_of(st.sampled_from(NAMES), _WORDS), _CONTENT, max_size=2)
_KEY = st.one_of(st.sampled_from(KEYS), st.integers(10, 14))
_RIGHT = {  # nearly always
    Question.Kind.SINGLE_CHOICE: st.builds(lambda key: {"choice": key}, st.one_of(_KEY, st.none())),
    Question.Kind.MULTIPLE_CHOICE: st.builds(lambda keys: {"choices": keys}, st.lists(_KEY, max_size=3)),
    Question.Kind.NUMERIC: st.builds(
        lambda text: {"number": text}, st.from_regex(r"[-+]?[0-9]{1,4}[.,]?[0-9]*e?[0-9]*")
    ),
    Question.Kind.SHORT_TEXT: st.builds(lambda text: {"text": text}, _WORDS),
    Question.Kind.ESSAY: st.builds(lambda text: {"text": text}, _WORDS),
    Question.Kind.MATCHING: st.builds(lambda pairs: {"pairs": pairs}, st.dictionaries(st.sampled_from(KEYS), _KEY)),
    Question.Kind.ORDERING: st.builds(lambda keys: {"order": keys}, st.permutations(KEYS).map(lambda keys: keys[:4])),
}
_ONE = st.builds(lambda name, content: {name: content}, st.sampled_from(NAMES), _CONTENT)


@settings(database=None, deadline=None, max_examples=300, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(QUESTIONS), st.data())
def answered(asked: Question, data: st.DataObject) -> None:
    value: dict[str, Any] = data.draw(st.one_of(_RIGHT[Question.Kind(asked.kind)], _ONE, _VALUES))
    _took.append(False)
    try:
        kept = check_value(question=asked, value=value, seed=SEED)
    except InvalidAnswer as refused:
        assert refused.message.endswith(".")
        return
    _took[-1] = True
    json.dumps(for_browser(question=asked, value=kept, seed=SEED))
    assert kept == json.loads(json.dumps(kept))
    response = response_of(asked, kept, SEED)
    assert response is None or not is_empty(kept)
    if response is not None and asked.kind != Question.Kind.ESSAY:
        mark(item_of(asked), response)
    said(asked, kept, SEED)
    key_in_words(asked)


def start() -> Take:
    def take(data: bytes) -> bool:
        _took.clear()
        answered.hypothesis.fuzz_one_input(data)  # type: ignore[attr-defined]
        return _took == [True]

    return take


def seeds() -> list[bytes]:
    return [bytes(40), bytes(range(200)), b"\xff" * 60, bytes(range(255, 0, -3)) * 2]


TARGET = Target("answers to every kind of question", start, seeds, longest=600, seconds=2.0)
