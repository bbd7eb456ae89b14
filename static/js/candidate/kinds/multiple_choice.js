import { element } from "../../lib/dom.js";
import { options } from "./options.js";

export function multipleChoice(question, context) {
  const { group, inputs } = options(question, context, { type: "checkbox", changed: context.changed });
  const chosen = () => inputs.filter((input) => input.checked).map((input) => input.value);
  return {
    body: element("div", {}, element("p", { className: "hint", textContent: "Choose all that apply." }), group),
    value: () => ({ choices: chosen() }),
    fill: ({ choices }) => inputs.forEach((input) => (input.checked = (choices ?? []).includes(input.value))),
    answered: () => chosen().length > 0,
  };
}
