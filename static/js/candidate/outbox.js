// What the browser noticed, kept until the server says it is in its database. Each signal has an id of its own, so one
// that travels twice is counted once; each lies under a key of its own, so two tabs never overwrite each other's.
import { csrfToken } from "../lib/http.js";
import { newId } from "../lib/ids.js";
import * as store from "../lib/store.js";

const RESEND_MS = 10000;
const AT_ONCE = 100; // signals a message
const BY_BEACON = new Set(["hidden", "visible", "blur", "focus"]);

export class Outbox {
  #prefix;
  #socket;
  #timers;
  #beaconUrl;
  #sent = new Set(); // on this connection
  #resendTimer = null;

  constructor({ sessionId, socket, timers, beaconUrl }) {
    this.#prefix = `signal:${sessionId}:`;
    this.#socket = socket;
    this.#timers = timers;
    this.#beaconUrl = beaconUrl;
  }

  add(kind, timeMs = Date.now()) {
    const signal = { id: newId(), kind, time_ms: timeMs };
    store.put(this.#prefix + signal.id, signal);
    if (this.#socket.state === "open") this.flush();
    else if (BY_BEACON.has(kind)) this.beacon(); // also while connecting: that may last, or never come to anything
  }

  pending() {
    const signals = store.keys(this.#prefix).map((key) => store.get(key));
    return signals.filter(Boolean).sort((one, other) => one.time_ms - other.time_ms);
  }

  connected() {
    this.#sent.clear();
    this.flush();
  }

  flush() {
    const signals = this.pending().filter(({ id }) => !this.#sent.has(id));
    for (let first = 0; first < signals.length; first += AT_ONCE) {
      const batch = signals.slice(first, first + AT_ONCE);
      if (!this.#socket.send(message(batch))) return;
      batch.forEach(({ id }) => this.#sent.add(id));
    }
    this.#resendLater();
  }

  acknowledged(ids) {
    for (const id of ids) {
      store.remove(this.#prefix + id);
      this.#sent.delete(id);
    }
  }

  // Leaves the signals where they are: only the server's acknowledgement over the socket clears them.
  beacon() {
    const signals = this.pending().slice(-AT_ONCE);
    if (signals.length === 0) return;
    navigator.sendBeacon(this.#beaconUrl, form(signals));
  }

  // The session is over and the socket with it: what is left goes by an ordinary request.
  async handOver() {
    if (this.#resendTimer !== null) this.#timers.cancel(this.#resendTimer);
    const signals = this.pending().slice(0, AT_ONCE);
    if (signals.length === 0) return;
    try {
      const response = await fetch(this.#beaconUrl, { method: "POST", body: form(signals), keepalive: true });
      // Refused is final as well: nobody takes signals of this session any more.
      if (response.status < 500) this.acknowledged(signals.map(({ id }) => id));
    } catch (error) {
      console.info("The last signals could not be sent; the next page tries again.", error);
    }
  }

  #resendLater() {
    if (this.#resendTimer !== null) this.#timers.cancel(this.#resendTimer);
    this.#resendTimer = null;
    if (this.#sent.size === 0) return;
    this.#resendTimer = this.#timers.after(RESEND_MS, () => this.connected());
  }
}

function form(signals) {
  const data = new FormData();
  data.append("csrfmiddlewaretoken", csrfToken());
  data.append("payload", JSON.stringify(message(signals)));
  return data;
}

function message(signals) {
  return { type: "signals", sent_ms: Date.now(), signals };
}
