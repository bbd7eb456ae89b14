// Sends pictures of the camera, one at a time: the server's answer to one sets the time of the next.
import { HEADER_BYTES, packFrame } from "../lib/wire.js";
import { Recurrence } from "./recurrence.js";

const NO_ANSWER_MEANS_LOST_MS = 15000;
const NOT_READY_PAUSE_MS = 250;
const EARLIEST = 0.1; // of the pause asked for: sooner no picture is sent, not even one that was sent before

export class Capture {
  sent = 0;
  acknowledged = 0;
  #video;
  #sessionId;
  #socket;
  #timers;
  #encoder;
  #recurrence;
  #changed;
  #cameraOn = false;
  #welcomed = false;
  #maxBytes = 0;
  #sequence = 0;
  #awaited = null;
  #answerTimer = null;
  #nextTimers = [];
  #dueMs = 0; // when the next picture is, by performance.now()
  #earlyMs = 0; // by how much the last was sent before it was due; the pause after it is that much longer
  #busy = false;

  constructor({ video, sessionId, socket, timers, encoder, changed }) {
    this.#video = video;
    this.#sessionId = sessionId;
    this.#socket = socket;
    this.#timers = timers;
    this.#encoder = encoder;
    this.#recurrence = new Recurrence(video);
    this.#changed = changed;
  }

  // A new connection: numbers go on above the last the server has seen, and nothing is awaited any more.
  welcome({ last_seq: lastSequence, max_frame_bytes: maxBytes }) {
    this.#sequence = Math.max(this.#sequence, lastSequence);
    this.#maxBytes = maxBytes - HEADER_BYTES;
    this.#welcomed = true;
    this.#forgetAwaited();
    this.#next(0);
  }

  disconnected() {
    this.#welcomed = false;
    this.#forgetAwaited();
  }

  cameraIs(on) {
    this.#cameraOn = on;
    if (on) this.#next(0);
  }

  // Verdicts and frame errors are both answers; one without a number answers whatever is under way.
  answered({ seq, next_frame_in_ms: pauseMs }) {
    if (this.#awaited === null || (seq !== null && seq !== this.#awaited)) return;
    this.#forgetAwaited();
    this.acknowledged += 1;
    this.#changed();
    this.#next(pauseMs, this.#earlyMs);
  }

  #next(ms, later = 0) {
    this.#cancelNext();
    this.#dueMs = performance.now() + later + ms;
    const tick = () => this.#tick();
    this.#nextTimers = [
      this.#timers.after(later + ms, tick),
      this.#timers.after(later + ms * EARLIEST, () => this.#recurrence.watch(tick)),
    ];
  }

  #cancelNext() {
    this.#nextTimers.forEach((timer) => this.#timers.cancel(timer));
    this.#nextTimers = [];
    this.#recurrence.stop();
  }

  async #tick() {
    this.#cancelNext();
    if (!this.#cameraOn || !this.#welcomed || this.#busy || this.#awaited !== null) return;
    if (this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) {
      this.#next(NOT_READY_PAUSE_MS);
      return;
    }
    this.#busy = true;
    this.#earlyMs = Math.max(0, this.#dueMs - performance.now());
    const capturedMs = Date.now();
    let jpeg = null;
    try {
      this.#recurrence.sent(capturedMs);
      jpeg = await this.#encoder.encode(this.#video, this.#maxBytes);
    } catch (error) {
      console.warn("A picture could not be encoded and is left out.", error);
    } finally {
      this.#busy = false;
    }
    if (!this.#cameraOn || !this.#welcomed) return;
    if (jpeg === null || !this.#send(jpeg, capturedMs)) this.#next(NOT_READY_PAUSE_MS);
  }

  #send(jpeg, capturedMs) {
    const sequence = this.#sequence + 1;
    const message = packFrame({ sessionId: this.#sessionId, sequence, capturedMs, jpeg });
    if (!this.#socket.sendBinary(message)) return false;
    this.#sequence = sequence;
    this.#awaited = sequence;
    this.#answerTimer = this.#timers.after(NO_ANSWER_MEANS_LOST_MS, () => {
      this.#forgetAwaited();
      this.#next(0);
    });
    this.sent += 1;
    this.#changed();
    return true;
  }

  #forgetAwaited() {
    if (this.#answerTimer !== null) this.#timers.cancel(this.#answerTimer);
    this.#answerTimer = null;
    this.#awaited = null;
  }
}
