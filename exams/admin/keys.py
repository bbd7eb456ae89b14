"""Correcting the key of a published question: a form of its own, since nothing else of the question may change."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from exams import results
from exams.admin.base import who
from exams.admin.marking import markable_exam_or_404
from exams.errors import InvalidKey
from exams.item_of import item_of, trimmed
from exams.items import HUNDRED, Item, ItemChoice, Kind
from exams.models import Exam, KeyCorrection, Question
from exams.numbers import read_number
from exams.services import correct_key
from exams.services.correcting import CORRECTABLE, same_questions

LONGEST_REASON = 2_000
CHOOSING = (Kind.SINGLE_CHOICE, Kind.MULTIPLE_CHOICE)


class NumberField(forms.CharField):
    def clean(self, value: Any) -> Decimal | None:
        typed = super().clean(value)
        if not typed:
            return None
        number = read_number(typed)
        if number is None:
            raise forms.ValidationError("This is not a number, such as 2.5.")
        return number


class KeyForm(forms.Form):
    """Fields by the question's kind: ``right_<place>`` and ``credit_<place>`` of options and accepted answers,
    ``place_<place>`` of items in order, ``number``, ``tolerance``, ``more`` accepted answers."""

    everyone = forms.BooleanField(required=False)
    reason = forms.CharField(max_length=LONGEST_REASON, strip=True)

    def __init__(self, data: Any = None, *, question: Question, everyone: bool) -> None:
        self.item = item = item_of(question)
        super().__init__(data, initial={"everyone": everyone})
        for place, choice in enumerate(item.choices):
            if item.kind in CHOOSING:
                self._add(f"right_{place}", forms.BooleanField(required=False), _is_right(choice))
            if item.kind in (*CHOOSING, Kind.SHORT_TEXT):
                self._add(f"credit_{place}", NumberField(required=False), _credit(item, choice))
            if item.kind == Kind.ORDERING:
                field = forms.IntegerField(min_value=1, max_value=len(item.choices))
                self._add(f"place_{place}", field, place + 1)
        if item.kind == Kind.NUMERIC:
            self._add("number", NumberField(), "" if item.number is None else item.number)
            self._add("tolerance", NumberField(), item.tolerance)
        if item.kind == Kind.SHORT_TEXT:
            self._add("more", forms.CharField(required=False, max_length=20_000), "")
            self._add("case_sensitive", forms.BooleanField(required=False), item.case_sensitive)

    def clean(self) -> None:
        super().clean()
        places = [value for name, value in self.cleaned_data.items() if name.startswith("place_")]
        if len(set(places)) != len(places):
            raise forms.ValidationError("Give each item a place of its own.")

    def _add(self, name: str, field: forms.Field, initial: Any) -> None:
        self.fields[name] = field
        self.initial[name] = initial

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Each choice with its fields, for the page."""
        names = ("right", "credit", "place")
        return [
            {"choice": choice} | {name: self[f"{name}_{place}"] for name in names if f"{name}_{place}" in self.fields}
            for place, choice in enumerate(self.item.choices)
        ]

    def corrected(self) -> Item:
        """The item with the key as it was typed. Whether it makes sense is said by the service."""
        said = self.cleaned_data
        item = self.item
        if item.kind == Kind.NUMERIC:
            return replace(item, number=said["number"], tolerance=said["tolerance"])
        if item.kind == Kind.ORDERING:
            places = sorted(range(len(item.choices)), key=lambda place: (said[f"place_{place}"], place))
            return replace(item, choices=tuple(item.choices[place] for place in places))
        if item.kind == Kind.SHORT_TEXT:
            kept = [replace(choice, credit=said[f"credit_{place}"]) for place, choice in enumerate(item.choices)]
            more = [ItemChoice(line.strip()) for line in said["more"].splitlines() if line.strip()]
            return replace(item, choices=(*kept, *more), case_sensitive=said["case_sensitive"])
        if item.kind in CHOOSING:
            return replace(item, choices=tuple(self._options(item)))
        return item

    def _options(self, item: Item) -> list[ItemChoice]:
        """Of a single choice one option is the right one; others that are right too have a credit of 100 %."""
        said = self.cleaned_data
        right = [place for place in range(len(item.choices)) if said[f"right_{place}"]]
        first = next((place for place in right if item.choices[place].correct), right[0] if right else None)
        options = []
        for place, choice in enumerate(item.choices):
            credit = said[f"credit_{place}"]
            is_first = item.kind == Kind.MULTIPLE_CHOICE or place == first
            if place in right and not is_first and credit is None:
                credit = HUNDRED
            options.append(replace(choice, correct=place in right and is_first, credit=credit))
        return options


def _is_right(choice: ItemChoice) -> bool:
    return choice.correct or choice.credit == HUNDRED


def _credit(item: Item, choice: ItemChoice) -> Any:
    """A credit of 100 % that only says "right too" is not shown: the tick says it."""
    if choice.credit is None or (item.kind == Kind.SINGLE_CHOICE and choice.credit == HUNDRED):
        return ""
    return trimmed(choice.credit)


@require_http_methods(["GET", "HEAD", "POST"])
def key_page(request: HttpRequest, exam_id: int, question_id: int, *, site: AdminSite) -> HttpResponse:
    exam = markable_exam_or_404(request, exam_id)
    if not results.may_release(request.user, exam):
        raise PermissionDenied("Only administrators and authors of the exam's institution may correct a key.")
    question = _question_or_404(exam, question_id)
    everyone = question.pk in results.everyone_has_full_points(question.section.version)
    form = KeyForm(request.POST or None, question=question, everyone=everyone)
    if request.method == "POST" and form.is_valid():
        try:
            made = correct_key(
                question=question,
                corrected=form.corrected(),
                by=who(request),
                reason=form.cleaned_data["reason"],
                everyone=form.cleaned_data["everyone"],
            )
        except InvalidKey as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            changed = sum(correction.marks_changed for correction in made)
            messages.success(request, f"The key is corrected; {changed} mark{'' if changed == 1 else 's'} changed.")
            return HttpResponseRedirect(reverse("admin:exams_results_statistics", args=[exam.pk]))
    context = {
        **site.each_context(request),
        "title": f"Correct a key: {exam}",
        "content_title": f"{exam}: correct a key",
        "exam": exam,
        "question": question,
        "form": form,
        "correctable": form.item.kind in CORRECTABLE,
        "elsewhere": _elsewhere(exam, question, form.item),
        "corrections": KeyCorrection.objects.filter(question=question).select_related("by"),
    }
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "exams_admin/results_key.html", context, status=status)


def _elsewhere(exam: Exam, question: Question, item: Item) -> list[Question]:
    """The question as it reads in other published versions, which this correction does not reach."""
    same = {each.pk for each in same_questions(exam, question, item)}
    others = Question.objects.filter(uid=question.uid, section__version__exam=exam).exclude(pk__in=same)
    published = others.filter(section__version__frozen_at__isnull=False).select_related("section__version")
    return list(published.order_by("-section__version__number"))


def _question_or_404(exam: Exam, question_id: int) -> Question:
    questions = Question.objects.filter(section__version__exam=exam, section__version__frozen_at__isnull=False)
    question = questions.select_related("section__version").prefetch_related("choices").filter(pk=question_id).first()
    if question is None:
        raise Http404("There is no such question in this exam, or it was never published.")
    return question
