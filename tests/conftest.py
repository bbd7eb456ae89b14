"""What every test shares."""

from __future__ import annotations

from tests.server import site  # noqa: F401  (one for all tests, started when the first asks for it)
