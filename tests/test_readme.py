"""What the documentation names is there, and what there is to set or to ask stands in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from exams.api.staff.urls import router as exam_routes
from exams.webhooks.events import WebhookEvent
from proctoring.api.urls import router as watching_routes

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
API = (ROOT / "docs" / "api.md").read_text()
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SETTING = r"PROCTOR_[A-Z0-9_]*[A-Z0-9]"


def settings_read() -> set[str]:
    """Names as they stand between quotes in the code that reads the environment."""
    sources = (path.read_text() for path in (ROOT / "proctor_site").rglob("*.py"))
    return {name for source in sources for name in re.findall(rf'"({SETTING})"', source)}


def test_every_setting_is_explained() -> None:
    told = set(re.findall(SETTING, README + OPERATIONS))
    assert settings_read() - told == set()


def test_the_readme_names_no_setting_that_is_gone() -> None:
    others = (ROOT / "Makefile").read_text() + (ROOT / "tests" / "data.py").read_text()
    known = settings_read() | set(re.findall(SETTING, others))
    assert set(re.findall(SETTING, README)) - known == set()


def test_the_readme_names_every_target_of_make_and_no_other() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z-]+)", README)) - {"help"} == targets - {"help"}


def test_every_kind_of_thing_in_the_api_has_a_row() -> None:
    prefixes = {prefix.rpartition("/")[2] for prefix, *_ in (*exam_routes.registry, *watching_routes.registry)}
    rows = " ".join(line for line in API.splitlines() if line.startswith("|"))
    assert {prefix for prefix in prefixes if f"`{prefix}/" not in rows} == set()


def test_every_event_that_webhooks_tell_is_explained() -> None:
    assert {event for event in WebhookEvent.values if f"| `{event}` |" not in API} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.DOTALL)
    missing = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, part = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        if not file.exists() or (part and part not in parts_of(file)):
            missing.append(target)
    assert missing == []


def parts_of(file: Path) -> set[str]:
    """The anchors of a page's headings, as they are made where it is shown."""
    headings = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
