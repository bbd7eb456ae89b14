// The camera: asked for on a button, let go of on another, and every refusal explained.
const CONSTRAINTS = {
  audio: false,
  video: { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 15 }, facingMode: "user" },
};

const REFUSALS = {
  NotAllowedError:
    "The browser was not allowed to use the camera. Open the camera or lock symbol beside the address, allow the " +
    "camera for this page, then press “Start camera” again. If it is allowed there, check the privacy settings of " +
    "your computer.",
  NotFoundError: "No camera was found. Connect one, or switch on the built-in one, then press “Start camera” again.",
  NotReadableError:
    "The camera is there, but another program is using it or it does not answer. Close video calls and other tabs " +
    "with the camera, or unplug it and plug it in again, then press “Start camera” again.",
  OverconstrainedError:
    "The camera does not offer a picture that can be used here. Choose another camera in the browser’s settings, " +
    "then press “Start camera” again.",
  SecurityError:
    "This browser is set to keep pages from using cameras. Allow it in the browser’s settings, or use another browser.",
  Insecure:
    "Browsers give pages the camera only over a secure connection. Open this page with an address that begins " +
    "with https://, or ask your institution for the right one.",
};
REFUSALS.AbortError = REFUSALS.NotReadableError;

export function refusalSentence(name) {
  return REFUSALS[name] ?? `The camera could not be started (${name}). Reload the page, or try another browser.`;
}

export class Camera {
  state = "off"; // "off", "starting", "on", "denied"
  problem = "";
  #video;
  #changed;
  #stream = null;
  #asked = 0; // counts up whenever what was asked of the browser before no longer holds

  // changed(state, why): why is "asked" when the candidate pressed a button, "ended" when the camera went away.
  constructor(video, changed) {
    this.#video = video;
    this.#changed = changed;
  }

  async start() {
    if (this.state === "on" || this.state === "starting") return;
    const asked = ++this.#asked;
    this.#set("starting", "asked");
    try {
      const stream = await openStream();
      if (asked !== this.#asked) {
        stopTracks(stream); // Stop was pressed, or the session ended, while the browser still asked
        return;
      }
      this.#stream = stream;
      this.#video.srcObject = stream;
      await this.#video.play();
    } catch (error) {
      if (asked !== this.#asked) return;
      this.problem = refusalSentence(error.name);
      this.#release();
      this.#set("denied", "asked");
      return;
    }
    if (asked !== this.#asked) return;
    this.#stream.getVideoTracks()[0].addEventListener("ended", () => this.stop("ended"));
    this.problem = "";
    this.#set("on", "asked");
  }

  // The running track, null without one.
  get track() {
    return this.state === "on" ? this.#stream.getVideoTracks()[0] : null;
  }

  // Every track is stopped, so the camera's light goes out.
  stop(why = "asked") {
    this.#asked += 1;
    this.#release();
    if (this.state !== "off") this.#set("off", why);
  }

  #release() {
    if (this.#stream) stopTracks(this.#stream);
    this.#stream = null;
    this.#video.srcObject = null;
  }

  #set(state, why) {
    this.state = state;
    this.#changed(state, why);
  }
}

function stopTracks(stream) {
  stream.getTracks().forEach((track) => track.stop());
}

async function openStream() {
  if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) throw new DOMException("", "Insecure");
  return navigator.mediaDevices.getUserMedia(CONSTRAINTS);
}
