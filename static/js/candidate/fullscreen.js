// Full screen, where the exam asks for it: before the questions, and again when it was left. Nothing ends because of it,
// and where the browser cannot, the exam goes on without.
export class Fullscreen {
  #required;
  #announce;
  #unavailable;
  #failed = false;
  #watching = null;
  #notice = document.getElementById("fullscreen-notice");

  // unavailable() is called when the exam goes on without.
  constructor({ required, announce, unavailable }) {
    this.#required = required;
    this.#announce = announce;
    this.#unavailable = unavailable;
    document.getElementById("fullscreen-back")?.addEventListener("click", () => this.enter());
  }

  // As it holds now. A page that was made without asking has nothing to ask with before it is loaded again.
  asked(required) {
    if (required === this.#required || !document.getElementById("fullscreen-back")) return;
    this.#required = required;
    if (required) return;
    this.#watching?.abort();
    this.#watching = null;
    if (this.#notice) this.#notice.hidden = true;
  }

  // Whether the page has to ask before it shows the questions.
  get wanted() {
    return this.#required && !this.#failed && document.fullscreenEnabled === true && !document.fullscreenElement;
  }

  // Browsers grant it within a click only. Resolves when it is there, or cannot be.
  async enter() {
    if (!this.wanted) return;
    try {
      await document.documentElement.requestFullscreen();
    } catch (error) {
      console.info("The browser did not go to full screen.", error);
      this.#failed = true;
      if (this.#watching) this.#goOnWithout();
    }
  }

  // The questions are shown: from here on, leaving is noticed.
  watch() {
    if (!this.#required || this.#watching) return;
    this.#watching = new AbortController();
    document.addEventListener("fullscreenchange", () => this.#changed(), { signal: this.#watching.signal });
    if (!document.fullscreenElement) this.#goOnWithout();
  }

  // The exam is over: nobody has to look for the way out.
  stop() {
    if (!this.#required) return;
    this.#watching?.abort();
    this.#notice.hidden = true;
    if (document.fullscreenElement) document.exitFullscreen();
  }

  #changed() {
    const left = !document.fullscreenElement;
    const hadFocus = this.#notice.contains(document.activeElement);
    this.#notice.hidden = !left;
    if (left) this.#announce("You have left full screen. A button above the questions brings you back.");
    else if (hadFocus) document.getElementById("exam-title").focus({ preventScroll: true });
  }

  #goOnWithout() {
    this.#notice.hidden = true;
    document.getElementById("fullscreen-unavailable").hidden = false;
    this.#unavailable();
  }
}
