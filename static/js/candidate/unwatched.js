// The room of an exam that nobody watches: its questions at once, no camera, and nothing that the browser does recorded.
import { ServerClock } from "../lib/clock.js";
import { Timers } from "../lib/timers.js";
import { Clipboard } from "./clipboard.js";
import { Exam } from "./exam.js";
import { Fullscreen } from "./fullscreen.js";
import { Stages } from "./stages.js";

const root = document.getElementById("room");
const byId = (id) => document.getElementById(id);
const nothing = () => {};

const timers = new Timers(root.dataset.timerWorker);
const clock = new ServerClock();
const stages = new Stages(root);
const fullscreen = new Fullscreen({ required: "requireFullscreen" in root.dataset, announce, unavailable: nothing });
const exam = new Exam({ root, timers, clock, announce, over: handedIn, paused: () => stages.show("break"), goesOn: open });
new Clipboard({
  restricted: "restrictClipboard" in root.dataset,
  area: root.querySelector("[data-stage-name=exam]"),
  announce,
  timers,
  prevented: nothing,
});

function open() {
  if (fullscreen.wanted) {
    stages.show("fullscreen");
    return;
  }
  stages.show("exam");
  fullscreen.watch();
  exam.open();
}

function handedIn(sentence) {
  fullscreen.stop();
  exam.close();
  announce(""); // what was said of the questions is over
  byId("finished-message").textContent = sentence;
  stages.show("finished");
  exam.afterHandingIn(() => (byId("reopened").hidden = false));
}

function announce(sentence) {
  byId("announcer").textContent = sentence;
}

byId("reopened-go").addEventListener("click", () => location.reload());
byId("fullscreen-enter")?.addEventListener("click", async () => {
  await fullscreen.enter();
  open();
});

exam.unwatched();
// Handed in meanwhile, from another window or because the time was up.
exam.state().then((state) => {
  if (state === "submitted") handedIn("This exam has been handed in.");
  else open();
});
