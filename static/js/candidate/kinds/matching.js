import { attributes, element, serverHtml } from "../../lib/dom.js";

const LONGEST_IN_A_LIST = 60; // characters; more would be cut off in a list that opens on a phone
const CHOOSE = "Choose…";

// A list to choose from for each thing on the left. Lists hold plain text, so where the right-hand side has formulas,
// pictures or long texts it stands above, lettered, and the lists name the letters.
export function matching(question, context) {
  const right = question.right.map((each, index) => ({ ...each, ...inOneLine(each), letter: letter(index) }));
  const lettered = right.some(({ fits }) => !fits);
  const rows = question.left.map((left, index) => row({ question, context, left, index, right, lettered }));
  const group = element("div", { className: "pairs" }, ...rows.map(({ line }) => line));
  attributes(group, { role: "group", "aria-labelledby": context.labels, "aria-describedby": context.status });
  return {
    body: element("div", {}, ...(lettered ? [legend(right)] : []), group),
    value: () => ({ pairs: Object.fromEntries(rows.filter(({ list }) => list.value).map(({ key, list }) => [key, list.value])) }),
    fill: ({ pairs }) => rows.forEach(({ key, list }) => select(list, pairs?.[key])),
    answered: () => rows.every(({ list }) => list.value),
    begun: () => rows.some(({ list }) => list.value),
  };
}

function row({ question, context, left: { key, html, name }, index, right, lettered }) {
  const id = `left-${question.id}-${index}`;
  const list = element("select", { name: `question-${question.id}-${index}` }, new Option(CHOOSE, ""));
  list.append(...right.map(({ key: value, text, letter: sign }) => new Option(lettered ? `${sign}: ${text}` : text, value)));
  attributes(list, name ? { "aria-label": name } : { "aria-labelledby": id });
  list.addEventListener("change", context.changed);
  const line = element("div", { className: "pair" }, element("div", { id, className: "pair-left" }, serverHtml(html)), list);
  return { key, list, line };
}

function select(list, value) {
  list.value = value ?? "";
  if (list.selectedIndex < 0) list.value = "";
}

function legend(right) {
  const lines = right.map(({ letter: sign, html }) =>
    element("li", {}, element("strong", { textContent: `${sign}: ` }), element("div", {}, serverHtml(html))),
  );
  return attributes(element("ul", { className: "lettered" }, ...lines), { "aria-label": "To choose from" });
}

function inOneLine({ html, name }) {
  const parsed = element("div", {}, serverHtml(html));
  const text = name || parsed.textContent.replace(/\s+/g, " ").trim();
  const plain = parsed.querySelector("math, img, code") === null;
  const short = text.length > LONGEST_IN_A_LIST ? `${text.slice(0, LONGEST_IN_A_LIST - 1)}…` : text;
  return { text: short, fits: plain && short === text };
}

// A … Z, AA, AB …
function letter(index) {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letter(Math.floor(index / 26) - 1) + last;
}
