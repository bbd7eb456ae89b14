// One page, several stages: exactly one is shown, and the focus goes to its heading.
export class Stages {
  #root;

  constructor(root) {
    this.#root = root;
  }

  get current() {
    return this.#root.dataset.stage;
  }

  show(name) {
    const before = this.current;
    this.#root.dataset.stage = name;
    for (const section of this.#root.querySelectorAll("[data-stage-name]")) {
      section.hidden = section.dataset.stageName !== name;
    }
    for (const step of this.#root.querySelectorAll("[data-step]")) {
      const isHere = step.dataset.step.split(" ").includes(name);
      if (isHere) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    }
    if (before === name) return;
    const heading = this.#root.querySelector(`[data-stage-name="${name}"] h2`);
    heading?.focus({ preventScroll: true });
    window.scrollTo({ top: 0, behavior: "instant" });
  }
}
