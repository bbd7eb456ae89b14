// What an event carries for the person who judges it, as a list of terms; nested values become nested lists.

import { textElement } from "./feed.js";
import { sentenceCase } from "./words.js";

const DRAWN = new Set(["boxes"]); // shown on the picture instead

const FIRST_MOMENT = 1e9; // no measured number is that large: it is a time in Unix seconds

function shown(value) {
  if (value === null) return "not measured";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number" && value > FIRST_MOMENT) return new Date(value * 1000).toISOString().replace("T", " ").replace("Z", " UTC");
  if (typeof value === "number") return String(Math.round(value * 1000) / 1000);
  if (Array.isArray(value)) return value.map(shown).join(", ");
  if (typeof value === "object") return Object.entries(value).map(([name, part]) => `${name} ${shown(part)}`).join(" ");
  return String(value);
}

function row(name, value) {
  const group = document.createElement("div");
  group.append(textElement("dt", "", sentenceCase(name)));
  const description = document.createElement("dd");
  if (value && typeof value === "object" && !Array.isArray(value)) description.append(detailList(value));
  else description.append(textElement("span", "pv-break", shown(value)));
  group.append(description);
  return group;
}

export function detailList(detail) {
  const list = document.createElement("dl");
  list.className = "pv-facts pv-facts-nested";
  for (const [name, value] of Object.entries(detail)) if (!DRAWN.has(name)) list.append(row(name, value));
  return list;
}
