"""Files that the API gives away."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


class GivesFiles:
    """For a view set: whoever asks for a file says that they accept its type, which no renderer knows. Refusals stay
    JSON, as everywhere."""

    file_actions: frozenset[str] = frozenset()

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        wants_file = getattr(self, "action", None) in self.file_actions
        return super().perform_content_negotiation(request, force=force or wants_file)  # type: ignore[misc]
