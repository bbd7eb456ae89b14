import { element } from "../../lib/dom.js";
import { textField, wellFormed } from "./text_field.js";

export function shortText(question, context) {
  const field = element("input", { type: "text", dir: "auto", spellcheck: false, autocapitalize: "off" });
  textField(field, question, context);
  return {
    body: element("div", { className: "typed" }, field),
    value: () => ({ text: wellFormed(field.value) }),
    fill: ({ text }) => (field.value = text ?? ""),
    answered: () => field.value.trim() !== "",
  };
}
