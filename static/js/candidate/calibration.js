// About ten seconds of looking at five marked points, from which the server learns how this person sits and looks.
const POINTS = ["centre", "top-left", "top-right", "bottom-left", "bottom-right"];
const POINT_MS = 2000;
const JUDGEMENT_MS = 10000;

export class Calibration {
  running = false;
  #dialog;
  #timers;
  #send;
  #finished;
  #timer = null;

  // send(action) returns whether it went out; finished({ok, message}) is called once for each run.
  constructor({ dialog, timers, send, finished }) {
    this.#dialog = dialog;
    this.#timers = timers;
    this.#send = send;
    this.#finished = finished;
    dialog.addEventListener("cancel", () => this.#stop({ ok: false, message: "Calibration cancelled." }, "cancel"));
  }

  begin() {
    if (this.running) return;
    if (!this.#send("start")) {
      this.#finished({ ok: false, message: "There is no connection at the moment. Please try again in a moment." });
      return;
    }
    this.running = true;
    this.#dialog.showModal();
    this.#point(0);
  }

  received({ state, message }) {
    if (!this.running) return;
    if (state === "done") this.#stop({ ok: true });
    else if (state === "failed") this.#stop({ ok: false, message });
  }

  interrupted(message) {
    if (this.running) this.#stop({ ok: false, message });
  }

  #point(index) {
    if (index === POINTS.length) {
      this.#judge();
      return;
    }
    this.#dialog.dataset.point = POINTS[index];
    this.#say(`Look at the dot: ${index + 1} of ${POINTS.length}`);
    this.#timer = this.#timers.after(POINT_MS, () => this.#point(index + 1));
  }

  #judge() {
    this.#dialog.dataset.point = "none";
    this.#say("Thank you. One moment…");
    this.#send("finish");
    const late = { ok: false, message: "The server did not answer in time. Please try again." };
    this.#timer = this.#timers.after(JUDGEMENT_MS, () => this.#stop(late, "cancel"));
  }

  #stop(result, action = null) {
    if (!this.running) return;
    this.running = false;
    this.#timers.cancel(this.#timer);
    if (action) this.#send(action);
    this.#dialog.close();
    this.#finished(result);
  }

  #say(sentence) {
    this.#dialog.querySelector("#calibration-progress").textContent = sentence;
  }
}
