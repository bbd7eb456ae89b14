// The room: brings camera, connection, calibration and exam together, and decides which stage comes next.
import { LiveSocket } from "../lib/socket.js";
import { ServerClock } from "../lib/clock.js";
import { Timers } from "../lib/timers.js";
import * as store from "../lib/store.js";
import { Calibration } from "./calibration.js";
import { Camera } from "./camera.js";
import { CameraReport } from "./camera_report.js";
import { Capture } from "./capture.js";
import { SystemCheck } from "./check.js";
import { Clipboard } from "./clipboard.js";
import { Consent } from "./consent.js";
import { Encoder } from "./encoder.js";
import { Exam } from "./exam.js";
import { Fullscreen } from "./fullscreen.js";
import { Outbox } from "./outbox.js";
import { PageSignals } from "./signals.js";
import { Stages } from "./stages.js";
import { Watch } from "./watch.js";

const CLOSED_BECAUSE = {
  4001: "This session was opened in another window or on another device, which goes on instead of this one.",
  4401: "You are signed out. Sign in again to go on where you stopped.",
  4403: "This session belongs to somebody else. Sign in as yourself to go on.",
  4409: "There is no consent for this session any more, so nothing is recorded. You can give it again on the exam’s page.",
};

const root = document.getElementById("room");
const { sessionId, kind, socketPath } = root.dataset;
const byId = (id) => document.getElementById(id);

const timers = new Timers(root.dataset.timerWorker);
const clock = new ServerClock();
const stages = new Stages(root);
const watch = new Watch(root);
const check = new SystemCheck(byId("checks"));
const camera = new Camera(byId("selfview"), cameraChanged);
const socket = new LiveSocket({
  path: socketPath,
  timers,
  handlers: { message: received, state: connectionChanged, final: closedForGood },
});
const report = new CameraReport({ sessionId, camera, video: byId("selfview"), socket });
const encoder = new Encoder(root.dataset.frameWorker);
const capture = new Capture({ video: byId("selfview"), sessionId, socket, timers, encoder, changed: countFrames });
const outbox = new Outbox({ sessionId, socket, timers, beaconUrl: root.dataset.signalsUrl });
const signals = new PageSignals({ sessionId, outbox });
const calibration = new Calibration({
  dialog: byId("calibration-overlay"),
  timers,
  send: (action) => socket.send({ type: "calibrate", action }),
  finished: calibrationFinished,
});
const exam = new Exam({ root, timers, clock, announce, over: handedIn, paused, goesOn });
const fullscreen = new Fullscreen({ required: "requireFullscreen" in root.dataset, announce, unavailable: withoutFullscreen });
const consent = byId("consent-dialog") && new Consent({ url: root.dataset.withdrawUrl, withdrawn: end });
const clipboard = new Clipboard({
  restricted: "restrictClipboard" in root.dataset,
  area: root.querySelector("[data-stage-name=exam]"),
  announce,
  timers,
  prevented: (kind) => signals.tell(kind),
});

let calibrated = false;
let watching = root.dataset.sessionState === "live"; // the exam, or the practice run proper, has begun
let over = false;
let onBreak = "onBreak" in root.dataset;

function received(message) {
  const handler = {
    welcome,
    verdict,
    frame_error: (error) => capture.answered(error),
    signal_ack: ({ ids }) => outbox.acknowledged(ids),
    calibration: (state) => calibration.received(state),
    started: begin,
    time: (message) => exam.told(message),
    policy: policyChanged,
    camera: (message) => camera.state === "on" && watch.cameraNamed(message),
    ended: ({ message: sentence }) => end(sentence),
    replaced: () => closedForGood(4001),
    pong: ({ server_time_ms: serverMs }) => pong(serverMs),
    error: ({ code, message: sentence }) => failed(code, sentence),
  }[message.type];
  handler?.(message);
}

function welcome(message) {
  clock.sync(message.server_time_ms);
  calibrated = message.calibrated;
  follow(message);
  capture.welcome(message);
  report.connected();
  outbox.connected();
  if (message.break) exam.told(message); // what changed while there was no connection
  if (message.state === "live") begin();
}

// Something was granted to the candidate while the exam runs, or taken back.
function policyChanged(message) {
  follow(message);
  byId("watching-note").textContent = message.message;
  byId("watching-note").hidden = false;
  announce(message.message);
}

function follow({ counted, require_fullscreen: inFullscreen, restrict_clipboard: restricted }) {
  check.counts(counted);
  fullscreen.asked(inFullscreen);
  clipboard.restrict(restricted);
}

function verdict(message) {
  capture.answered(message);
  if (!message.analysed) return;
  watch.warn(message.warnings);
  watch.serverBusy(message.server_busy);
  check.verdict(message);
}

function pong(serverMs) {
  clock.sync(serverMs, socket.roundTripMs);
  check.connection(socket.state, socket.roundTripMs);
}

function failed(code, sentence) {
  announce(sentence);
  if (code === "not_calibrated") calibrated = false;
  if (stages.current !== "ready") return;
  byId("ready-message").textContent = sentence;
  byId("start-exam").disabled = false;
}

function connectionChanged(state) {
  root.dataset.connection = state;
  watch.connection(state);
  check.connection(state, socket.roundTripMs);
  if (state === "open") return;
  capture.disconnected();
  calibration.interrupted("The connection was lost during the calibration. Please do it again.");
  byId("start-exam").disabled = false;
}

function cameraChanged(state, why) {
  root.dataset.camera = state;
  watch.camera(state, why, camera.problem);
  check.camera(state);
  capture.cameraIs(state === "on");
  if (state !== "on") calibration.interrupted("The camera stopped during the calibration. Start it and try again.");
  recordCamera();
  report.tell();
}

function countFrames() {
  root.dataset.framesSent = String(capture.sent);
  root.dataset.framesAcked = String(capture.acknowledged);
}

function checkDone() {
  const missing = check.missing({ camera: camera.state, connection: socket.state });
  byId("check-message").textContent = missing && `Not yet: ${missing}`;
  if (!missing) stages.show(calibrated ? "ready" : "calibration");
}

function calibrationFinished({ ok, message = "" }) {
  byId("calibration-message").textContent = message;
  calibrated = calibrated || ok;
  if (ok) stages.show("ready");
  else byId("calibration-start").focus();
}

async function start() {
  byId("start-exam").disabled = true;
  byId("ready-message").textContent = "";
  await fullscreen.enter();
  if (socket.send({ type: "start" })) return;
  byId("start-exam").disabled = false;
  byId("ready-message").textContent = "There is no connection at the moment. Please try again in a moment.";
}

function begin() {
  if (over || onBreak || ["exam", "fullscreen"].includes(stages.current)) return;
  watching = true;
  signals.start();
  recordCamera();
  showExam();
}

// The questions; before them, where the exam asks for it, full screen.
function showExam() {
  if (fullscreen.wanted) {
    stages.show("fullscreen");
    return;
  }
  stages.show("exam");
  fullscreen.watch();
  exam.open();
}

// Told once: a reload tells nothing new.
function withoutFullscreen() {
  const key = `fullscreen:${sessionId}`;
  if (store.get(key) !== null) return;
  store.put(key, "unavailable");
  signals.tell("fullscreen_unavailable");
}

// A break: the camera is released, and what the browser does is nobody's business.
function paused() {
  onBreak = true;
  signals.stop();
  camera.stop();
  stages.show("break");
}

function goesOn() {
  onBreak = false;
  if (!over) {
    signals.start();
    camera.start();
  }
  showExam();
}

function handedIn(sentence) {
  if (!over) letGo();
  fullscreen.stop();
  exam.close();
  finished(sentence);
}

// Watching is over. An exam whose attempt still runs goes on without it.
async function end(sentence) {
  if (over) return;
  letGo();
  const state = await exam.state();
  if (state === "running") {
    goOnUnwatched(sentence);
    return;
  }
  exam.close();
  if (state === "submitted") finished(sentence);
  else stopped(sentence);
}

function goOnUnwatched(sentence) {
  byId("unwatched-message").textContent = sentence;
  byId("unwatched").hidden = false;
  consent?.over(sentence);
  root.dataset.unwatched = "true";
  exam.unwatched();
  announce(sentence);
  if (stages.current !== "exam" && !onBreak) showExam();
}

function finished(sentence) {
  consent?.close();
  announce(""); // what was said of the questions is over
  byId("finished-message").textContent = sentence;
  stages.show("finished");
  exam.afterHandingIn(() => (byId("reopened").hidden = false));
}

function stopped(sentence) {
  consent?.close();
  byId("stopped-message").textContent = sentence;
  stages.show("stopped");
}

function closedForGood(code) {
  if (over) return;
  if (code === 4410) {
    end("Watching has ended.");
    return;
  }
  letGo();
  exam.close();
  stopped(CLOSED_BECAUSE[code] ?? "The server has closed the connection.");
}

// Nothing is watched or sent from here on, but for what the outbox still holds.
function letGo() {
  over = true;
  signals.stop();
  calibration.interrupted("");
  camera.stop();
  socket.close();
  watch.over();
  outbox.handOver();
}

// Says once when the camera stops or comes back while it should be on; a reload is neither.
function recordCamera() {
  if (!watching || over || onBreak || camera.state === "starting") return;
  const key = `camera:${sessionId}`;
  const isOn = camera.state === "on";
  if (isOn === ((store.get(key) ?? "on") === "on")) return;
  store.put(key, isOn ? "on" : "off");
  outbox.add(isOn ? "camera_started" : "camera_stopped");
}

function announce(sentence) {
  byId("announcer").textContent = sentence;
}

function toggleFullscreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen().catch((error) => announce(`Full screen did not work: ${error.message}`));
}

byId("camera-start").addEventListener("click", () => camera.start());
byId("camera-stop").addEventListener("click", () => camera.stop());
byId("check-done").addEventListener("click", checkDone);
byId("calibration-start").addEventListener("click", () => calibration.begin());
byId("start-exam").addEventListener("click", start);
byId("fullscreen-enter")?.addEventListener("click", async () => {
  await fullscreen.enter();
  showExam();
});
byId("reopened-go")?.addEventListener("click", () => location.reload());
byId("fullscreen").addEventListener("click", toggleFullscreen);
byId("fullscreen").hidden = !document.fullscreenEnabled;

if (root.dataset.sessionState === "ended") {
  end(root.dataset.endedMessage);
} else {
  if (watching) resume();
  else stages.show("check");
  socket.open();
}

// After a reload: the questions at once, the camera as soon as the browser gives it.
function resume() {
  if (onBreak) {
    stages.show("break");
    exam.open();
    return;
  }
  signals.start();
  camera.start();
  showExam();
}
