// A WebSocket that is there while somebody looks: it comes back by itself, and sleeps while the page is hidden.

const REFUSED = {
  4401: "You are signed out. Reload the page and sign in again.",
  4403: "You may not see this any more.",
  4407: "Your institution now asks for a second factor. Reload the page.",
};
const HIDDEN_GRACE_MS = 10000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10000;

export class LiveSocket {
  constructor(path, { onMessage, onState }) {
    this.url = `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${path}`;
    this.onMessage = onMessage;
    this.onState = onState;
    this.failures = 0;
    this.finished = false;
    document.addEventListener("visibilitychange", () => this.visibilityChanged());
    addEventListener("online", () => this.connect());
    addEventListener("offline", () => this.socket?.close());
    this.visibilityChanged();
  }

  visibilityChanged() {
    clearTimeout(this.sleepTimer);
    if (document.hidden) this.sleepTimer = setTimeout(() => this.sleep(), HIDDEN_GRACE_MS);
    else this.connect();
  }

  sleep() {
    clearTimeout(this.retryTimer);
    this.socket?.close(1000);
    this.onState("sleeping");
  }

  connect() {
    clearTimeout(this.retryTimer);
    if (this.finished || document.hidden || this.socket) return;
    this.onState("connecting");
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.addEventListener("message", (message) => this.received(message));
    socket.addEventListener("close", (event) => this.closed(event));
  }

  received(message) {
    const data = JSON.parse(message.data);
    if (data.type === "sessions") {
      this.failures = 0;
      this.onState("open");
    }
    this.onMessage(data);
  }

  closed(event) {
    this.socket = null;
    if (REFUSED[event.code]) {
      this.finished = true;
      this.onState("refused", REFUSED[event.code]);
      return;
    }
    if (document.hidden) return;
    this.onState("waiting");
    const wait = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.failures);
    this.failures += 1;
    this.retryTimer = setTimeout(() => this.connect(), wait * (0.75 + Math.random() / 2));
  }

  stop() {
    this.finished = true;
    this.socket?.close(1000);
  }
}

const STATES = {
  connecting: "Connecting…",
  waiting: "Disconnected: pictures and risk may be old. Trying again by itself…",
  sleeping: "Paused while this page was out of sight.",
};

export function showState(element, state, text) {
  element.dataset.state = state;
  element.hidden = state === "open";
  if (state !== "open") element.textContent = text ?? STATES[state];
}
