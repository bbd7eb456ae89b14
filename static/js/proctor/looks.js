// How the session stands with people: how many of its events need a look, and whose points are dismissed. The server
// counts (proctoring/attention.py); what comes in between is added here, until it says so again.

import { looksText, pointsText } from "./words.js";

export class Looks {
  constructor(element, count, looks, reviewed) {
    Object.assign(this, { element, count, reviewed });
    this.set(looks);
  }

  set(looks) {
    this.looks = looks;
    const standing = this.reviewed ? "This session has been reviewed" : looks.events ? looksText(looks.events) : "No event needs a look";
    this.say(this.element, `${standing}. ${pointsText(looks)}.`);
    this.say(this.count, `(${looks.events})`);
  }

  // One that was recorded just now.
  add(event) {
    if (event.ledger !== "integrity") return;
    const { looks } = this;
    this.set({ ...looks, events: looks.events + (this.reviewed ? 0 : 1), points: looks.points + event.risk_delta });
  }

  // A status region is read out whenever it is written to.
  say(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }
}
