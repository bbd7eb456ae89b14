// The time left, by the server's clock.
const SAID_AT_MINUTES = [10, 5, 1];
const SOON_MS = 4000;
const ON_THE_WAY_MS = 500; // the last answer needs this long to arrive in time

export class Countdown {
  #element;
  #clock;
  #timers;
  #handlers;
  #deadline = null;
  #said = new Set();
  #timer = null;
  #soon = false;

  // handlers: minutes(n) when n minutes are left, soon() some seconds before the end, over().
  constructor({ element, clock, timers, handlers }) {
    this.#element = element;
    this.#clock = clock;
    this.#timers = timers;
    this.#handlers = handlers;
  }

  runTo(deadlineMs) {
    this.stop();
    if (deadlineMs === null) return;
    this.#deadline = deadlineMs;
    this.#soon = false;
    const minutesLeft = this.#left() / 60000;
    this.#said = new Set(SAID_AT_MINUTES.filter((minutes) => minutes > minutesLeft));
    this.#tick();
  }

  stop() {
    if (this.#timer !== null) this.#timers.cancel(this.#timer);
    this.#timer = null;
  }

  #left() {
    return Math.max(0, this.#deadline - this.#clock.now());
  }

  #tick() {
    const left = this.#left();
    this.#element.textContent = format(left);
    this.#element.dataset.low = String(left <= 5 * 60000);
    for (const minutes of SAID_AT_MINUTES) {
      if (left > minutes * 60000 || this.#said.has(minutes)) continue;
      this.#said.add(minutes);
      this.#handlers.minutes(minutes);
    }
    if (left <= SOON_MS && !this.#soon) {
      this.#soon = true;
      this.#handlers.soon();
    }
    if (left <= ON_THE_WAY_MS) {
      this.#timer = null;
      this.#element.textContent = format(0);
      this.#handlers.over();
      return;
    }
    // To just after the next full second, so that no second is shown twice or skipped.
    const untilOver = left - ON_THE_WAY_MS;
    this.#timer = this.#timers.after(Math.min(untilOver, left % 1000) + 20, () => this.#tick());
  }
}

export function format(ms) {
  const seconds = Math.ceil(ms / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const twoDigits = (number) => String(number).padStart(2, "0");
  const end = `${twoDigits(minutes)}:${twoDigits(seconds % 60)}`;
  return hours > 0 ? `${hours}:${end}` : end;
}
