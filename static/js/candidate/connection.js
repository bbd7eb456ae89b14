// Whether the server can be reached, in words; and how a room finds out that nobody watches, in which no socket tells:
// from what becomes of its requests.
import { listen } from "../lib/http.js";

const TRY_AGAIN_MS = 3000; // about as often as a watched room tries

export const CONNECTIONS = {
  connecting: "Connecting…",
  open: "Connected",
  lost: "Connection lost – trying again. Your answers are kept.",
  closed: "Not connected",
};

export class Reach {
  #root;
  #timers;
  #ask;
  #back;
  #reached = true;
  #trying = null;
  #begun = false;
  #stopped = false;

  // ask() sends some request; back() is called when the server can be reached again.
  constructor({ root, timers, ask, back }) {
    this.#root = root;
    this.#timers = timers;
    this.#ask = ask;
    this.#back = back;
  }

  begin() {
    if (this.#begun) return;
    this.#begun = true;
    this.#show("open");
    listen((reached) => this.#heard(reached));
    window.addEventListener("offline", () => this.#heard(false));
    window.addEventListener("online", () => this.#ask());
  }

  stop() {
    this.#stopped = true;
    if (this.#trying !== null) this.#timers.cancel(this.#trying);
  }

  #heard(reached) {
    if (this.#stopped) return;
    const before = this.#reached;
    this.#reached = reached;
    if (!reached) this.#tryLater();
    if (before === reached) return;
    this.#show(reached ? "open" : "lost");
    if (reached) this.#back();
  }

  // Up to half of the pause is chance, so that a room full of candidates does not come back in one instant.
  #tryLater() {
    if (this.#trying !== null) return;
    this.#trying = this.#timers.after(TRY_AGAIN_MS * (0.5 + Math.random() / 2), () => {
      this.#trying = null;
      if (!this.#reached) this.#ask();
    });
  }

  #show(state) {
    this.#root.dataset.connection = state;
    document.getElementById("connection-state").textContent = CONNECTIONS[state];
  }
}
