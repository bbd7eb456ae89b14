"""The proctors' pages in Django's admin: importing this package registers them."""

from __future__ import annotations

from proctoring.admin import accommodations, attempts, events, exams, institutions, policies, presets, purges, sessions

__all__ = ["accommodations", "attempts", "events", "exams", "institutions", "policies", "presets", "purges", "sessions"]
