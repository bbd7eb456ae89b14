// The exam's questions as a form: what was answered, whether it is saved, and where one was.
import * as store from "../lib/store.js";

const TYPING_PAUSE_MS = 1000;
const TYPING_PAUSE_AT_THE_END_MS = 200;
const LONGEST_UNSAVED_MS = 5000; // also of someone who types without a pause
const MAX_TEXT_LENGTH = 20000;

export class Questions {
  #list;
  #attemptId;
  #timers;
  #edited;
  #drafts = new Map(); // question id → {timer, since} of a text not yet handed on
  #lastState = new Map();
  #announce;
  #typingPause = TYPING_PAUSE_MS;

  // edited(questionId, value) is called for every answer made; announce(sentence) speaks to screen readers.
  constructor({ list, attemptId, timers, edited, announce }) {
    this.#list = list;
    this.#attemptId = attemptId;
    this.#timers = timers;
    this.#edited = edited;
    this.#announce = announce;
  }

  // questions and answers as the API gives them; unsent: Map of values not yet saved, by question.
  show({ questions, answers, unsent }) {
    this.#list.replaceChildren(...questions.map((question, index) => this.#item(question, index, questions.length)));
    for (const { id } of questions) {
      const saved = answers[id];
      const value = unsent.get(id) ?? saved?.value;
      if (value) this.#fill(id, value);
      if (unsent.has(id)) this.status(id, { state: "waiting" });
      else if (saved) this.status(id, { state: "saved", savedAtMs: saved.saved_at_ms, late: saved.late });
    }
  }

  // Back to where one was before a reload.
  scrollToLast() {
    const item = this.#list.querySelector(`[data-question-id="${Number(store.get(this.#placeKey))}"]`);
    item?.scrollIntoView({ block: "center", behavior: "instant" });
  }

  unanswered() {
    return [...this.#list.children].filter(
      (item) => !item.querySelector("input:checked") && !item.querySelector("textarea")?.value.trim(),
    ).length;
  }

  // Texts still being typed are handed on now.
  handOnDrafts() {
    for (const questionId of [...this.#drafts.keys()]) this.#handOn(questionId);
  }

  // The time is nearly over: what is typed now must still arrive before the end.
  hurry() {
    this.#typingPause = TYPING_PAUSE_AT_THE_END_MS;
    this.handOnDrafts();
  }

  lock() {
    this.handOnDrafts();
    this.#list.querySelectorAll("input, textarea").forEach((control) => (control.disabled = true));
  }

  status(questionId, { state, message, savedAtMs, late }) {
    const item = this.#itemOf(questionId);
    if (!item) return;
    item.dataset.state = state;
    const time = savedAtMs ? new Date(savedAtMs).toLocaleTimeString("en-GB") : "";
    const sentence = {
      waiting: "Saving…",
      saved: late ? `Saved ${time}, after the time was up: marked as late` : `Saved ${time}`,
      retrying: message || "Not saved yet – retrying",
      refused: `Not saved: ${message}`,
    }[state];
    item.querySelector(".question-status").textContent = sentence;
    const before = this.#lastState.get(questionId);
    this.#lastState.set(questionId, state);
    const troubled = state === "retrying" || state === "refused";
    if (troubled && before !== state) this.#announce(`Question ${item.dataset.number}: ${sentence}`);
    if (state === "saved" && before === "retrying") this.#announce(`Question ${item.dataset.number}: saved.`);
  }

  get #placeKey() {
    return `place:${this.#attemptId}`;
  }

  #itemOf(questionId) {
    return this.#list.querySelector(`[data-question-id="${questionId}"]`);
  }

  #item(question, index, total) {
    const item = element("li", { className: "question", id: `question-${question.id}` });
    Object.assign(item.dataset, { questionId: question.id, number: index + 1, state: "empty" });
    const number = element("span", { className: "question-number", textContent: `Question ${index + 1} of ${total}` });
    const text = element("span", { className: "question-text", textContent: question.text });
    const isText = question.kind !== "single_choice";
    const body = isText ? this.#textBody(question, number, text) : this.#choiceBody(question, number, text);
    const status = element("p", { className: "question-status", id: `status-${question.id}`, textContent: "Not answered" });
    item.append(body, status);
    item.addEventListener("focusin", () => store.put(this.#placeKey, question.id));
    return item;
  }

  #choiceBody(question, number, text) {
    const fieldset = element("fieldset", { className: "question-body" });
    const legend = element("legend", {});
    legend.append(number, text);
    fieldset.append(legend);
    for (const choice of question.choices) {
      const radio = element("input", { type: "radio", name: `question-${question.id}`, value: String(choice.id) });
      radio.addEventListener("change", () => this.#edited(question.id, { choice: choice.id }));
      const label = element("label", { className: "choice" });
      label.append(radio, element("span", { textContent: choice.text }));
      fieldset.append(label);
    }
    return fieldset;
  }

  #textBody(question, number, text) {
    const label = element("label", { className: "question-body" });
    const area = element("textarea", { rows: 6, maxLength: MAX_TEXT_LENGTH, name: `question-${question.id}` });
    area.setAttribute("aria-describedby", `status-${question.id}`);
    area.addEventListener("input", () => this.#draft(question.id));
    area.addEventListener("blur", () => this.#handOn(question.id));
    label.append(number, text, area);
    return label;
  }

  #draft(questionId) {
    const draft = this.#drafts.get(questionId) ?? { timer: null, since: performance.now() };
    if (draft.timer !== null) this.#timers.cancel(draft.timer);
    const left = LONGEST_UNSAVED_MS - (performance.now() - draft.since);
    draft.timer = this.#timers.after(Math.min(this.#typingPause, left), () => this.#handOn(questionId));
    this.#drafts.set(questionId, draft);
    this.status(questionId, { state: "waiting" });
  }

  #handOn(questionId) {
    const draft = this.#drafts.get(questionId);
    if (!draft) return;
    this.#timers.cancel(draft.timer);
    this.#drafts.delete(questionId);
    const { value } = this.#itemOf(questionId).querySelector("textarea");
    // Half of a surrogate pair, which some input methods leave behind, cannot be kept by the server.
    this.#edited(questionId, { text: value.toWellFormed?.() ?? value });
  }

  #fill(questionId, value) {
    const item = this.#itemOf(questionId);
    const area = item.querySelector("textarea");
    if (area) area.value = value.text ?? "";
    const radio = item.querySelector(`input[value="${Number(value.choice)}"]`);
    if (radio) radio.checked = true;
  }
}

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}
