// Every question in a list: which are answered, which are flagged, and a way to each.
import { attributes, element } from "../lib/dom.js";

const WIDE = "(min-width: 52.01rem)"; // as in the stylesheets: the list stands beside the questions
const MOST_OF_A_WINDOW = 0.5;
const STATES = { answered: "answered", partly: "answered in part", refused: "not saved", empty: "not answered" };

export class Navigator {
  #root;
  #progress;
  #bar;
  #list;
  #details;
  #links = new Map(); // question id → link

  // root: the element in templates/candidate/_navigator.html
  constructor(root) {
    this.#root = root;
    this.#progress = root.querySelector("#progress-text");
    this.#bar = root.querySelector("#progress-bar");
    this.#details = root.querySelector("details");
    this.#leaveRoom();
    document.addEventListener("keyup", ({ key }) => key === "Tab" && this.#foldWhenLeft());
    matchMedia(WIDE).addEventListener("change", ({ matches }) => (this.#details.open = matches)); // else it covers much
    this.#list = root.querySelector("#question-links");
  }

  show(questions) {
    this.#links = new Map(questions.map((question) => [question.id, this.#link(question)]));
    this.#list.replaceChildren(...[...this.#links.values()].map((link) => element("li", {}, link)));
    this.#root.hidden = questions.length === 0;
    this.#details.open = matchMedia(WIDE).matches;
    questions.forEach((question) => this.update(question, questions));
  }

  update(question, questions) {
    const state = question.state === "refused" ? "refused" : question.answered ? "answered" : question.begun ? "partly" : "empty";
    const link = this.#links.get(question.id);
    if (!link) return; // not shown yet
    const flag = question.flagged ? ", flagged for review" : "";
    Object.assign(link.dataset, { state, flagged: question.flagged });
    link.setAttribute("aria-label", `Question ${question.number}, ${STATES[state]}${flag}`);
    const answered = questions.filter((each) => each.answered).length;
    const sentence = `${answered} of ${questions.length} answered`;
    if (this.#progress.textContent !== sentence) this.#progress.textContent = sentence;
    Object.assign(this.#bar, { max: questions.length, value: answered });
  }

  here(questionId) {
    for (const [id, link] of this.#links) {
      if (id === questionId) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  // On a narrow screen the list lies over the top of the page: what is scrolled to must not end up under it. Where what
  // stands above the list would take half of a low window, as with large type or zoomed in, nothing stays there.
  #leaveRoom() {
    const measure = () => this.#measure();
    new ResizeObserver(measure).observe(this.#root.parentElement);
    window.addEventListener("resize", measure);
  }

  #measure() {
    const side = this.#root.parentElement;
    const page = document.documentElement;
    page.style.setProperty("--side-height", `${side.offsetHeight}px`);
    page.toggleAttribute("data-low-window", side.firstElementChild.offsetHeight > innerHeight * MOST_OF_A_WINDOW);
  }

  // Whoever goes on by keyboard must see where they are, and not the open list over it.
  #foldWhenLeft() {
    const here = document.activeElement;
    if (!this.#details.open || here === document.body || this.#details.contains(here) || matchMedia(WIDE).matches) return;
    this.#details.open = false;
    this.#measure();
    here.scrollIntoView({ block: "nearest", behavior: "instant" });
  }

  #link(question) {
    const link = attributes(element("a", { textContent: question.number }), { href: `#question-${question.id}` });
    link.addEventListener("click", (event) => {
      event.preventDefault(); // the address stays as it is: going back must not leave the exam
      if (!matchMedia(WIDE).matches) this.#details.open = false;
      question.focus();
    });
    return link;
  }
}
