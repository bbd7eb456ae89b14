// The exam's questions as a form: what was answered, whether it is saved, and where one was.
import { element, serverHtml } from "../lib/dom.js";
import * as store from "../lib/store.js";
import { savedStatus } from "./answers.js";
import { Drafts } from "./drafts.js";
import { Question } from "./question.js";

export class Questions {
  #root;
  #attemptId;
  #edited;
  #announce;
  #navigator;
  #zone;
  #drafts;
  #questions = new Map(); // in the order of the page

  // edited(questionId, value) is called for every answer made; announce(sentence) speaks to screen readers; navigator is
  // told of every change; zone is whose times are said.
  constructor({ root, attemptId, timers, edited, announce, navigator, zone }) {
    this.#root = root;
    this.#attemptId = attemptId;
    this.#edited = edited;
    this.#announce = announce;
    this.#navigator = navigator;
    this.#zone = zone;
    this.#drafts = new Drafts({ timers, handOn: (id) => this.#changed(id) });
  }

  // sections, questions and answers as the API gives them; unsent: Map of values not yet saved, by question.
  show({ sections, questions, answers, unsent }) {
    const titled = sections.length > 1 || sections.some(({ title }) => title);
    const flags = new Set(store.get(this.#flagsKey) ?? []);
    const made = questions.map((data, index) => {
      const place = { number: index + 1, total: questions.length, level: titled ? "h4" : "h3", flagged: flags.has(data.id) };
      return new Question(data, { ...place, handlers: this.#handlers() });
    });
    this.#questions = new Map(made.map((question) => [question.id, question]));
    this.#root.replaceChildren(
      ...sections.map((data, index) => {
        const own = questions.filter(({ section }) => section === data.id).map(({ id }) => this.#questions.get(id));
        return section(data, { index, titled, own });
      }),
    );
    for (const question of made) this.#restore(question, answers[question.id], unsent);
    this.#navigator.show(made);
  }

  // Back to where one was before a reload.
  scrollToLast() {
    const question = this.#questions.get(Number(store.get(this.#placeKey)));
    question?.element.scrollIntoView({ block: "center", behavior: "instant" });
    if (question) this.#navigator.here(question.id);
  }

  // What stands before handing in: how many there are, and the numbers of those to look at again.
  summary() {
    const all = [...this.#questions.values()];
    const numbers = (wanted) => all.filter(wanted).map(({ number }) => number);
    return {
      total: all.length,
      open: numbers((question) => !question.begun),
      partly: numbers((question) => question.begun && !question.answered),
      unsaved: numbers(({ state }) => state === "waiting" || state === "retrying"),
      refused: numbers((question) => question.state === "refused"),
      flagged: numbers((question) => question.flagged),
    };
  }

  numbers(ids) {
    return ids.map((id) => this.#questions.get(id)?.number).filter(Boolean).sort((one, other) => one - other);
  }

  // Answers still being typed are handed on now.
  handOnDrafts() {
    this.#drafts.handOnAll();
  }

  hurry() {
    this.#drafts.hurry();
  }

  lock() {
    this.handOnDrafts();
    this.#root.querySelectorAll("input, textarea, select, button").forEach((control) => (control.disabled = true));
  }

  // Out of sight, and out of the page: a break is no time to think about them. show() brings them back.
  hide() {
    this.#drafts.handOnAll();
    this.#root.replaceChildren();
    this.#questions.clear();
    this.#navigator.show([]);
  }

  // Handed in: nothing of it stays in this browser, which others may use too.
  forget() {
    store.remove(this.#placeKey);
    store.remove(this.#flagsKey);
  }

  status(questionId, { state, message, savedAtMs, late }) {
    const question = this.#questions.get(questionId);
    if (!question) return;
    const time = savedAtMs ? this.#zone.time(savedAtMs) : "";
    question.show(state, sentence(question, { state, message, time, late }));
    this.#tell(question);
  }

  get #placeKey() {
    return `place:${this.#attemptId}`;
  }

  get #flagsKey() {
    return `flags:${this.#attemptId}`;
  }

  #handlers() {
    return {
      changed: (id) => this.#changed(id),
      typing: (id) => {
        this.#drafts.touch(id);
        this.status(id, { state: "waiting" });
      },
      left: (id) => this.#drafts.handOn(id),
      focused: (id) => {
        store.put(this.#placeKey, id);
        this.#navigator.here(id);
      },
      flagged: (id) => this.#flagged(id),
      announce: this.#announce,
    };
  }

  #changed(id) {
    this.#edited(id, this.#questions.get(id).value());
  }

  #flagged(id) {
    const flagged = [...this.#questions.values()].filter((question) => question.flagged).map((question) => question.id);
    if (flagged.length > 0) store.put(this.#flagsKey, flagged);
    else store.remove(this.#flagsKey);
    this.#tell(this.#questions.get(id));
  }

  #tell(question) {
    this.#navigator.update(question, [...this.#questions.values()]);
  }

  #restore(question, saved, unsent) {
    const value = unsent.get(question.id) ?? saved?.value;
    if (value) question.fill(value);
    if (unsent.has(question.id)) this.status(question.id, { state: "waiting" });
    else if (saved && question.begun) this.status(question.id, savedStatus(saved));
  }
}

function section({ title, html }, { index, titled, own }) {
  const part = element("section", { className: "paper-section" });
  if (titled) {
    const heading = element("h3", { id: `section-${index}`, dir: "auto", textContent: title || `Section ${index + 1}` });
    part.setAttribute("aria-labelledby", heading.id);
    part.append(heading);
  }
  if (html) part.append(element("div", { className: "section-text" }, serverHtml(html)));
  part.append(element("ol", { className: "questions" }, ...own.map((question) => question.element)));
  return part;
}

function sentence(question, { state, message, time, late }) {
  const part = question.begun && !question.answered ? ", not all of it answered" : "";
  const saved = `${question.begun ? "Saved" : "Cleared, saved"} ${time}${part}`;
  return {
    waiting: "Saving…",
    saved: late ? `${saved}, after the time was up: marked as late` : saved,
    retrying: message || "Not saved yet – retrying",
    refused: `Not saved: ${message} What was saved before still counts.`,
  }[state];
}
