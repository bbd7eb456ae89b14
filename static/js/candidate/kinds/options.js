// A list of options to tick: radio buttons or checkboxes, the whole line being the label.
import { attributes, element, serverHtml } from "../../lib/dom.js";

export function options(question, { labels, status }, { type, changed }) {
  const group = element("div", { className: "options" });
  attributes(group, {
    role: type === "radio" ? "radiogroup" : "group",
    "aria-labelledby": labels,
    "aria-describedby": status,
  });
  const inputs = question.choices.map(({ id, html, name }) => {
    const input = element("input", { type, name: `question-${question.id}`, value: id });
    if (name) input.setAttribute("aria-label", name);
    input.addEventListener("change", changed);
    group.append(element("label", { className: "choice" }, input, serverHtml(html)));
    return input;
  });
  return { group, inputs };
}
