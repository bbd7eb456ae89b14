// The events of a session, newest first, with their pictures; a picture opens larger, with its boxes.

import { detailList } from "./detail.js";
import { ledgerBadge, textElement } from "./feed.js";
import { NewestFirst } from "./newest.js";
import { draw } from "./overlay.js";
import { verdictLine } from "./verdicts.js";
import { clockTime, scoreText, sentenceCase } from "./words.js";

const byId = (id) => document.getElementById(id);

class SnapshotDialog {
  constructor() {
    this.dialog = byId("snapshot-dialog");
    this.picture = byId("snapshot-picture");
    this.picture.addEventListener("load", () => this.redraw());
    byId("snapshot-boxes").addEventListener("change", () => this.redraw());
    addEventListener("resize", () => this.redraw());
  }

  open(event) {
    this.event = event;
    byId("snapshot-title").textContent = `${sentenceCase(event.event)}, ${event.time_24h}`;
    byId("snapshot-sentence").textContent = event.sentence;
    this.picture.alt = `Picture of ${event.time_24h}`;
    this.picture.src = event.snapshot_url;
    this.dialog.showModal();
    this.redraw();
  }

  redraw() {
    if (!this.dialog.open) return;
    draw(byId("snapshot-overlay"), this.picture, byId("snapshot-boxes").checked ? this.event.detail.boxes : null);
  }
}

export class Timeline {
  // judging: {url, reviewed, judged(looks)}, see verdicts.js
  constructor(list, empty, filter, judging) {
    Object.assign(this, { list, empty, filter, judging });
    this.seen = new Set();
    this.counts = { "": 0, integrity: 0, technical: 0, environment: 0 };
    this.newest = 0;
    this.ordered = new NewestFirst(list);
    this.snapshots = new SnapshotDialog();
    filter.addEventListener("change", () => this.refresh());
  }

  get ledger() {
    return this.filter.querySelector("input:checked").value;
  }

  // False when it is there already: after a gap the same event may come twice.
  add(event) {
    if (this.seen.has(event.id)) return false;
    this.seen.add(event.id);
    this.newest = Math.max(this.newest, event.sequence);
    this.counts[""] += 1;
    this.counts[event.ledger] += 1;
    this.ordered.put(this.entry(event), event.unix_time, event.sequence);
    return true;
  }

  // Whether something on it still has no end, and may have found one meanwhile.
  get waits() {
    return this.list.querySelector("[data-waits]") !== null;
  }

  // lasted: by an event's number how long it lasted in the end.
  tell(lasted) {
    for (const [id, each] of Object.entries(lasted)) {
      const item = this.list.querySelector(`#event-${id}`);
      if (item) this.tellOne(item, each);
    }
  }

  tellOne(item, { text, over }) {
    item.querySelector(".pv-lasted").textContent = `${text}.`;
    item.toggleAttribute("data-waits", !over);
  }

  refresh() {
    let shown = 0;
    for (const item of this.list.children) {
      item.hidden = this.ledger === "look" ? item.dataset.look !== "true" : this.ledger !== "" && item.dataset.ledger !== this.ledger;
      shown += item.hidden ? 0 : 1;
    }
    this.empty.hidden = shown > 0;
    this.empty.textContent = this.counts[""] ? "No events of this kind." : "No events yet.";
    for (const count of this.filter.querySelectorAll("[data-count]:not([data-count=look])")) count.textContent = `(${this.counts[count.dataset.count]})`;
  }

  entry(event) {
    const item = document.createElement("li");
    item.id = `event-${event.id}`;
    Object.assign(item.dataset, { eventId: event.id, event: event.event, ledger: event.ledger, sequence: event.sequence });
    const head = document.createElement("p");
    head.className = "pv-event-head";
    head.append(
      textElement("time", "", clockTime(event)),
      textElement("strong", "", sentenceCase(event.event)),
      ledgerBadge(event.ledger),
      textElement("span", "pv-subtle", scoreText(event)),
    );
    const lasted = textElement("strong", "pv-lasted", "");
    const sentence = textElement("p", "", `${event.sentence} `);
    sentence.append(lasted);
    item.append(head, sentence);
    if (event.lasted) this.tellOne(item, event.lasted);
    else if (event.detail.measured?.left_at !== undefined) item.setAttribute("data-waits", "");
    if (event.snapshot_url) item.append(this.snapshotButton(event));
    const { url, reviewed, judged } = this.judging;
    const needsLook = (verdict) => String(event.ledger === "integrity" && !reviewed && (verdict ?? "taken_back") === "taken_back");
    item.dataset.look = needsLook(event.verdict?.verdict);
    const line = verdictLine(event, url, {
      reviewed,
      judged(verdict, looks) {
        item.dataset.look = needsLook(verdict); // hidden by the filter when that is chosen anew: the focus is here
        judged(looks);
      },
    });
    item.append(line, this.details(event));
    return item;
  }

  snapshotButton(event) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "pv-snapshot";
    button.setAttribute("aria-label", `Open the picture of ${event.time_24h} larger`);
    const image = Object.assign(document.createElement("img"), { alt: "", loading: "lazy", src: event.snapshot_url, width: 160, height: 120 });
    button.append(image);
    button.addEventListener("click", () => this.snapshots.open(event));
    return button;
  }

  details(event) {
    const details = document.createElement("details");
    details.append(textElement("summary", "", "Rule, measurements and models"));
    const seen = { event: event.event, face_count: event.face_count, looking_away: event.looking_away === 1, phone_detected: event.phone_detected === 1 };
    details.addEventListener("toggle", () => details.childElementCount > 1 || details.append(detailList({ ...seen, ...event.detail })));
    return details;
  }
}
