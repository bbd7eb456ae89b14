"""Values on the administration's pages, as the person who looks may follow them."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model

register = template.Library()


@register.simple_tag(takes_context=True)
def readonly_contents(context: template.Context, field: Any) -> str:
    """What is related is a link for those who may open such pages, and its name for others: no way to a refusal."""
    related = field.resolved_field[2] if isinstance(field.resolved_field, tuple) else None
    if isinstance(related, Model):
        page = admin.site._registry.get(type(related))
        if page is None or not page.has_view_permission(context["request"]):
            return str(related)
    contents: str = field.contents  # escaped by Unfold, or markup of its own
    return contents


@register.filter
def is_narrowed(changes: ChangeList) -> bool:
    """Whether a search or a filter of the list is set; the form of filters sends the empty ones along."""
    given = changes.get_filters_params().values()
    return bool(changes.query) or any(value for values in given for value in values)
