"""Who may do what in the admin: by role in an institution, never by Django's permission rows or the staff flag."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.admin import ShowFacets
from django.db.models import DateTimeField, Field, ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils.text import capfirst
from unfold.admin import ModelAdmin, TabularInline

from exams.models import Exam, Institution, Membership, Section, User
from exams.moments import MomentField, MomentInput
from exams.roles import ADMINISTRATORS as ADMINISTRATORS
from exams.roles import EDITORS as EDITORS
from exams.roles import STAFF as STAFF
from exams.roles import WATCHERS as WATCHERS
from exams.roles import has_role as has_role
from exams.roles import institution_ids as institution_ids
from exams.roles import is_superuser as is_superuser
from exams.roles import roles_by_institution


def zone_for(request: HttpRequest) -> tzinfo:
    """The time zone of the person's institution (of the only one for a superuser), in which admin pages give times."""
    known: tzinfo | None = getattr(request, "_institution_zone", None)
    if known is None:
        places = Institution.objects.all()
        if not is_superuser(request):
            places = places.filter(pk__in=list(roles_by_institution(request)))
        names = set(places.values_list("time_zone", flat=True)[:20])
        known = ZoneInfo(names.pop() if len(names) == 1 else settings.TIME_ZONE)
        request._institution_zone = known  # type: ignore[attr-defined]
    return known


def is_key(value: str) -> bool:
    """A number that may be a row's: databases take 64 bits, and some raise for more."""
    return value.isdecimal() and len(value) < 19


class ScopedPermissions:
    """Who holds one of ``view_roles`` in an object's institution may look, one of ``edit_roles`` may add and change,
    one of ``delete_roles`` may delete. ``institution_path`` leads from the object there (``exam__institution``).
    """

    view_roles: ClassVar[frozenset[str]] = STAFF
    edit_roles: ClassVar[frozenset[str]] = frozenset()
    delete_roles: ClassVar[frozenset[str]] = frozenset()
    institution_path: ClassVar[str] = "institution"

    def institution_of(self, obj: Model) -> int | None:
        """The id of the institution that ``obj`` belongs to; None while it belongs to none."""
        value: Any = obj
        for name in self.institution_path.split("__"):
            value = getattr(value, name, None)
        return None if value is None else value.pk

    def _may(self, request: HttpRequest, roles: frozenset[str], obj: Model | None) -> bool:
        if obj is None or is_superuser(request):
            return bool(roles) and has_role(request, roles)
        place = self.institution_of(obj)
        return place is not None and has_role(request, roles, place)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.view_roles | self.edit_roles, None)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.view_roles | self.edit_roles, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.edit_roles, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.edit_roles, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.delete_roles, obj)

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        choices = self.choices_for(db_field.remote_field.model, request)
        if choices is not None:
            kwargs["queryset"] = choices
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc, no-any-return]

    def choices_for(self, model: type[Model], request: HttpRequest) -> QuerySet[Any] | None:
        """What a select may offer, and a posted form may name: only things of the person's own institutions."""
        if is_superuser(request):
            return None
        places = institution_ids(request, self.edit_roles)
        if model is Institution:
            return Institution.objects.filter(pk__in=places)
        if model is Exam:
            return Exam.objects.filter(institution__in=places)
        if model is Section:
            return Section.objects.filter(version__exam__institution__in=places, version__frozen_at__isnull=True)
        if model is User:
            return User.objects.filter(pk__in=Membership.objects.filter(institution__in=places).values("user"))
        return None


class ScopedModelAdmin(ScopedPermissions, ModelAdmin):
    """Rows of the institutions in which the person has a role; nothing else exists for them."""

    formfield_overrides: ClassVar[dict[Any, Any]] = {DateTimeField: {"form_class": MomentField, "widget": MomentInput}}
    list_filter_submit = True
    show_facets = ShowFacets.NEVER  # Unfold's range filters cannot count
    nothing_yet: ClassVar[str] = ""  # where the list is empty: how it comes to hold something

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """A list is called what it holds, also in the browser's tab; Django has “Select exam to change”."""
        changes = super().get_changelist_instance(request)
        changes.title = capfirst(changes.opts.verbose_name_plural)
        return changes

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows if is_superuser(request) else self.scoped(rows, request)

    def scoped(self, rows: QuerySet[Any], request: HttpRequest) -> QuerySet[Any]:
        places = institution_ids(request, self.view_roles | self.edit_roles)
        return rows.filter(**{f"{self.institution_path}__in": places})


class ScopedTabularInline(ScopedPermissions, TabularInline):
    """Rows of one parent, which decides who sees them: ``institution_path`` leads from the parent."""

    extra = 0

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """The table's head names and explains the columns for the eye; screen readers need that at the field."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.widget.attrs.setdefault("aria-label", str(field.label))
            if field.help_text:  # in the head it is an icon's, for the mouse alone
                field.widget.attrs.setdefault("title", str(field.help_text))
        return field


class ReadOnlyMixin:
    """Records of what happened: nobody adds, changes or deletes them by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
