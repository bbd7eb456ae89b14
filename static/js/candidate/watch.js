// The panel with the candidate's own picture: warnings over it, the camera's and the connection's state in words.
import { CONNECTIONS } from "./connection.js";

const WARNINGS = {
  no_face: "We can’t see your face",
  multiple_faces: "More than one person is in view",
  looking_away: "Please look at the screen",
  phone: "A phone is in view",
  dark: "The picture is too dark",
  blurred: "The picture is blurred",
  covered: "The camera seems to be covered",
  frozen: "The camera’s picture stands still: stop the camera and start it again",
  repeats: "The camera’s picture repeats itself: stop the camera and start it again",
};

const ANOTHER_CAMERA = "It is another camera than before; that is written down.";
const OF_A_PROGRAM =
  "A program’s picture: that is written down, without a score. If you can, choose a camera itself in the browser’s settings.";

const BUSY =
  "The server is busy and takes fewer pictures for now. That is not your doing, and it is noted as the server’s.";

export class Watch {
  #warnings;
  #cameraText;
  #cameraNote;
  #connectionText;
  #busy;
  #start;
  #stop;
  #shown = "";

  constructor(root) {
    const find = (id) => root.querySelector(`#${id}`);
    this.#warnings = find("warnings");
    this.#cameraText = find("camera-state");
    this.#cameraNote = find("camera-note");
    this.#connectionText = find("connection-state");
    this.#busy = find("server-busy");
    this.#start = find("camera-start");
    this.#stop = find("camera-stop");
    this.#leaveRoom();
  }

  warn(codes) {
    const shown = codes.join();
    if (shown === this.#shown) return; // a list rewritten without a change would be read out again
    this.#shown = shown;
    this.#warnings.replaceChildren(...codes.map((code) => warning(code)));
  }

  // About the server and everybody, and nothing that the candidate could do anything about.
  serverBusy(busy) {
    const sentence = busy ? BUSY : "";
    if (this.#busy.textContent !== sentence) this.#busy.textContent = sentence;
  }

  camera(state, why, problem) {
    const sentence = {
      on: "Camera on",
      starting: "Waiting for the camera…",
      denied: problem,
      off: why === "ended" ? "The camera has gone away. Connect it and press “Start camera”." : "Camera off and released",
    }[state];
    this.#cameraText.textContent = sentence;
    this.#cameraNote.textContent = state === "starting" ? "Waiting for the camera…" : "Camera off";
    this.#cameraNote.hidden = state === "on";
    const running = state === "on" || state === "starting";
    const hadFocus = [this.#start, this.#stop].includes(document.activeElement);
    this.#start.hidden = running;
    this.#stop.hidden = !running;
    if (hadFocus) (running ? this.#stop : this.#start).focus();
    if (state !== "on") this.warn([]);
  }

  // On a narrow screen warnings lie over the page: what stands at its top must not end up under them.
  #leaveRoom() {
    const { style } = document.documentElement;
    const measure = () => style.setProperty("--warnings-height", `${this.#warnings.offsetHeight}px`);
    new ResizeObserver(measure).observe(this.#warnings);
  }

  // What the server makes of the camera in use.
  cameraNamed({ label, program, changed }) {
    const name = label ? `Camera on: ${label}.` : "Camera on.";
    const parts = [name, changed ? ANOTHER_CAMERA : "", program ? OF_A_PROGRAM : ""];
    this.#cameraText.textContent = parts.filter(Boolean).join(" ");
  }

  connection(state) {
    this.#connectionText.textContent = CONNECTIONS[state];
    if (state === "open") return;
    this.warn([]);
    this.serverBusy(false);
  }

  // Nothing is watched any more: the buttons have nothing left to do.
  over() {
    this.#start.hidden = this.#stop.hidden = true;
    this.warn([]);
    this.serverBusy(false);
  }
}

function warning(code) {
  const item = document.createElement("li");
  item.dataset.warning = code;
  item.textContent = WARNINGS[code] ?? code;
  return item;
}
