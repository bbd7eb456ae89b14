// What fields for typing have in common.
import { attributes } from "../../lib/dom.js";

export function textField(field, question, { labels, status, typing, left }, describedBy = "") {
  Object.assign(field, { name: `question-${question.id}`, maxLength: question.max_length, autocomplete: "off" });
  attributes(field, { "aria-labelledby": labels, "aria-describedby": `${describedBy} ${status}`.trim() });
  field.addEventListener("input", typing);
  field.addEventListener("blur", left);
  return field;
}

// Half of a surrogate pair, which some input methods leave behind, cannot be kept by the server.
export function wellFormed(text) {
  return text.toWellFormed?.() ?? text;
}
