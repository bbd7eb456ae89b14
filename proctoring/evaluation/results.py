"""Where the newest figures lie. Kept apart, so that the site reads them without loading any detector."""

from __future__ import annotations

from pathlib import Path

RESULTS = Path(__file__).parent / "results.json"
