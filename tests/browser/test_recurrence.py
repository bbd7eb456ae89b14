"""The page notices a picture that was sent before, so that the server is shown the same one of a loop again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.camera import Segment, camera_file, looking_at_the_screen
from tests.browser.conftest import OpenCandidate
from tests.browser.seat import Candidate

# A camera drawn here: a light on a grey wall, ``place`` pixels from the left. ``sent``: (place, seconds ago) of each
# picture sent; ``shown``: the place where the light is then. Whether the page takes it for one sent before.
WATCH = """
const [sent, shown, done] = arguments;
(async () => {
const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
const { Recurrence } = await import(loaded.find((name) => /\\/candidate\\/recurrence\\.[^/]*js/.test(name)));
const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
const pen = canvas.getContext("2d");
let place = 0;
const draw = () => {
  pen.fillStyle = "#888";
  pen.fillRect(0, 0, 640, 480);
  pen.fillStyle = "#fff";
  pen.fillRect(place, 120, 120, 240);
};
draw();
const drawing = setInterval(draw, 30);
const video = Object.assign(document.createElement("video"), { muted: true, srcObject: canvas.captureStream(30) });
document.body.append(video);
await video.play();
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const show = async (where) => { place = where; await pause(300); };
const recurrence = new Recurrence(video);
for (const [where, ago] of sent) {
  await show(where);
  recurrence.sent(Date.now() - 1000 * ago);
}
let found = 0;
await show(400);
recurrence.watch(() => { found += 1; });
await pause(300);
const before = found;
await show(shown);
await pause(300);
recurrence.stop();
clearInterval(drawing);
video.remove();
done([before, found]);
})();
"""


@pytest.fixture
def page(tmp_path: Path, open_candidate: OpenCandidate) -> Candidate:
    """A page that has what the room is made of."""
    candidate = open_candidate(camera=camera_file(tmp_path, [Segment(looking_at_the_screen(), 12.35)]))
    candidate.practise("candidate5")
    candidate.browser.set_script_timeout(20)
    return candidate


def test_only_a_picture_sent_some_seconds_ago_is_waited_for(page: Candidate) -> None:
    def found(sent: list[tuple[int, float]], shown: int) -> list[int]:
        times: list[int] = page.browser.execute_async_script(WATCH, sent, shown)
        return times

    assert found([(100, 5.0), (200, 4.5)], 100) == [0, 1]
    assert found([(100, 5.0), (200, 4.5)], 300) == [0, 0]  # never sent
    assert found([(100, 5.0), (200, 4.5)], 200) == [0, 0]  # as the newest is: it stands still
    assert found([(100, 0.0), (200, 0.0)], 100) == [0, 1]  # by then more than the shortest loop ago
    assert found([(100, 19.5), (200, 1.0)], 100) == [0, 0]  # by then longer ago than any loop is looked for
    assert found([(100, -3.0), (200, -3.0)], 100) == [0, 0]  # somebody who comes back to where they just were
