"""Leaving the page reaches the server also where no socket ever opens."""

from __future__ import annotations

import re
from pathlib import Path

from tests.browser.camera import Segment, camera_file, looking_at_the_screen
from tests.browser.chromium import wait
from tests.browser.conftest import OpenBrowser, OpenCandidate
from tests.browser.seat import Proctor
from tests.server import Site

# As behind a proxy that lets pages through and swallows WebSockets: neither opened nor refused.
SOCKETS_HANG = "window.WebSocket = class { readyState = 0; send() {} close() {} };"


def test_a_tab_left_while_the_socket_is_still_connecting_is_told_by_beacon(
    tmp_path: Path, site: Site, open_candidate: OpenCandidate, open_browser: OpenBrowser
) -> None:
    candidate = open_candidate(camera=camera_file(tmp_path, [Segment(looking_at_the_screen(), 12.35)]))
    browser = candidate.browser
    candidate.practise("candidate4")
    candidate.pass_check()
    candidate.calibrate()
    candidate.start()
    found = re.search(r"/sessions/([0-9a-f-]{36})/", browser.current_url)
    assert found is not None
    browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": SOCKETS_HANG})
    browser.refresh()
    wait(browser, lambda _: candidate.data("connection") == "connecting", "a socket that does not open")
    browser.switch_to.new_window("tab")
    admin = Proctor(open_browser(), site.url)
    admin.sign_in("admin")
    admin.waits_for_event(found[1], "TAB_SWITCH", seconds=20)
