// What a person makes of an event: buttons at each of the integrity ledger, what was said last, and what before it.
import { request } from "../lib/http.js";
import { badge, textElement } from "./feed.js";

const CHOICES = [["confirmed", "Confirm", "Confirm"], ["dismissed", "Dismiss", "Dismiss"], ["taken_back", "Take back", "Take back the verdict on"]];
const TONE = { confirmed: "bad", dismissed: "plain", taken_back: "plain" };

// url: the address of an event's verdict, with 0 in its number's place; empty where the reader may not judge.
// judged(verdict, looks): "confirmed", "dismissed" or "taken_back", and how the session stands since.
export function verdictLine(event, url, { reviewed, judged }) {
  const line = textElement("div", "pv-verdict", "");
  const said = textElement("p", "", "");
  said.setAttribute("role", "status");
  const earlier = document.createElement("details");
  earlier.append(textElement("summary", "", ""), document.createElement("ul"));
  line.append(said);
  show(event);
  if (!url || event.ledger !== "integrity") {
    line.append(earlier);
    return line;
  }
  const buttons = CHOICES.map(([verdict, label, what]) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "pv-button", textContent: label });
    button.dataset.verdict = verdict;
    button.setAttribute("aria-label", `${what} this event of ${event.time_24h}`);
    button.addEventListener("click", () => button.getAttribute("aria-disabled") === "true" || give(verdict));
    return button;
  });
  line.append(...buttons, earlier);
  let now = event.verdict?.verdict;
  press();

  // Nothing to take back, no button for it. Once it was used it stays, so that the focus has a place.
  function press() {
    for (const button of buttons) {
      const takesBack = button.dataset.verdict === "taken_back";
      if (takesBack) button.hidden = now === undefined;
      else button.setAttribute("aria-pressed", String(button.dataset.verdict === now));
      button.setAttribute("aria-disabled", String(takesBack && now === "taken_back"));
    }
  }

  async function give(verdict) {
    for (const button of buttons) button.setAttribute("aria-disabled", "true"); // not disabled: that would take the focus
    try {
      const { ok, data } = await request("POST", url.replace("/0/", `/${event.id}/`), { verdict });
      if (!ok) throw new Error(data?.message);
      now = data.verdict.verdict;
      show(data);
      judged(now, data.looks);
    } catch (error) {
      said.textContent = error.message || "This was not kept. Try again.";
    } finally {
      press();
    }
  }

  function show({ verdict, earlier: before = [] }) {
    const parts = verdict ? [...words(verdict)] : [];
    if (event.ledger === "integrity" && !reviewed && (verdict?.verdict ?? "taken_back") === "taken_back") parts.unshift(badge("Needs a look", "warn"), " ");
    said.replaceChildren(...parts);
    earlier.hidden = before.length === 0;
    earlier.firstElementChild.textContent = before.length === 1 ? "1 earlier verdict" : `${before.length} earlier verdicts`;
    earlier.lastElementChild.replaceChildren(...before.map((each) => {
      const item = document.createElement("li");
      item.append(...words(each));
      return item;
    }));
  }

  return line;
}

function words(given) {
  return [badge(given.label, TONE[given.verdict]), ` by ${given.by}, ${given.at}${given.note ? `: “${given.note}”` : ""}`];
}
