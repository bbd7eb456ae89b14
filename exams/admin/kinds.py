"""What each kind of question is called, what its form asks for, and which fields belong to it alone."""

from __future__ import annotations

from dataclasses import dataclass

from exams.items import Kind


@dataclass(frozen=True, slots=True)
class KindForm:
    label: str
    explained: str
    answer: tuple[str, ...] = ()  # fields of the right answer
    marking: tuple[str, ...] = ("points", "penalty")
    extra_choices: int = 0  # empty rows offered for a new question


KIND_FORMS: dict[Kind, KindForm] = {
    Kind.SINGLE_CHOICE: KindForm(
        "Single choice", "One right option among several.", answer=("shuffle",), extra_choices=4
    ),
    Kind.MULTIPLE_CHOICE: KindForm(
        "Multiple choice",
        "One or more right options; some of them right earns a share of the points.",
        answer=("shuffle",),
        extra_choices=4,
    ),
    Kind.NUMERIC: KindForm("Number", "A number, right within a tolerance you set.", answer=("number", "tolerance")),
    Kind.SHORT_TEXT: KindForm(
        "Short text",
        "A word or a few, compared with the answers you accept.",
        answer=("case_sensitive",),
        extra_choices=2,
    ),
    Kind.ESSAY: KindForm("Essay", "A longer text, marked by a person.", answer=("guidance",), marking=("points",)),
    Kind.MATCHING: KindForm(
        "Matching",
        "Things on the left, each to be given its match from the right.",
        answer=("shuffle",),
        extra_choices=4,
    ),
    Kind.ORDERING: KindForm("Ordering", "Items to be put into the right order.", extra_choices=4),
}
# What a kind's form does not ask for is set back to this, so that nothing of an earlier kind is left behind.
UNUSED: dict[str, object] = {
    "number": None,
    "tolerance": 0,
    "case_sensitive": False,
    "shuffle": True,
    "guidance": "",
    "penalty": 0,
}


def fields_of(kind: Kind) -> tuple[str, ...]:
    form = KIND_FORMS[kind]
    return ("text", *form.answer, *form.marking, "feedback", "place", "position", "name")


def kind_named(name: str) -> Kind | None:
    try:
        return Kind(name)
    except ValueError:
        return None
