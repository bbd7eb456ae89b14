// The time of the attempt as the server has it: what is left of it, what others change about it, and breaks.
import { request } from "../lib/http.js";
import { Breaks, inWords } from "./breaks.js";
import { Countdown, format } from "./countdown.js";

const ASK_EVERY_MS = 30000; // where nobody tells this page of changes
const ROUNDING_MS = 1500; // a deadline that moved by less has not moved
const MORE_MS = 2000; // left again after the end, and worth going on with
const NOTE_MS = 60000;
const REOPENED_EVERY_MS = 60000;
const REOPENED_TRIES = 60;
const byId = (id) => document.getElementById(id);

const BECAUSE = {
  added: (time) => `You have been given ${time} more.`,
  outage: (time) => `The server was out of reach. You have ${time} back for it.`,
  accommodation: (time) => `You have ${time} more.`,
};

export class ExamTime {
  #root;
  #url;
  #timers;
  #clock;
  #handlers;
  #countdown;
  #breaks;
  #deadlineMs = null;
  #breakSeconds = 0;
  #over = false;
  #stopped = false;
  #asking = null;
  #noting = null;

  // handlers: announce(sentence); soon(), some seconds before the end, and over(); more(), when there is time again
  // after that; saved(), see Breaks; paused() and goesOn() around a break; handedIn(), by somebody else.
  constructor({ root, timers, clock, handlers }) {
    this.#root = root;
    this.#url = root.dataset.timeUrl;
    this.#timers = timers;
    this.#clock = clock;
    this.#handlers = handlers;
    const { announce, saved } = handlers;
    this.#breaks = new Breaks({
      url: root.dataset.breakUrl,
      timers,
      clock,
      handlers: { announce, saved, told: (time) => this.told(time) },
    });
    this.#countdown = new Countdown({
      element: byId("time-left"),
      clock,
      timers,
      handlers: {
        minutes: (number) => announce(number === 1 ? "One minute left." : `${number} minutes left.`),
        soon: () => handlers.soon(),
        over: () => this.#isOver(),
      },
    });
  }

  get onBreak() {
    return this.#breaks.on;
  }

  // The attempt as the API gives it, when its questions are shown.
  show(attempt) {
    byId("time-box").hidden = attempt.deadline_ms === null;
    this.#take(attempt);
    this.#askLater(ASK_EVERY_MS);
  }

  // A message about the time. Before the questions are shown there is nothing to change.
  told({ change = null, ...time }) {
    if (this.#deadlineMs === null || this.#stopped) return;
    if (time.state === "submitted") {
      this.#handlers.handedIn();
      return;
    }
    const [before, wasOnBreak, breakSeconds] = [this.#deadlineMs, this.onBreak, this.#breakSeconds];
    this.#take(time);
    const moreMs = this.#deadlineMs - before;
    const byItself = !wasOnBreak && !this.onBreak && this.#breakSeconds === breakSeconds;
    if (change !== null) this.#say(BECAUSE[change.kind]?.(inWords(change.seconds)) ?? "Your time has changed.");
    else if (byItself && moreMs > ROUNDING_MS) this.#say(`You have ${inWords(Math.round(moreMs / 1000))} more.`);
  }

  // Asks how the time stands, whoever was to tell.
  async ask() {
    const time = await this.#fetch();
    if (time) this.told(time);
  }

  stop() {
    this.#stopped = true;
    this.#countdown.stop();
    this.#breaks.stop();
    if (this.#asking !== null) this.#timers.cancel(this.#asking);
    this.#asking = null;
  }

  // Handed in. Somebody may reopen the attempt while its candidate still looks at this page; reopened() is called then.
  async waitForReopening(reopened) {
    for (let tries = 0; tries < REOPENED_TRIES; tries += 1) {
      await new Promise((resolve) => this.#timers.after(REOPENED_EVERY_MS, resolve));
      if ((await this.#fetch())?.state === "running") {
        reopened();
        return;
      }
    }
  }

  #take({ deadline_ms: deadlineMs, server_time_ms: serverMs, break: standing }) {
    const wasOnBreak = this.onBreak;
    this.#clock.sync(serverMs);
    this.#deadlineMs = deadlineMs;
    this.#breaks.standing(standing);
    this.#breakSeconds = standing.left_seconds;
    byId("time-stopped").hidden = !this.onBreak;
    if (this.onBreak) this.#standStill(standing.ends_by_ms);
    else this.#run();
    if (this.onBreak && !wasOnBreak) this.#handlers.paused();
    if (!this.onBreak && wasOnBreak) this.#handlers.goesOn();
  }

  #standStill(breakEndsMs) {
    this.#countdown.stop();
    byId("time-left").textContent = format(this.#deadlineMs - breakEndsMs);
  }

  #run() {
    const more = this.#over && this.#deadlineMs - this.#clock.now() > MORE_MS;
    if (more) this.#over = false;
    if (!this.#over) this.#countdown.runTo(this.#deadlineMs);
    if (more) this.#handlers.more();
  }

  #isOver() {
    this.#over = true;
    this.#handlers.over();
  }

  #askLater(ms) {
    if (this.#asking !== null) this.#timers.cancel(this.#asking);
    this.#asking = this.#timers.after(ms, async () => {
      // Of a watched exam the connection tells.
      if (this.#root.dataset.unwatched === "true") await this.ask();
      if (!this.#stopped) this.#askLater(ASK_EVERY_MS);
    });
  }

  async #fetch() {
    try {
      const { ok, data } = await request("GET", this.#url);
      return ok ? data : null;
    } catch (error) {
      console.info("The time left could not be asked for.", error);
      return null;
    }
  }

  // In the page for a while, and to screen readers with what is left.
  #say(sentence) {
    const left = this.onBreak ? "" : ` ${inWords((this.#deadlineMs - this.#clock.now()) / 1000)} left.`;
    this.#handlers.announce(sentence + left);
    byId("time-note").textContent = sentence;
    if (this.#noting !== null) this.#timers.cancel(this.#noting);
    this.#noting = this.#timers.after(NOTE_MS, () => (byId("time-note").textContent = ""));
  }
}
