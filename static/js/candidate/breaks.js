// Breaks that stop the clock: the button, the stage shown meanwhile, and its own countdown. The server ends a break by
// itself; this page says so in time, and asks until it knows.
import { request } from "../lib/http.js";
import { format } from "./countdown.js";

const SHORTEST_SECONDS = 10;
const SAID_AT_MS = 60000;
const TRY_AGAIN_MS = 2000;
const byId = (id) => document.getElementById(id);

export class Breaks {
  on = false;
  #url;
  #timers;
  #clock;
  #handlers;
  #endsMs = null;
  #timer = null;
  #said = false;
  #ending = false;

  // handlers: announce(sentence), saved() resolves to whether nothing is unsaved, told(time) takes the server's answer.
  constructor({ url, timers, clock, handlers }) {
    this.#url = url;
    this.#timers = timers;
    this.#clock = clock;
    this.#handlers = handlers;
    byId("break-start").addEventListener("click", () => this.#begin());
    byId("break-end").addEventListener("click", () => this.#end());
  }

  // As every answer of the server about the time has it.
  standing({ allowed_seconds: allowed, left_seconds: left, ends_by_ms: endsMs }) {
    const button = byId("break-start");
    button.hidden = allowed === 0 || left < SHORTEST_SECONDS;
    byId("break-rest").textContent = `(${inWords(left)} left)`;
    if (this.#endsMs !== endsMs) this.#said = false;
    this.#endsMs = endsMs;
    this.on = endsMs !== null;
    if (!this.#ending) byId("break-end").disabled = !this.on;
    this.#tick();
  }

  stop() {
    byId("break-start").hidden = true;
    if (this.#timer !== null) this.#timers.cancel(this.#timer);
    this.#timer = null;
  }

  #tick() {
    if (this.#timer !== null) this.#timers.cancel(this.#timer);
    this.#timer = null;
    if (!this.on) return;
    const left = Math.max(0, this.#endsMs - this.#clock.now());
    byId("break-left").textContent = format(left);
    if (left <= SAID_AT_MS && !this.#said) {
      this.#said = true;
      if (left > SAID_AT_MS / 2) this.#handlers.announce("One minute of your break is left.");
    }
    if (left === 0) this.#end();
    else this.#timer = this.#timers.after((left % 1000) + 20, () => this.#tick());
  }

  async #begin() {
    const button = byId("break-start");
    button.disabled = true;
    this.#say("Saving your answers…");
    if (!(await this.#handlers.saved())) {
      this.#say("Some answers are not saved yet, so the break has not begun. Check your connection and try again.");
    } else {
      const answer = await this.#ask("POST");
      this.#say(answer?.ok ? "" : (answer?.data?.message ?? "The server could not be reached. Please try again."));
      if (answer?.ok) this.#handlers.told(answer.data);
    }
    button.disabled = false;
  }

  async #end() {
    if (this.#ending) return;
    this.#ending = true;
    byId("break-end").disabled = true;
    while (this.on) {
      const answer = await this.#ask("DELETE");
      if (answer?.ok) this.#handlers.told(answer.data);
      else await new Promise((resolve) => this.#timers.after(TRY_AGAIN_MS, resolve));
    }
    this.#ending = false;
    byId("break-end").disabled = !this.on;
  }

  async #ask(method) {
    try {
      return await request(method, this.#url);
    } catch (error) {
      console.info("The server did not hear of the break and is told again.", error);
      return null;
    }
  }

  #say(sentence) {
    byId("break-message").textContent = sentence;
  }
}

export function inWords(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return seconds === 1 ? "1 second" : `${Math.floor(seconds)} seconds`;
  return minutes === 1 ? "1 minute" : `${minutes} minutes`;
}
