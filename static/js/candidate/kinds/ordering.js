import { attributes, element, serverHtml } from "../../lib/dom.js";
import { draggable } from "./dragging.js";

// Items to put in order: by buttons, which work with every input and are read out, or by dragging their handle. The
// order they come in is nobody's answer until something is moved or the order is said to be right as it is.
export function ordering(question, context) {
  let given = false;
  const list = element("ol", { className: "order" });
  attributes(list, { "aria-labelledby": context.labels, "aria-describedby": context.status });
  const keep = element("button", { type: "button", textContent: "Keep this order" });
  const clear = element("button", { type: "button", className: "link clear", textContent: "Clear order", hidden: true });
  const items = new Map(question.items.map((each) => [each.key, item(each)]));
  const order = () => [...list.children].map((line) => line.dataset.key);

  function item({ key, html, name }) {
    const up = button("↑");
    const down = button("↓");
    const handle = attributes(element("span", { className: "handle", textContent: "⠿" }), { "aria-hidden": "true" });
    const text = element("div", { className: "order-text" }, serverHtml(html));
    const line = element("li", {}, handle, text, element("span", { className: "order-buttons" }, up, down));
    line.dataset.key = key;
    line.dataset.name = shortened(name || text.textContent);
    up.addEventListener("click", () => step(line, -1));
    down.addEventListener("click", () => step(line, 1));
    draggable(line, handle, { moved: number, dropped: () => made(line) });
    return line;
  }

  function step(line, by) {
    const neighbour = by < 0 ? line.previousElementSibling : line.nextElementSibling;
    if (!neighbour) return;
    // The neighbour is moved past the line, whose button so keeps the focus.
    if (by < 0) line.after(neighbour);
    else line.before(neighbour);
    made(line);
  }

  function made(line) {
    given = true;
    number();
    context.announce(`${line.dataset.name}: place ${order().indexOf(line.dataset.key) + 1} of ${items.size}.`);
    context.typing();
  }

  // Names and states of the buttons follow the places; a button at its end stays focusable and does nothing.
  function number() {
    [...list.children].forEach((line, index, lines) => {
      const [up, down] = line.querySelectorAll("button");
      up.setAttribute("aria-label", `Move up: ${line.dataset.name}, place ${index + 1}`);
      down.setAttribute("aria-label", `Move down: ${line.dataset.name}, place ${index + 1}`);
      up.setAttribute("aria-disabled", String(index === 0));
      down.setAttribute("aria-disabled", String(index === lines.length - 1));
    });
    keep.hidden = given;
    clear.hidden = !given;
  }

  function arrange(keys) {
    list.append(...keys.map((key) => items.get(key)).filter(Boolean));
    number();
  }

  keep.addEventListener("click", () => {
    given = true;
    number();
    clear.focus();
    context.changed();
  });
  clear.addEventListener("click", () => {
    given = false;
    number();
    keep.focus();
    context.changed();
    context.announce("Order cleared.");
  });
  arrange([...items.keys()]);
  return {
    body: element("div", {}, list, keep, clear),
    value: () => ({ order: given ? order() : [] }),
    fill: ({ order: keys }) => {
      given = keys?.length === items.size && keys.every((key) => items.has(key));
      arrange(given ? keys : [...items.keys()]);
    },
    answered: () => given,
  };
}

function button(sign) {
  return element("button", { type: "button", textContent: sign });
}

function shortened(text) {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
