// A WebSocket that comes back by itself, until the server says that it must not.
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 3000; // watched again within seconds of the server's return, however long it was away
const PING_EVERY_MS = 5000;
const SILENCE_MEANS_LOST_MS = 15000;

// Replaced, not signed in, not your session, consent missing, ended: trying again would get the same answer.
export const FINAL_CODES = new Set([4001, 4401, 4403, 4409, 4410]);

export class LiveSocket {
  state = "closed"; // "connecting", "open" (after the server's welcome), "lost", "closed"
  roundTripMs = null;
  #url;
  #timers;
  #handlers;
  #socket = null;
  #pause = FIRST_PAUSE_MS;
  #retryTimer = null;
  #pingTimer = null;
  #heardAt = 0;

  // handlers: message(data), state(state), final(code) once no further try will be made.
  constructor({ path, timers, handlers }) {
    this.#url = new URL(path, location.href.replace(/^http/, "ws")).href;
    this.#timers = timers;
    this.#handlers = handlers;
    window.addEventListener("online", () => this.#networkIsBack());
  }

  open() {
    this.#cancelTimers();
    this.#setState("connecting");
    const socket = new WebSocket(this.#url);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#heardAt = performance.now();
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = ({ code }) => this.#closed(code);
    this.#pingTimer = this.#timers.after(PING_EVERY_MS, () => this.#ping());
  }

  close() {
    this.#drop();
    this.#setState("closed");
  }

  send(message) {
    return this.#sendRaw(JSON.stringify(message));
  }

  sendBinary(buffer) {
    return this.#sendRaw(buffer);
  }

  #sendRaw(data) {
    if (this.state !== "open" || this.#socket.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(data);
    return true;
  }

  #receive(message) {
    this.#heardAt = performance.now();
    if (message.type === "welcome") {
      this.#pause = FIRST_PAUSE_MS;
      this.#setState("open");
      this.#ping();
    } else if (message.type === "pong") {
      this.roundTripMs = performance.now() - message.t;
    }
    this.#handlers.message(message);
  }

  #ping() {
    if (this.#pingTimer !== null) this.#timers.cancel(this.#pingTimer);
    if (performance.now() - this.#heardAt > SILENCE_MEANS_LOST_MS) {
      this.#closed(1006);
      return;
    }
    this.send({ type: "ping", t: performance.now() });
    this.#pingTimer = this.#timers.after(PING_EVERY_MS, () => this.#ping());
  }

  #closed(code) {
    this.#drop();
    if (FINAL_CODES.has(code)) {
      this.#setState("closed");
      this.#handlers.final(code);
      return;
    }
    this.#setState("lost");
    // Up to half of the pause is chance, so that a room full of candidates does not come back in one instant.
    const pause = this.#pause * (0.5 + Math.random() / 2);
    this.#pause = Math.min(LONGEST_PAUSE_MS, this.#pause * 2);
    this.#retryTimer = this.#timers.after(pause, () => this.open());
  }

  #networkIsBack() {
    if (this.state === "lost") this.open();
    else if (this.state === "open") this.#ping();
  }

  #drop() {
    this.#cancelTimers();
    if (this.#socket === null) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  #cancelTimers() {
    if (this.#retryTimer !== null) this.#timers.cancel(this.#retryTimer);
    if (this.#pingTimer !== null) this.#timers.cancel(this.#pingTimer);
    this.#retryTimer = this.#pingTimer = null;
  }

  #setState(state) {
    if (this.state === state) return;
    this.state = state;
    this.#handlers.state(state);
  }
}
