// One JPEG of what a video shows now, made in a worker where the browser can.
const LONGEST_SIDE = 640;
const QUALITIES = [0.7, 0.5, 0.3, 0.15];

export class Encoder {
  #worker = null;
  #waiting = new Map();
  #last = 0;
  #canvas = null;

  constructor(workerUrl) {
    if (typeof OffscreenCanvas === "undefined") return;
    this.#worker = new Worker(workerUrl);
    this.#worker.onmessage = ({ data: { id, jpeg, error } }) => {
      if (error === undefined) this.#settle(id, ({ resolve }) => resolve(jpeg));
      else this.#giveUpWorker(new Error(error));
    };
    this.#worker.onerror = (error) => this.#giveUpWorker(error);
  }

  async encode(video, maxBytes) {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(video.videoWidth, video.videoHeight));
    const width = Math.round(video.videoWidth * scale);
    const height = Math.round(video.videoHeight * scale);
    if (this.#worker === null) return this.#encodeHere(video, width, height, maxBytes);
    const bitmap = await createImageBitmap(video);
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, bitmap, width, height, qualities: QUALITIES, maxBytes }, [bitmap]);
    });
  }

  async #encodeHere(video, width, height, maxBytes) {
    this.#canvas ??= document.createElement("canvas");
    this.#canvas.width = width;
    this.#canvas.height = height;
    this.#canvas.getContext("2d").drawImage(video, 0, 0, width, height);
    let blob = null;
    for (const quality of QUALITIES) {
      blob = await new Promise((resolve) => this.#canvas.toBlob(resolve, "image/jpeg", quality));
      if (blob.size <= maxBytes) break;
    }
    return blob.arrayBuffer();
  }

  // What fails in the worker is tried on the page's own thread from then on.
  #giveUpWorker(error) {
    this.#worker?.terminate();
    this.#worker = null;
    for (const id of [...this.#waiting.keys()]) this.#settle(id, ({ reject }) => reject(error));
  }

  #settle(id, how) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (waiting) how(waiting);
  }
}
