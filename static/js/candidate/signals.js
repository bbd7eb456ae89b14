// What the browser tells about this page, put into the outbox: that something happened, never what was copied.
import * as store from "../lib/store.js";

export class PageSignals {
  #outbox;
  #leftKey;
  #listening = null;

  constructor({ sessionId, outbox }) {
    this.#outbox = outbox;
    this.#leftKey = `left:${sessionId}`;
  }

  start() {
    if (this.#listening) return;
    this.#listening = new AbortController();
    const add = (kind) => () => this.#outbox.add(kind);
    this.#listen(document, "visibilitychange", () => this.#outbox.add(document.hidden ? "hidden" : "visible"));
    this.#listen(window, "blur", add("blur"));
    this.#listen(window, "focus", add("focus"));
    this.#listen(document, "fullscreenchange", () =>
      this.#outbox.add(document.fullscreenElement ? "fullscreen_entered" : "fullscreen_left"),
    );
    for (const kind of ["copy", "cut", "paste"]) {
      this.#listen(document, kind, (event) => event.defaultPrevented || this.#outbox.add(kind));
    }
    this.#listen(window, "offline", add("network_lost"));
    this.#listen(window, "online", add("network_back"));
    this.#watchScreens();
    this.#comeBack();
    this.#listen(window, "pagehide", () => this.#leave());
  }

  stop() {
    this.#listening?.abort();
    this.#listening = null;
    store.remove(this.#leftKey);
  }

  // Something the page itself noticed, while it is watched.
  tell(kind) {
    if (this.#listening) this.#outbox.add(kind);
  }

  #listen(target, event, handler) {
    target.addEventListener(event, handler, { signal: this.#listening.signal });
  }

  #watchScreens() {
    if (!("isExtended" in window.screen)) return;
    let extended = window.screen.isExtended;
    if (extended) this.#outbox.add("second_screen");
    this.#listen(window.screen, "change", () => {
      if (window.screen.isExtended === extended) return;
      extended = window.screen.isExtended;
      this.#outbox.add(extended ? "second_screen" : "second_screen_gone");
    });
  }

  // A page that unloads also reports "hidden". Whether that was a reload, which is no leaving, only the next load knows.
  #leave() {
    store.put(this.#leftKey, Date.now());
    this.#outbox.beacon();
    this.#listening.abort();
    this.#listening = null;
  }

  #comeBack() {
    const leftAt = store.get(this.#leftKey);
    store.remove(this.#leftKey);
    const reloaded = performance.getEntriesByType("navigation")[0]?.type === "reload";
    if (leftAt !== null && !reloaded) this.#outbox.add("hidden", leftAt);
    this.#outbox.add(document.hidden ? "hidden" : "visible");
    if (document.hasFocus()) this.#outbox.add("focus");
  }
}
