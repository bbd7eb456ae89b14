// The system check: five lines that say what is right and, where something is not, what to do.
export class SystemCheck {
  #list;
  #face = false;
  #counted = null;

  constructor(list) {
    this.#list = list;
  }

  camera(state) {
    if (state === "on") this.#say("camera", "ok", "Your camera is on.");
    else if (state === "starting") this.#say("camera", "waiting", "Please allow the camera when the browser asks.");
    else if (state === "denied") this.#say("camera", "problem", "It could not be started. What to do stands below the picture.");
    else this.#say("camera", "waiting", "Press “Start camera”.");
    if (state === "on") return;
    this.#face = false;
    for (const name of ["face", "light", "alone"]) this.#say(name, "waiting", "Needs the camera.");
  }

  connection(state, roundTripMs) {
    if (state === "open" && roundTripMs === null) this.#say("connection", "waiting", "Measuring…");
    else if (state === "open" && roundTripMs > 1500) {
      const seconds = (roundTripMs / 1000).toFixed(1);
      this.#say("connection", "problem", `Slow: ${seconds} s to the server and back. Stop downloads, or move nearer to your router.`);
    } else if (state === "open") this.#say("connection", "ok", `Good: ${Math.round(roundTripMs)} ms to the server and back.`);
    else if (state === "connecting") this.#say("connection", "waiting", "Connecting…");
    else this.#say("connection", "problem", "Not connected. Check your network; we keep trying.");
  }

  // The names of the rules that count for this candidate: nobody is asked to put right what does not.
  counts(rules) {
    this.#counted = new Set(rules);
  }

  verdict({ analysed, faces, quality }) {
    if (!analysed) return;
    this.#light(quality);
    this.#face = faces === null || faces >= 1;
    if (faces === null) {
      this.#say("face", "ok", "Not checked: the server is not looking for faces at the moment.");
      this.#say("alone", "ok", "Not checked at the moment.");
    } else if (faces === 0 && !this.#needsFace) {
      this.#say("face", "ok", "We can’t see your face. That does not count for you.");
      this.#say("alone", "ok", "Nobody else is in view.");
    } else if (faces === 0) {
      this.#say("face", "problem", "We can’t see your face. Sit in front of the camera, with light on your face.");
      this.#say("alone", "waiting", "Needs your face.");
    } else {
      this.#say("face", "ok", "Your face is in view.");
      if (faces === 1) this.#say("alone", "ok", "Only you are in view.");
      else if (!this.#counts("MULTIPLE_FACES")) this.#say("alone", "ok", "Others are in view. That does not count for you.");
      else this.#say("alone", "problem", "More than one person is in view. Turn the camera, or ask them to step aside.");
    }
  }

  // What is still missing before one can go on, as a sentence; empty when nothing is. Poor light stops nobody.
  missing({ camera, connection }) {
    if (camera !== "on") return "Start the camera first.";
    if (connection !== "open") return "Wait until the connection is there.";
    if (!this.#face && this.#needsFace) return "Sit so that your face is in view.";
    return "";
  }

  // Without one nothing could be calibrated, either.
  get #needsFace() {
    return this.#counts("NO_FACE") || this.#counts("LOOKING_AWAY");
  }

  #counts(rule) {
    return this.#counted === null || this.#counted.has(rule);
  }

  #light({ dark, blurred, covered }) {
    if (covered) this.#say("light", "problem", "The camera seems to be covered. Open its shutter or take away what is in front of it.");
    else if (dark) this.#say("light", "problem", "It is too dark. Switch on a lamp in front of you, or face the window.");
    else if (blurred) this.#say("light", "problem", "The picture is blurred. Wipe the lens and sit still for a moment.");
    else this.#say("light", "ok", "Bright and sharp enough.");
  }

  #say(name, state, sentence) {
    const item = this.#list.querySelector(`[data-check="${name}"]`);
    item.dataset.state = state;
    const text = item.querySelector(".check-text");
    if (text.textContent !== sentence) text.textContent = sentence;
  }
}
