// Keeps a list in order without startling anyone: items glide to their places, at most once a second, and nothing moves
// while the pointer or the focus is on an item.

const SHORTEST_GAP_MS = 1000;
const GLIDE = { duration: 350, easing: "ease-in-out" };

export class Arranger {
  constructor(list, compare, onHeld) {
    this.list = list;
    this.compare = compare;
    this.onHeld = onHeld;
    this.pointed = false;
    this.last = 0;
    list.addEventListener("pointerover", (event) => this.point(event.pointerType === "mouse" && event.target !== list));
    list.addEventListener("pointerleave", () => this.point(false));
    list.addEventListener("focusout", () => setTimeout(() => this.ask()));
  }

  point(pointed) {
    this.pointed = pointed;
    if (!pointed) this.ask();
  }

  get held() {
    return this.pointed || this.list.contains(document.activeElement);
  }

  ask() {
    clearTimeout(this.timer);
    if (document.hidden) return;
    const order = [...this.list.children].sort(this.compare);
    const sorted = order.every((item, index) => item === this.list.children[index]);
    this.onHeld(!sorted && this.held);
    if (sorted || this.held) return;
    const wait = this.last + SHORTEST_GAP_MS - performance.now();
    if (wait > 0) this.timer = setTimeout(() => this.ask(), wait);
    else this.move(order);
  }

  move(order) {
    this.last = performance.now();
    const before = new Map(order.map((item) => [item, item.getBoundingClientRect()]));
    this.list.append(...order);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    for (const [item, was] of before) {
      const is = item.getBoundingClientRect();
      const [x, y] = [was.left - is.left, was.top - is.top];
      if (x || y) item.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], GLIDE);
    }
  }
}
