"""The proctors' pages in Django's admin: importing this package registers them."""

from __future__ import annotations

from proctoring.admin import events, exams, policies, purges, sessions

__all__ = ["events", "exams", "policies", "purges", "sessions"]
