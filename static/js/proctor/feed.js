// The events beside the wall, newest first.

import { NewestFirst } from "./newest.js";
import { clockTime, ledgerText, scoreText, sentenceCase } from "./words.js";

const KEPT = 100;

export function badge(text, tone) {
  const element = document.createElement("span");
  element.className = "pv-badge";
  element.dataset.tone = tone;
  element.textContent = text;
  return element;
}

export const ledgerBadge = (ledger) => badge(ledgerText(ledger), { integrity: "bad", environment: "warn" }[ledger] ?? "plain");

export function textElement(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}

export class Feed {
  constructor(list, empty) {
    this.list = list;
    this.empty = empty;
    this.seen = new Set();
    this.newest = 0;
    this.ordered = new NewestFirst(list);
  }

  // False when the event is there already: after a gap the same event may come twice.
  add({ session, name, url, event }) {
    if (this.seen.has(event.id)) return false;
    this.seen.add(event.id);
    this.newest = Math.max(this.newest, event.id);
    this.ordered.put(this.entry(session, name, url, event), event.unix_time, event.id);
    while (this.list.children.length > KEPT) this.list.lastElementChild.remove();
    this.empty.hidden = true;
    return true;
  }

  entry(session, name, url, event) {
    const item = document.createElement("li");
    item.dataset.eventId = event.id;
    item.dataset.event = event.event;
    item.dataset.ledger = event.ledger;
    item.dataset.ofSession = session;
    const link = textElement("a", "pv-link", name);
    link.href = `${url}#event-${event.id}`;
    const head = document.createElement("p");
    head.className = "pv-feed-head";
    head.append(textElement("time", "", clockTime(event)), " ", link);
    const what = document.createElement("p");
    what.append(textElement("strong", "", sentenceCase(event.event)), " ", textElement("span", "pv-subtle", scoreText(event)));
    item.append(head, what, textElement("p", "pv-feed-sentence", event.sentence));
    return item;
  }
}
