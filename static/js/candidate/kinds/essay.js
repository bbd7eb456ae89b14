import { element } from "../../lib/dom.js";
import { textField, wellFormed } from "./text_field.js";

const NEAR_THE_END = 2000; // characters

export function essay(question, context) {
  const counted = element("p", { className: "hint", id: `words-${question.id}` });
  const area = element("textarea", { rows: 8, dir: "auto" });
  const count = () => {
    const left = question.max_length - area.value.length;
    const words = countWords(area.value);
    const room = left > NEAR_THE_END ? "" : ` · ${left.toLocaleString("en-GB")} characters left`;
    counted.textContent = `${words.toLocaleString("en-GB")} ${words === 1 ? "word" : "words"}${room}`;
  };
  area.addEventListener("input", count);
  textField(area, question, context);
  count();
  return {
    body: element("div", { className: "typed" }, area, counted),
    value: () => ({ text: wellFormed(area.value) }),
    fill: ({ text }) => {
      area.value = text ?? "";
      count();
    },
    answered: () => area.value.trim() !== "",
  };
}

// Also of languages that put no spaces between words, where the browser can tell them apart.
export function countWords(text) {
  if (!("Segmenter" in Intl)) return text.split(/\s+/).filter(Boolean).length;
  let words = 0;
  for (const { isWordLike } of new Intl.Segmenter(undefined, { granularity: "word" }).segment(text)) {
    if (isWordLike) words += 1;
  }
  return words;
}
