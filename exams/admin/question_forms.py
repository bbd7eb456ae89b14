"""The form of one question and of its choices. What may be asked is said by ``exams.items.check`` alone; here its
problems find the field they belong to."""

from __future__ import annotations

from collections.abc import MutableMapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from exams.admin.kinds import UNUSED
from exams.item_of import trimmed
from exams.items import Item, ItemChoice, Kind, check
from exams.models import Choice, ExamVersion, Pool, Question, Section

_ENOUGH_FOR_A_CHOICE = "."  # a text, so that only the choices can be wrong


class QuestionForm(forms.ModelForm):  # type: ignore[type-arg]
    """``kind`` and ``version`` are set on the class made for a request: a form never names them."""

    kind: Kind
    version: ExamVersion
    first_place: str = ""

    place = forms.ChoiceField(
        label="Section or pool",
        widget=UnfoldAdminSelectWidget,
        help_text="Of a pool, each candidate gets only some questions.",
        error_messages={"invalid_choice": "Choose a section or a pool of this exam."},
    )
    position = forms.IntegerField(
        label="Place in the section",
        required=False,
        min_value=1,
        max_value=100_000,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="1 is the first. Empty: the last.",
    )

    class Meta:
        model = Question
        fields = ("text", "points", "penalty", "number", "tolerance", "case_sensitive", "shuffle", "guidance")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        trim(self.initial)
        if "place" not in self.fields:  # only looked at
            return
        self.sections = list(self.version.sections.prefetch_related("pools"))
        place = self.fields["place"]
        assert isinstance(place, forms.ChoiceField)
        place.choices = [(title, options) for title, options in places(self.sections)]
        question = self.instance
        if question.pk is None:
            self.initial["place"] = self.first_place
            self.initial["position"] = None
        else:
            self.initial["place"] = f"p{question.pool_id}" if question.pool_id else f"s{question.section_id}"
            before = [other.pk for other in question.section.questions.only("pk", "section", "position")]
            self.initial["position"] = before.index(question.pk) + 1

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.instance.kind = self.kind.value
        for name, value in UNUSED.items():
            if name not in self.fields:
                setattr(self.instance, name, value)
        for problem in check(self._item(data)):
            name = problem.field
            if not name.startswith("choices") and name in self.fields and name not in self.errors:
                self.add_error(name, problem.message)
        return data

    def chosen_position(self) -> int | None:
        """None: at the end of a section it is new to, where it stands in its own."""
        moved = "place" in self.changed_data and "position" not in self.changed_data
        return None if moved else self.cleaned_data["position"]

    def chosen_place(self) -> tuple[Section, Pool | None]:
        """Only of a valid form."""
        chosen = self.cleaned_data["place"]
        for section in self.sections:
            if chosen == f"s{section.pk}":
                return section, None
            for pool in section.pools.all():
                if chosen == f"p{pool.pk}":
                    return section, pool
        raise AssertionError("The form took a place it did not offer.")

    def _item(self, data: dict[str, Any]) -> Item:
        return Item(
            kind=self.kind,
            text=data.get("text") or "",
            name=data.get("name") or "",
            points=data.get("points") or Decimal(0),
            penalty=data.get("penalty") or Decimal(0),
            number=data.get("number"),
            tolerance=data.get("tolerance") or Decimal(0),
            guidance=data.get("guidance") or "",
            feedback=data.get("feedback") or "",
        )


def places(sections: list[Section]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Where a question can stand, as a select takes it: each section's own questions and its pools."""
    return [
        (
            str(section),
            [
                (f"s{section.pk}", f"{section}: asked of everybody"),
                *((f"p{pool.pk}", f"{section}: pool “{pool.name}”, {pool.draw} drawn") for pool in section.pools.all()),
            ],
        )
        for section in sections
    ]


class ChoiceForm(forms.ModelForm):  # type: ignore[type-arg]
    position = forms.IntegerField(
        label="Order",
        required=False,
        min_value=0,
        max_value=100_000,
        widget=UnfoldAdminIntegerFieldWidget(attrs={"aria-label": "Order"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        trim(self.initial)
        if self.instance.pk is None:
            self.initial["position"] = None

    def has_changed(self) -> bool:
        """Dragging numbers all rows, also those nobody has written anything into."""
        return any(self.instance.pk is not None or name != "position" for name in self.changed_data)

    def clean_position(self) -> int:
        position: int | None = self.cleaned_data["position"]
        return 100_000 if position is None else position


class ChoiceFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """The choices as a whole: whether the question can be asked with them, and in which order they stand."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        problems = []
        kept = self._in_order()
        kind = Kind(self.instance.kind)
        choices = tuple(_choice(form.cleaned_data) for form in kept)
        for problem in check(Item(kind, _ENOUGH_FOR_A_CHOICE, number=Decimal(0), choices=choices)):
            field, _, place = problem.field.partition(".")
            if field == "choices" and place:
                form = kept[int(place)]
                form.add_error("match" if "match" in form.fields else "text", problem.message)
            elif field == "choices":
                problems.append(problem.message)
        if problems:
            raise ValidationError(problems)

    def save(self, commit: bool = True) -> Any:
        saved = super().save(commit)
        if commit:
            changed = []
            for position, form in enumerate(self._in_order(), start=1):
                if form.instance.position != position:
                    form.instance.position = position
                    changed.append(form.instance)
            Choice.objects.bulk_update(changed, ["position"])
        return saved

    def _in_order(self) -> list[Any]:
        """The rows that stay, as their numbers say, and as they stand where numbers are equal or missing."""
        kept = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        kept = [form for form in kept if form.instance.pk is not None or form.has_changed()]
        return sorted(kept, key=lambda form: form.cleaned_data["position"])


def trim(initial: MutableMapping[str, Any]) -> None:
    """0.5 and not 0.500000000000, as the column has it."""
    for name, value in initial.items():
        if isinstance(value, Decimal):
            initial[name] = trimmed(value)


def _choice(data: dict[str, Any]) -> ItemChoice:
    return ItemChoice(
        text=data.get("text") or "",
        correct=bool(data.get("correct")),
        credit=data.get("credit"),
        match=data.get("match") or "",
        feedback=data.get("feedback") or "",
    )
