// Saves every answer as it is made, in order and one at a time for each question. What the server has not confirmed
// stays in this browser, under the id it was first sent with, and is tried again: also after a reload.
import { newId } from "../lib/ids.js";
import { request } from "../lib/http.js";
import * as store from "../lib/store.js";

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15000;
// Signed out, or signed in as somebody else: the answer is still good once that is put right.
const TRY_AGAIN = new Set([401, 403, 404, 429]);
const TRY_AGAIN_CODES = new Set(["on_break"]);
const WHY = new Map([
  ["not_authenticated", "Not saved: you are signed out. Sign in again in another tab, and this is saved by itself."],
  ["not_found", "Not saved: somebody else is signed in in this browser. Sign in as yourself in another tab."],
  ["on_break", "Not saved during the break: this is saved by itself when you go on."],
]);

export class Answers {
  #prefix;
  #url;
  #timers;
  #changed;
  #questions = new Map(); // id → {queue, sending, pause, timer}; only the queue's first is ever under way

  // changed(questionId, status): status is {state: "waiting" | "retrying" | "refused" | "saved", message, savedAtMs, late}
  constructor({ attemptId, url, timers, changed }) {
    this.#prefix = `answer:${attemptId}:`;
    this.#url = url;
    this.#timers = timers;
    this.#changed = changed;
    window.addEventListener("online", () => this.retryNow());
  }

  // Answers an earlier page of this browser could not get through: their values by question.
  restore() {
    const values = new Map();
    for (const key of store.keys(this.#prefix)) {
      const queue = store.get(key);
      if (!Array.isArray(queue) || queue.length === 0) continue;
      const questionId = Number(key.slice(this.#prefix.length));
      this.#question(questionId).queue = queue;
      values.set(questionId, queue.at(-1).value);
      this.#send(questionId);
    }
    return values;
  }

  edit(questionId, value) {
    const question = this.#question(questionId);
    // The first may already be on its way: it keeps its id and value. Whatever waits behind it is replaced.
    question.queue.splice(question.sending || question.pause > 0 ? 1 : 0);
    question.queue.push({ client_id: newId(), value });
    this.#keep(questionId);
    this.#changed(questionId, { state: question.pause > 0 ? "retrying" : "waiting" });
    this.#send(questionId);
  }

  unsaved() {
    return [...this.#questions.values()].filter(({ queue }) => queue.length > 0).length;
  }

  // Questions whose answers did not get through so far, by id.
  troubled() {
    return [...this.#questions].filter(([, { queue, pause }]) => queue.length > 0 && pause > 0).map(([id]) => id);
  }

  retryNow() {
    for (const [questionId, question] of this.#questions) {
      if (question.timer !== null) this.#timers.cancel(question.timer);
      question.timer = null;
      this.#send(questionId);
    }
  }

  // Resolves to whether everything was saved within the time.
  async allSaved(withinMs) {
    this.retryNow();
    const until = performance.now() + withinMs;
    while (this.unsaved() > 0 && performance.now() < until) {
      await new Promise((resolve) => this.#timers.after(100, resolve));
    }
    return this.unsaved() === 0;
  }

  #question(id) {
    if (!this.#questions.has(id)) this.#questions.set(id, { queue: [], sending: false, pause: 0, timer: null });
    return this.#questions.get(id);
  }

  #keep(questionId) {
    const { queue } = this.#question(questionId);
    if (queue.length > 0) store.put(this.#prefix + questionId, queue);
    else store.remove(this.#prefix + questionId);
  }

  async #send(questionId) {
    const question = this.#question(questionId);
    if (question.sending || question.timer !== null || question.queue.length === 0) return;
    question.sending = true;
    const reply = await this.#post(questionId, question.queue[0]);
    question.sending = false;
    if (reply === null || TRY_AGAIN.has(reply.status) || TRY_AGAIN_CODES.has(reply.data?.code) || reply.status >= 500) {
      this.#retryLater(questionId, WHY.get(reply?.data?.code) ?? "");
      return;
    }
    question.pause = 0;
    question.queue.shift();
    this.#keep(questionId);
    if (question.queue.length > 0) this.#send(questionId);
    else if (reply.ok) this.#changed(questionId, savedStatus(reply.data));
    else this.#changed(questionId, { state: "refused", message: reply.data?.message ?? "This answer was refused." });
  }

  async #post(questionId, { client_id: clientId, value }) {
    try {
      return await request("POST", this.#url, { client_id: clientId, question: questionId, value });
    } catch (error) {
      console.info("An answer could not be sent and is tried again.", error);
      return null;
    }
  }

  #retryLater(questionId, message) {
    const question = this.#question(questionId);
    question.pause = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, question.pause * 2));
    this.#changed(questionId, { state: "retrying", message });
    question.timer = this.#timers.after(question.pause, () => {
      question.timer = null;
      this.#send(questionId);
    });
  }
}

export function savedStatus({ saved_at_ms: savedAtMs, late }) {
  return { state: "saved", savedAtMs, late };
}
