"""Where an institution's own systems are told what happens, and the log of what they were told."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminURLInputWidget

from exams.models import WebhookDelivery, WebhookEndpoint
from exams.models.webhooks import new_secret
from exams.scoped_admin import ADMINISTRATORS, ReadOnlyMixin, ScopedModelAdmin
from exams.services import webhooks
from exams.webhooks.events import WebhookEvent
from exams.webhooks.sending import AddressRefused, address_of, target_of


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]
    url = forms.URLField(label="Address", assume_scheme="https", max_length=500, widget=UnfoldAdminURLInputWidget)
    events = forms.MultipleChoiceField(
        choices=WebhookEvent.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        label="Tell it when",
        error_messages={"required": "Choose at least one thing it is told about."},
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("institution", "url", "events", "active")

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        try:
            address_of(target_of(url))
        except AddressRefused as refused:
            raise forms.ValidationError(str(refused)) from None
        except OSError:
            raise forms.ValidationError("There is no server of this name. Check the address.") from None
        return url


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ScopedModelAdmin):
    form = EndpointForm
    view_roles = edit_roles = delete_roles = ADMINISTRATORS
    list_display = ("url", "institution", "told_about", "active")
    nothing_yet = "A webhook tells a program of yours when something happens, such as an exam that was handed in."
    list_select_related = ("institution",)
    search_fields = ("url",)
    actions = ("send_a_test", "make_new_secret")
    readonly_fields = ("secret",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("institution", "url", "events", "active", *(() if obj is None else ("secret",)))

    @admin.display(description="Told about")
    def told_about(self, endpoint: WebhookEndpoint) -> str:
        return ", ".join(endpoint.events)

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool) -> None:
        if not change:
            obj.created_by_id = request.user.pk
        super().save_model(request, obj, form, change)

    @admin.action(description="Send a test")
    def send_a_test(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        for endpoint in queryset:
            webhooks.send_test(endpoint)
        messages.success(request, "A test is on its way; the delivery log shows what became of it.")

    @admin.action(description="Make a new secret (the old one ends at once)")
    def make_new_secret(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        for endpoint in queryset:
            endpoint.secret = new_secret()
            endpoint.save(update_fields=["secret"])
        messages.success(request, "New secrets are made. Each endpoint’s page shows its own.")


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyMixin, ScopedModelAdmin):
    view_roles = ADMINISTRATORS
    institution_path = "endpoint__institution"
    list_display = ("created_at", "event", "endpoint", "state", "tries", "status_code", "error", "next_try")
    nothing_yet = "What is sent to a webhook stands here, with its answer. Add a webhook first."
    list_filter = (("state", ChoicesDropdownFilter),)
    list_select_related = ("endpoint__institution",)
    search_fields = ("=id", "event", "endpoint__url")
    fields = ("id", "event", "endpoint", "created_at", "state", "tries", "last_try_at", "next_try", "status_code")
    readonly_fields = ("id", "next_try", "body")
    actions = ("send_again",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.fields, "error", "body")

    @admin.display(description="Next try")
    def next_try(self, delivery: WebhookDelivery) -> Any:
        return delivery.next_try_at if delivery.state == WebhookDelivery.State.WAITING else None

    @admin.display(description="What is sent")
    def body(self, delivery: WebhookDelivery) -> str:
        return format_html("<pre>{}</pre>", json.dumps(json.loads(webhooks.body_of(delivery)), indent=2))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.view_roles, None)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, self.view_roles, obj)

    @admin.action(description="Send again")
    def send_again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        for delivery in queryset:
            webhooks.send_again(delivery)
        messages.success(request, "They are sent again within a few seconds.")
