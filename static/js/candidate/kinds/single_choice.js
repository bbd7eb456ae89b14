import { element } from "../../lib/dom.js";
import { options } from "./options.js";

// A radio button cannot be unticked, but an answer can be taken back: a wrong one may cost points, none costs nothing.
export function singleChoice(question, context) {
  const clear = element("button", { type: "button", className: "link clear", textContent: "Clear choice", hidden: true });
  const changed = () => {
    clear.hidden = !chosen();
    context.changed();
  };
  const { group, inputs } = options(question, context, { type: "radio", changed });
  const chosen = () => inputs.find((input) => input.checked);
  clear.addEventListener("click", () => {
    chosen().checked = false;
    inputs[0].focus();
    changed();
    context.announce("Choice cleared.");
  });
  return {
    body: element("div", {}, group, clear),
    value: () => ({ choice: chosen()?.value ?? null }),
    fill: ({ choice }) => {
      inputs.forEach((input) => (input.checked = input.value === choice));
      clear.hidden = !chosen();
    },
    answered: () => chosen() !== undefined,
  };
}
