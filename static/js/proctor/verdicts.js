// What a person makes of an event: two buttons at each that scored, and what was said last.
import { request } from "../lib/http.js";
import { badge, textElement } from "./feed.js";

const CHOICES = [["confirmed", "Confirm"], ["dismissed", "Dismiss"]];
const TONE = { confirmed: "bad", dismissed: "plain" };

// url: the address of an event's verdict, with 0 in its number's place; empty where the reader may not judge.
export function verdictLine(event, url) {
  const line = textElement("div", "pv-verdict", "");
  const said = textElement("p", "", "");
  said.setAttribute("role", "status");
  line.append(said);
  show(said, event.verdict);
  if (!url || event.ledger !== "integrity") return line;
  const buttons = CHOICES.map(([verdict, label]) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "pv-button", textContent: label });
    button.dataset.verdict = verdict;
    button.setAttribute("aria-label", `${label} this event of ${event.time_24h}`);
    button.addEventListener("click", () => sending || give(verdict));
    return button;
  });
  line.append(...buttons);
  let sending = false;
  press(event.verdict?.verdict);

  function press(verdict) {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.verdict === verdict));
  }

  async function give(verdict) {
    send(true);
    try {
      const { ok, data } = await request("POST", url.replace("/0/", `/${event.id}/`), { verdict });
      if (!ok) throw new Error(data?.message);
      show(said, data);
      press(verdict);
    } catch (error) {
      said.textContent = error.message || "This was not kept. Try again.";
    } finally {
      send(false);
    }
  }

  // Not disabled: that would take the focus from whoever pressed it on the keyboard.
  function send(now) {
    sending = now;
    for (const button of buttons) button.setAttribute("aria-disabled", String(now));
  }

  return line;
}

function show(said, given) {
  if (given) said.replaceChildren(badge(given.label, TONE[given.verdict]), ` by ${given.by}, ${given.at}${given.note ? `: “${given.note}”` : ""}`);
}
