import { element } from "../../lib/dom.js";
import { textField, wellFormed } from "./text_field.js";

const NUMBER = /^([+-]?)(\d+(?:[.,]\d*)?|[.,]\d+)(?:(?:[eE]|[x*·×]10\^)([+-]?\d{1,3}))?$/;
const SAME = { "٫": ".", "．": ".", "，": ",", "−": "-", "–": "-", "‐": "-", "＋": "+" };

// Kept as it is typed. Below it stands how it was understood, where that is not plain to see.
export function numeric(question, context) {
  const hint = element("p", { className: "hint", id: `read-${question.id}` });
  const field = element("input", { type: "text", inputMode: "decimal", dir: "ltr", spellcheck: false });
  // The number pads of some phones have no minus.
  const sign = element("button", { type: "button", className: "sign", textContent: "+/−", title: "Change the sign" });
  sign.setAttribute("aria-label", "Change the sign");
  const say = () => (hint.textContent = sentence(field.value));
  field.addEventListener("input", say);
  textField(field, question, context, hint.id);
  sign.addEventListener("click", () => {
    const text = field.value.trim();
    field.value = /^[-−–]/.test(text) ? text.slice(1) : `-${text.replace(/^\+/, "")}`;
    field.focus();
    say();
    context.typing();
  });
  return {
    body: element("div", { className: "typed" }, element("div", { className: "number" }, field, sign), hint),
    value: () => ({ number: wellFormed(field.value) }),
    fill: ({ number }) => {
      field.value = number ?? "";
      say();
    },
    answered: () => field.value.trim() !== "",
  };
}

function sentence(text) {
  if (text.trim() === "") return "";
  const read = readNumber(text);
  if (read === null) return "This can’t be read as a number yet. Write digits alone, and no unit.";
  return read === text.trim() ? "" : `Read as ${read}`;
}

// As exams/numbers.py reads it; null where that is no number.
export function readNumber(text) {
  const plain = [...text].map(plainCharacter).join("").trim().replace(/(?<=\d) (?=\d{3}(?!\d))/g, "");
  const found = NUMBER.exec(plain.replace(/ ?([x*·×^]) ?/g, "$1"));
  if (found === null) return null;
  const [, sign, digits, exponent] = found;
  const number = `${sign === "-" ? "-" : ""}${digits.replace(",", ".").replace(/^\./, "0.").replace(/\.$/, "")}`;
  return exponent === undefined ? number : `${number} × 10^${Number(exponent)}`;
}

function plainCharacter(character) {
  if (SAME[character]) return SAME[character];
  if (/\p{Nd}/u.test(character)) return String(digit(character));
  if (/\p{Cf}/u.test(character)) return "";
  return /\s/.test(character) ? " " : character;
}

// Digits of every script stand in rows of ten: counting back to the row's beginning tells which one it is.
function digit(character) {
  const code = character.codePointAt(0);
  if (code >= 48 && code <= 57) return code - 48;
  let first = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
  return (code - first) % 10;
}
