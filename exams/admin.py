"""Institutions, people, exams and questions in the admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from django.db.models import Count, Model, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminSelectWidget

from exams.models import Choice, Enrolment, Exam, Institution, Membership, Question, Role, User
from exams.scoped_admin import (
    ADMINISTRATORS,
    EDITORS,
    STAFF,
    ScopedModelAdmin,
    ScopedTabularInline,
    has_role,
    institution_ids,
    is_key,
    is_superuser,
)


class ExamOfQuestionFilter(DropdownFilter):
    """Only exams the person may see are offered."""

    title = "exam"
    parameter_name = "exam"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        exams = Exam.objects.all()
        if not is_superuser(request):
            exams = exams.filter(institution__in=institution_ids(request, EDITORS))
        return list(exams.values_list("pk", "title"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Question]) -> QuerySet[Question]:
        value = self.value() or ""
        return queryset.filter(exam=int(value)) if is_key(value) else queryset


def follow_roles(user: User) -> None:
    """The staff flag only decides which links a person is shown; what they may do follows from the roles themselves."""
    staff = user.is_superuser or user.memberships.filter(role__in=STAFF).exists()
    if user.is_staff != staff:
        user.is_staff = staff
        user.save(update_fields=["is_staff"])


@admin.register(Institution)
class InstitutionAdmin(ScopedModelAdmin):
    view_roles = ADMINISTRATORS
    edit_roles = ADMINISTRATORS
    list_display = ("name", "time_zone", "contact")
    search_fields = ("name",)
    fields = ("name", "slug", "time_zone", "contact")
    prepopulated_fields = {"slug": ("name",)}

    def institution_of(self, obj: Model) -> int | None:
        return None if obj.pk is None else int(obj.pk)

    def scoped(self, rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
        return rows.filter(pk__in=institution_ids(request, self.view_roles))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)


@admin.register(Membership)
class MembershipAdmin(ScopedModelAdmin):
    view_roles = edit_roles = delete_roles = ADMINISTRATORS
    list_display = ("user_name", "role", "institution")
    list_filter = (("role", ChoicesDropdownFilter),)
    list_select_related = ("user", "institution")
    search_fields = ("user__username", "user__first_name", "user__last_name")
    autocomplete_fields = ("user",)

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        follow_roles(obj.user)

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        super().delete_model(request, obj)
        follow_roles(obj.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Membership]) -> None:
        people = [membership.user for membership in queryset.select_related("user")]
        super().delete_queryset(request, queryset)
        for user in people:
            follow_roles(user)

    @admin.display(description="Person", ordering="user__username")
    def user_name(self, membership: Membership) -> str:
        return membership.user.display_name


class PersonCreationForm(UserCreationForm):
    """A new person comes with their first role, so that an administrator always sees whom they have added."""

    institution = forms.ModelChoiceField(Institution.objects.all(), widget=UnfoldAdminSelectWidget)
    role = forms.ChoiceField(choices=Role.choices, initial=Role.CANDIDATE, widget=UnfoldAdminSelectWidget)

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email")


@admin.register(User)
class PersonAdmin(ScopedModelAdmin, UserAdmin):  # type: ignore[type-arg]
    """Administrators manage the people who belong to their institutions alone; others they can only see."""

    form = UserChangeForm
    add_form = PersonCreationForm
    change_password_form = AdminPasswordChangeForm
    view_roles = EDITORS
    edit_roles = ADMINISTRATORS
    list_display = ("username", "display_name", "email", "role_names", "is_active")
    list_filter = (("memberships__role", ChoicesDropdownFilter), "is_active")
    search_fields = ("username", "first_name", "last_name", "email")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    person_fields: ClassVar[tuple[str, ...]] = ("username", "first_name", "last_name", "email", "is_active")
    add_fieldsets = (
        (None, {"fields": ("username", "first_name", "last_name", "email")}),
        ("First role", {"fields": ("institution", "role")}),
        ("Password", {"fields": ("usable_password", "password1", "password2")}),
    )

    @admin.display(description="Name", ordering="last_name")
    def display_name(self, user: User) -> str:
        return user.display_name

    @admin.display(description="Roles")
    def role_names(self, user: User) -> str:
        return ", ".join(sorted({membership.get_role_display() for membership in user.memberships.all()}))

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships")

    def scoped(self, rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
        places = institution_ids(request, self.view_roles)
        return rows.filter(pk__in=Membership.objects.filter(institution__in=places).values("user"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        rights = ("is_superuser",) if is_superuser(request) else ()
        password = ("password",) if self.has_change_permission(request, obj) else ()
        return (
            (None, {"fields": (*self.person_fields, *password, *rights)}),
            ("Dates", {"fields": self.readonly_fields}),
        )

    def _may(self, request: HttpRequest, roles: frozenset[str], obj: Model | None) -> bool:
        if not isinstance(obj, User) or is_superuser(request):
            return super()._may(request, roles, None)
        places = {membership.institution_id for membership in obj.memberships.all()}
        return any(has_role(request, roles, place) for place in places)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None or is_superuser(request):
            return super().has_change_permission(request, obj)
        places = {membership.institution_id for membership in obj.memberships.all()}
        return not obj.is_superuser and bool(places) and places <= set(institution_ids(request, ADMINISTRATORS))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        allowed = self.choices_for(Institution, request)
        if obj is None and allowed is not None:
            field: forms.Field = form.base_fields["institution"]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = allowed
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            chosen = form.cleaned_data
            Membership.objects.create(user=obj, institution=chosen["institution"], role=chosen["role"])
            follow_roles(obj)


class EnrolmentInline(ScopedTabularInline):
    model = Enrolment
    edit_roles = delete_roles = EDITORS
    autocomplete_fields = ("candidate",)
    verbose_name_plural = "enrolled candidates"
    per_page = 25


class QuestionInline(ScopedTabularInline):
    """The order at a glance; a question's choices are on its own page, which the pencil opens."""

    model = Question
    view_roles = edit_roles = delete_roles = EDITORS  # the right answers are nobody else's business
    fields = ("position", "kind", "text")
    show_change_link = True

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "text" and field is not None:
            field.widget.attrs["rows"] = 2
        return field


@admin.register(Exam)
class ExamAdmin(ScopedModelAdmin):
    edit_roles = delete_roles = EDITORS
    list_display = ("title", "institution", "state", "opens_at", "closes_at", "candidate_count")
    list_filter = (("state", ChoicesDropdownFilter),)
    list_select_related = ("institution",)
    search_fields = ("title",)
    fields = ("institution", "title", "instructions", "state", "opens_at", "closes_at", "duration_minutes")
    inlines = (QuestionInline, EnrolmentInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Exam]:
        exams: QuerySet[Exam] = super().get_queryset(request)
        return exams.annotate(candidate_number=Count("enrolments"))

    @admin.display(description="Candidates", ordering="candidate_number")
    def candidate_count(self, exam: Any) -> int:
        return int(exam.candidate_number)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        places = institution_ids(request, self.edit_roles)
        only = {"institution": places[0]} if len(places) == 1 else {}
        return {**only, **super().get_changeform_initial_data(request)}


class ChoiceFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """A single-choice question can be answered: two choices or more, one of them right."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        right = [choice for choice in kept if choice.get("correct")]
        if self.instance.kind == Question.Kind.TEXT and kept:
            raise ValidationError("A text question has no choices: delete them, or make the question single choice.")
        if self.instance.kind == Question.Kind.SINGLE_CHOICE and (len(kept) < 2 or len(right) != 1):
            raise ValidationError("Give at least two choices and mark exactly one of them as correct.")


class ChoiceInline(ScopedTabularInline):
    model = Choice
    formset = ChoiceFormSet
    view_roles = edit_roles = delete_roles = EDITORS
    institution_path = "exam__institution"
    fields = ("position", "text", "correct")

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 4 if obj is None else 0


@admin.register(Question)
class QuestionAdmin(ScopedModelAdmin):
    view_roles = edit_roles = delete_roles = EDITORS
    institution_path = "exam__institution"
    list_display = ("text_start", "exam", "position", "kind")
    list_filter = (ExamOfQuestionFilter, ("kind", ChoicesDropdownFilter))
    list_select_related = ("exam", "exam__institution")
    search_fields = ("text", "exam__title")
    fields = ("exam", "position", "kind", "text")
    inlines = (ChoiceInline,)

    @admin.display(description="Question")
    def text_start(self, question: Question) -> str:
        return question.text if len(question.text) <= 80 else f"{question.text[:79]}…"
