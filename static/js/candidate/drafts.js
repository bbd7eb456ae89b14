// Answers that are still being typed or moved about: handed on once there is a pause, and never later than some seconds.
const PAUSE_MS = 1000;
const PAUSE_AT_THE_END_MS = 200;
const LONGEST_MS = 5000; // also of someone who types without a pause

export class Drafts {
  #timers;
  #handOn;
  #open = new Map(); // question id → {timer, since}
  #pause = PAUSE_MS;

  // handOn(questionId) reads the answer and sends it on its way.
  constructor({ timers, handOn }) {
    this.#timers = timers;
    this.#handOn = handOn;
  }

  touch(questionId) {
    const draft = this.#open.get(questionId) ?? { timer: null, since: performance.now() };
    if (draft.timer !== null) this.#timers.cancel(draft.timer);
    const left = LONGEST_MS - (performance.now() - draft.since);
    draft.timer = this.#timers.after(Math.min(this.#pause, left), () => this.handOn(questionId));
    this.#open.set(questionId, draft);
  }

  handOn(questionId) {
    const draft = this.#open.get(questionId);
    if (!draft) return;
    this.#timers.cancel(draft.timer);
    this.#open.delete(questionId);
    this.#handOn(questionId);
  }

  handOnAll() {
    for (const questionId of [...this.#open.keys()]) this.handOn(questionId);
  }

  // The time is nearly over: what is typed now must still arrive before the end.
  hurry() {
    this.#pause = PAUSE_AT_THE_END_MS;
    this.handOnAll();
  }
}
