"""Puts our admin site in the place of Django's, so that ``admin.site`` is ours everywhere."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class ProctorAdminConfig(AdminConfig):
    default = False
    default_site = "proctor_site.admin_site.ProctorAdminSite"

    def ready(self) -> None:
        from proctor_site import postgres  # noqa: F401 (its receiver tells each new connection)

        super().ready()
