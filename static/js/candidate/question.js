// One question on the page: its text, the control of its kind, whether its answer is saved, and a flag for review.
import { attributes, element, serverHtml } from "../lib/dom.js";
import { control } from "./kinds/index.js";

export class Question {
  element;
  id;
  number;
  state = "empty"; // "empty", "waiting", "saved", "retrying", "refused"
  flagged;
  #control;
  #status;
  #flag;
  #announce;
  #saidTrouble = false; // and not yet that it is over

  // handlers: changed(id), typing(id), left(id), focused(id), flagged(id, isFlagged), announce(sentence)
  constructor(data, { number, total, level, flagged, handlers }) {
    const { id } = data;
    Object.assign(this, { id, number, flagged });
    this.#announce = handlers.announce;
    this.#status = element("p", { className: "question-status", id: `status-${id}`, textContent: "Not answered" });
    this.#flag = this.#flagButton(handlers.flagged);
    this.#control = control(data, {
      labels: `number-${id} text-${id}`,
      status: `status-${id}`,
      changed: () => handlers.changed(id),
      typing: () => handlers.typing(id),
      left: () => handlers.left(id),
      announce: handlers.announce,
    });
    this.element = element(
      "li",
      { className: "question", id: `question-${id}` },
      element("div", { className: "question-head" }, heading(data, { number, total, level }), this.#flag),
      element("div", { className: "question-text", id: `text-${id}` }, serverHtml(data.html)),
      element("div", { className: "question-body" }, this.#control.body),
      this.#status,
    );
    Object.assign(this.element.dataset, { questionId: id, number, kind: data.kind, state: "empty" });
    this.element.addEventListener("focusin", () => handlers.focused(id));
  }

  get answered() {
    return this.#control.answered();
  }

  // Some of it at least: that is kept and marked, too.
  get begun() {
    return this.#control.begun?.() ?? this.answered;
  }

  value() {
    return this.#control.value();
  }

  fill(value) {
    this.#control.fill(value);
  }

  show(state, sentence) {
    const before = this.state;
    this.state = this.element.dataset.state = state;
    this.#status.textContent = sentence;
    const troubled = state === "retrying" || state === "refused";
    if (troubled && before !== state) this.#announce(`Question ${this.number}: ${sentence}`);
    if (state === "saved" && this.#saidTrouble) this.#announce(`Question ${this.number}: saved.`);
    if (troubled || state === "saved") this.#saidTrouble = troubled;
  }

  // Where the navigator leads.
  focus() {
    const { firstChild: title } = this.element.querySelector(".question-head");
    this.element.scrollIntoView({ block: "start", behavior: "instant" });
    title.focus({ preventScroll: true });
  }

  #flagButton(flagged) {
    const button = element("button", { type: "button", className: "flag" });
    attributes(button, { "aria-pressed": String(this.flagged), "aria-label": `Flag question ${this.number} for review` });
    button.append(attributes(element("span", { textContent: "⚑" }), { "aria-hidden": "true" }), "Flag");
    button.addEventListener("click", () => {
      this.flagged = !this.flagged;
      button.setAttribute("aria-pressed", String(this.flagged));
      flagged(this.id, this.flagged);
    });
    return button;
  }
}

function heading({ id, points, penalty }, { number, total, level }) {
  const title = element(level, { className: "question-number", id: `number-${id}`, tabIndex: -1 });
  const off = Number(penalty) > 0 ? `, ${penalty} off if wrong` : "";
  const worth = Number(points) === 1 ? "1 point" : `${points} points`;
  title.append(`Question ${number} of ${total} `, element("span", { className: "points", textContent: `${worth}${off}` }));
  return title;
}
