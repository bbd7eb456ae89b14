"""How a page looks and reads: its width, its accessibility, and whether the keyboard alone gets everywhere."""

from __future__ import annotations

import base64
import importlib.util
import os
from functools import cache
from pathlib import Path
from typing import Any

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN_AXE = """
const [tags, done] = arguments;
axe.run(document, {runOnly: {type: "tag", values: tags}})
  .then((found) => done(found.violations), (error) => done(String(error)));
"""
OVERFLOWING = """
const width = document.documentElement.clientWidth;
const scrolls = (element) => {
  for (let each = element.parentElement; each; each = each.parentElement) {
    if (each !== document.body && ["auto", "scroll", "hidden"].includes(getComputedStyle(each).overflowX)) return true;
  }
  return false;
};
if (document.documentElement.scrollWidth <= width) return [];
return [...document.querySelectorAll("body *")]
  .filter((each) => each.getBoundingClientRect().right > width + 1 && !scrolls(each))
  .map((each) => each.outerHTML.slice(0, 120)).slice(0, 5);
"""
CUT = """
return [...document.querySelectorAll("button, a, label, h1, h2, h3, p, legend, td, th")]
  .filter((each) => each.offsetParent !== null && each.textContent.trim() && !each.closest("[class*=hidden]"))
  .filter((each) => {
    const style = getComputedStyle(each);
    return style.overflowX === "hidden" && style.textOverflow !== "ellipsis" && each.scrollWidth > each.clientWidth + 1;
  })
  .map((each) => each.outerHTML.slice(0, 120)).slice(0, 5);
"""
REACHABLE = """
const shown = (each) => each.checkVisibility({visibilityProperty: true}) && !each.closest("[inert]");
const wanted = "a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select, textarea, summary";
return [...document.querySelectorAll(wanted)].filter((each) => shown(each) && each.tabIndex >= 0
  && !(each.type === "radio" && !each.checked));
"""


# Whether the window shows some of what has the focus: nothing lies over all of it, and it is not scrolled out of sight.
IN_SIGHT = """
const each = document.activeElement;
if (each === document.body) return true;
const {left, top, width, height} = each.getBoundingClientRect();
const parts = [0.1, 0.3, 0.5, 0.7, 0.9];
const shown = (x, y) => each.contains(document.elementFromPoint(left + width * x, top + height * y));
return parts.some((x) => parts.some((y) => shown(x, y)));
"""


@cache
def axe_source() -> str:
    """axe-core as axe-playwright-python brings it; Playwright itself is not used."""
    found = importlib.util.find_spec("axe_playwright_python")
    assert found is not None
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0], "axe.min.js").read_text(encoding="utf-8")


def violations(browser: WebDriver) -> list[str]:
    """One line for each rule of WCAG 2.2 AA that the page breaks."""
    browser.execute_script(axe_source())
    found: list[dict[str, Any]] | str = browser.execute_async_script(RUN_AXE, WCAG)
    assert isinstance(found, list), found
    return [
        f"{each['id']}: {each['help']} at {', '.join(str(node['target']) for node in each['nodes'][:5])}"
        f" ({each['nodes'][0]['failureSummary']})"
        for each in found
    ]


def overflowing(browser: WebDriver) -> list[str]:
    """What makes the page wider than its window."""
    return list(browser.execute_script(OVERFLOWING))


def cut(browser: WebDriver) -> list[str]:
    """Texts that are cut off without saying so."""
    return list(browser.execute_script(CUT))


def unreachable_by_tab(browser: WebDriver) -> list[str]:
    """Controls that Tab does not come by, from the page's beginning once round."""
    wanted = browser.execute_script(REACHABLE)
    browser.execute_script("document.activeElement.blur(); window.scrollTo(0, 0)")
    reached = []
    for _ in range(len(wanted) + 15):
        ActionChains(browser).send_keys(Keys.TAB).perform()
        active = browser.switch_to.active_element
        if active.tag_name not in ("body", "html"):
            reached.append(active)
    missing = [each for each in wanted if each not in reached]
    return [str(each.get_attribute("outerHTML"))[:160] for each in missing]


def out_of_sight_at_focus(browser: WebDriver) -> list[str]:
    """Controls that the window shows nothing of while they have the focus (WCAG 2.4.11), once round by Tab and back."""
    found = []
    browser.execute_script("document.activeElement.blur(); window.scrollTo(0, 0)")
    around = len(browser.execute_script(REACHABLE)) + 3
    for stop in range(2 * around):
        keys = ActionChains(browser)
        if stop < around:
            keys.send_keys(Keys.TAB).perform()
        else:
            keys.key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()
        if not browser.execute_script(IN_SIGHT):
            found.append(str(browser.switch_to.active_element.get_attribute("outerHTML"))[:160])
    return found


def screenshot(browser: WebDriver, name: str) -> None:
    """Into the folder that PROCTOR_SCREENSHOTS names, for people to look at; nothing without it."""
    folder = os.environ.get("PROCTOR_SCREENSHOTS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    height = browser.execute_script("return Math.min(document.documentElement.scrollHeight, 4000)")
    width = browser.execute_script("return window.innerWidth")
    taken = browser.execute_cdp_cmd(
        "Page.captureScreenshot",
        {"captureBeyondViewport": True, "clip": {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}},
    )
    (Path(folder) / f"{name}.png").write_bytes(base64.b64decode(taken["data"]))
