// setTimeout that keeps its pace while the page is hidden.
export class Timers {
  #worker;
  #callbacks = new Map();
  #last = 0;

  constructor(workerUrl) {
    this.#worker = new Worker(workerUrl);
    this.#worker.onmessage = ({ data: id }) => {
      const callback = this.#callbacks.get(id);
      this.#callbacks.delete(id);
      callback?.();
    };
  }

  after(ms, callback) {
    const id = ++this.#last;
    this.#callbacks.set(id, callback);
    this.#worker.postMessage({ id, ms: Math.max(0, ms) });
    return id;
  }

  cancel(id) {
    if (this.#callbacks.delete(id)) this.#worker.postMessage({ id, cancel: true });
  }
}
