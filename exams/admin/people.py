"""Institutions, people and their roles in the admin."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminSelectWidget

from exams.accounts import two_factor
from exams.accounts.mail import send_notice_soon
from exams.models import Institution, Membership, Role, User
from exams.scoped_admin import (
    ADMINISTRATORS,
    EDITORS,
    ScopedModelAdmin,
    has_role,
    institution_ids,
    is_superuser,
)
from exams.services.roles import follow_roles


@admin.register(Institution)
class InstitutionAdmin(ScopedModelAdmin):
    view_roles = ADMINISTRATORS
    edit_roles = ADMINISTRATORS
    list_display = ("name", "time_zone", "contact")
    search_fields = ("name",)
    fields = ("name", "slug", "time_zone", "contact", "staff_two_factor")
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
    nothing_yet = "A role says what somebody may do in an institution."
    list_filter = (("role", ChoicesDropdownFilter),)
    list_select_related = ("user", "institution")
    search_fields = ("user__username", "user__first_name", "user__last_name")
    autocomplete_fields = ("user",)

    def formfield_for_choice_field(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """A role is chosen and not merely left as it was: the first of the list is the most powerful."""
        if db_field.name == "role":
            kwargs["choices"] = db_field.get_choices(include_blank=True, blank_choice=[("", "Select value")])
        return super().formfield_for_choice_field(db_field, request, **kwargs)

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
class PersonAdmin(ScopedModelAdmin, UserAdmin):  # type: ignore[type-arg, misc]
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
    actions = ("remove_second_factors",)
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

    @admin.action(description="Remove the second factors, of who has lost them")
    def remove_second_factors(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Of those the administrator may change; each is told by mail."""
        done = [user for user in queryset if self.has_change_permission(request, user) and two_factor.reset(user)]
        for user in done:
            self.log_change(request, user, "Removed the second factors.")
            send_notice_soon(user.pk, "two_factor_reset")
        messages.info(request, f"Second factors removed: {', '.join(user.username for user in done) or 'nobody’s'}.")

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
