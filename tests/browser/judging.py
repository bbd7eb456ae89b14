"""A page judged as a picky visitor would: at a desktop's and a phone's width."""

from __future__ import annotations

from tests.browser import chromium, looks
from tests.browser.chromium import wait
from tests.browser.seat import Person

WIDTHS = [1280, 390]


def judge(person: Person, name: str) -> list[str]:
    """What is wrong with the page that is open, at both widths; each line says where."""
    wrong = []
    for width in WIDTHS:
        chromium.narrow(person.browser, width)
        wait(person.browser, lambda b, w=width: b.execute_script("return innerWidth") == w, f"a width of {width}")  # type: ignore[misc]
        looks.screenshot(person.browser, f"{name}-{width}")
        wrong += [f"{name} at {width}: wider than the window: {each}" for each in looks.overflowing(person.browser)]
        wrong += [f"{name} at {width}: cut off: {each}" for each in looks.cut(person.browser)]
        wrong += [f"{name} at {width}: {each}" for each in looks.violations(person.browser)]
    return wrong
