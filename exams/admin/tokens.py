"""Keys for the API in the admin: everybody on the staff makes and revokes their own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from exams.models import ApiToken, User
from exams.scoped_admin import STAFF, ReadOnlyMixin, ScopedModelAdmin, has_role
from exams.services import tokens
from exams.services.tokens import LONGEST_DAYS, TokenRefused


class TokenForm(forms.Form):
    name = forms.CharField(
        max_length=100, widget=UnfoldAdminTextInputWidget, help_text="What uses it, such as “Registry, nightly”."
    )
    scope = forms.ChoiceField(
        choices=ApiToken.Scope.choices, initial=ApiToken.Scope.READ, widget=UnfoldAdminSelectWidget, label="It may"
    )
    days = forms.IntegerField(
        initial=90,
        min_value=1,
        max_value=LONGEST_DAYS,
        widget=UnfoldAdminIntegerFieldWidget,
        label="Good for … days",
    )


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyMixin, ScopedModelAdmin):
    """A person's own keys; nobody sees another's, superusers neither."""

    list_display = ("name", "prefix", "scope", "created_at", "expires_at", "last_used_at", "revoked_at")
    nothing_yet = "With a key a program does in the API what you may do here."
    fields = ("name", "prefix", "scope", "created_at", "expires_at", "last_used_at", "revoked_at")
    search_fields = ("name", "prefix")
    actions = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return ApiToken.objects.filter(user=request.user.pk)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return has_role(request, STAFF)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(request, STAFF) and (obj is None or obj.user_id == request.user.pk)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(request, STAFF)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request) or not isinstance(request.user, User):
            raise PermissionDenied
        form, key = TokenForm(request.POST or None), ""
        if request.method == "POST" and form.is_valid():
            try:
                _, key = tokens.make_token(user=request.user, **form.cleaned_data)
            except TokenRefused as refused:
                form.add_error(refused.field or None, refused.message)
        context = {
            **self.admin_site.each_context(request),
            "title": "Your new key" if key else "Make a key for the API",
            "opts": self.opts,
            "form": form,
            "key": key,
        }
        answer = TemplateResponse(request, "exams_admin/token.html", context, status=422 if form.errors else 200)
        answer["Cache-Control"] = "no-store"
        return answer

    @admin.action(description="Revoke (they open nothing from now on)")
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset:
            tokens.revoke_token(token=token)
        messages.success(request, "Revoked. What used these keys is turned away from now on.")
