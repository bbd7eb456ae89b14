"""The form by which a person gives points."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from exams.errors import InvalidMark, MarkTaken
from exams.item_of import trimmed
from exams.models import Mark, User
from exams.numbers import LONGEST_NUMBER, read_number
from exams.said import key_in_words, said
from exams.services import grading


class PointsField(forms.CharField):
    """A number as people type it, with a comma or a point."""

    def clean(self, value: Any) -> Decimal:
        typed = super().clean(value)
        number = read_number(typed)
        if number is None:
            raise forms.ValidationError("Give the points as a number, such as 2.5.")
        return number


class MarkForm(forms.Form):
    points = PointsField(max_length=LONGEST_NUMBER)
    comment = forms.CharField(required=False, max_length=grading.LONGEST_COMMENT)
    seen = forms.CharField(required=False)

    def __init__(self, data: Any = None, *, mark: Mark) -> None:
        self.mark = mark
        self.taken = ""
        given = "" if mark.points is None else str(trimmed(mark.points))
        first = {"points": given, "comment": mark.comment, "seen": grading.state_of(mark)}
        super().__init__(data, initial=first)


def save_mark(form: MarkForm, *, by: User) -> bool:
    """Whether the points were given. If not, the form says why; ``form.taken`` where somebody else was faster."""
    if not form.is_valid():
        return False
    chosen = form.cleaned_data
    try:
        grading.give_mark(
            by=by, mark=form.mark, points=chosen["points"], comment=chosen["comment"], seen=chosen["seen"]
        )
    except MarkTaken as error:
        form.taken = error.message
    except InvalidMark as error:
        form.add_error(error.field or None, error.message)
    else:
        return True
    return False


def context_of(mark: Mark) -> dict[str, Any]:
    """What is shown of an answer: the question, what to look for, and what was answered."""
    question, answer = mark.question, mark.answer
    return {
        "mark": mark,
        "question": question,
        "said": [] if answer is None else said(question, answer.value, mark.attempt.seed),
        "key": key_in_words(question),
    }
