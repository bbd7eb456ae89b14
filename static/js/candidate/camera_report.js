// Tells the server which camera is in use: its name and picture size as the browser gives them, once and at every change.
// The device's own id never leaves the browser: mixed with the session it only tells this session's cameras apart.
const LONGEST_NAME = 200;

export class CameraReport {
  #sessionId;
  #camera;
  #socket;
  #sent = "";

  constructor({ sessionId, camera, video, socket }) {
    this.#sessionId = sessionId;
    this.#camera = camera;
    this.#socket = socket;
    video.addEventListener("resize", () => this.tell());
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.tell());
  }

  // A new connection has been told nothing yet.
  connected() {
    this.#sent = "";
    this.tell();
  }

  async tell() {
    const track = this.#camera.track;
    if (!track) return;
    const { deviceId = "", width = 0, height = 0 } = track.getSettings();
    const report = { label: track.label.slice(0, LONGEST_NAME), device: await this.#alias(deviceId), width, height };
    const said = JSON.stringify(report);
    if (said === this.#sent || track !== this.#camera.track) return;
    if (this.#socket.send({ type: "camera", ...report })) this.#sent = said;
  }

  async #alias(deviceId) {
    if (!deviceId) return "";
    const bytes = new TextEncoder().encode(`${this.#sessionId} ${deviceId}`);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return Array.from(hash.slice(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}
