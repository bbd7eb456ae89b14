// One candidate on the wall.

import { LivePicture } from "./picture.js";
import { clockTime, looksText, placeholderText, sentenceCase, showConnection, showRisk, slowedText, warningsText } from "./words.js";

const STALE_MS = 6000;
const LATEST_MS = 15000;

export class Tile {
  constructor(session, template) {
    this.element = template.content.firstElementChild.cloneNode(true);
    this.part = (name) => this.element.querySelector(name);
    this.picture = new LivePicture(this.part("img"), this.part(".pv-no-picture"));
    this.element.dataset.session = session.id;
    this.update(session);
    this.setLooks(0);
  }

  get name() {
    return this.session.name;
  }

  get risk() {
    return this.session.risk;
  }

  update(session) {
    this.session = session;
    this.heard = performance.now();
    const { element } = this;
    element.dataset.risk = session.risk;
    element.dataset.connection = session.connection;
    element.dataset.warnings = session.warnings.join(" ");
    delete element.dataset.stale;
    this.part("a").href = session.url;
    this.part("img").alt = `Camera picture of ${session.name}`;
    this.part(".pv-name").textContent = session.name;
    this.part(".pv-accommodated").hidden = !session.accommodated;
    this.part(".pv-warnings").textContent = warningsText(session.warnings);
    const slowed = slowedText(session);
    this.part(".pv-pace").textContent = slowed;
    this.part(".pv-pace").hidden = slowed === "";
    showRisk(this.part(".pv-risk"), session.risk);
    showConnection(this.part(".pv-connection"), session.connection);
    this.part(".pv-no-picture").textContent = placeholderText(session.connection);
    if (session.connection === "on_break") this.picture.clear();
    else this.picture.offer(session.frame_url, session.frame_seq);
  }

  setRisk(risk) {
    this.session = { ...this.session, risk };
    this.element.dataset.risk = risk;
    showRisk(this.part(".pv-risk"), risk);
  }

  // How many of the candidate's events need a look.
  setLooks(events) {
    this.looks = events;
    this.element.dataset.looks = events;
    this.part(".pv-looks").textContent = events ? looksText(events) : "";
    this.part(".pv-looks").hidden = !events;
  }

  addEvent(event) {
    const latest = this.part(".pv-latest");
    latest.textContent = `${clockTime(event)} ${sentenceCase(event.event)}`;
    latest.dataset.ledger = event.ledger;
    latest.hidden = false;
    clearTimeout(this.latestTimer);
    this.latestTimer = setTimeout(() => (latest.hidden = true), LATEST_MS);
  }

  // A candidate who is live is heard of every second; silence means that what is shown may be old.
  checkFreshness(connected) {
    if (!["live", "checking"].includes(this.session.connection)) return;
    if (connected && performance.now() - this.heard < STALE_MS) return;
    this.element.dataset.stale = "true";
    const badge = this.part(".pv-connection");
    badge.textContent = "Picture may be old";
    badge.dataset.tone = "warn";
  }

  remove() {
    clearTimeout(this.latestTimer);
    this.picture.stop();
    this.element.remove();
  }
}
