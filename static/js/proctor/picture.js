// One candidate's newest picture, fetched by HTTP: at most about once a second, only while it is in view, only when
// there is a new one, and never two at once.

const SHORTEST_GAP_MS = 900;

export class LivePicture {
  constructor(image, placeholder, onShown = () => {}) {
    this.image = image;
    this.placeholder = placeholder;
    this.onShown = onShown;
    this.inView = false;
    this.paused = false;
    this.loading = false;
    this.lastStart = 0;
    this.shown = null;
    this.wanted = null;
    image.addEventListener("error", () => this.finished());
    image.addEventListener("load", () => this.loaded());
    document.addEventListener("visibilitychange", (this.look = () => this.update()));
    this.observer = new IntersectionObserver((entries) => {
      this.inView = entries.at(-1).isIntersecting;
      this.update();
    });
    this.observer.observe(image.parentElement);
  }

  offer(url, sequence, extra) {
    this.wanted = url && sequence ? { url, sequence, extra } : null;
    this.update();
  }

  // Nothing is to be seen, not even what was there before.
  clear() {
    this.wanted = this.shown = null;
    if (this.image.src) URL.revokeObjectURL(this.image.src);
    this.image.removeAttribute("src");
    this.image.hidden = true;
    this.placeholder.hidden = false;
  }

  pause(paused) {
    this.paused = paused;
    this.update();
  }

  update() {
    clearTimeout(this.timer);
    const wanted = this.wanted;
    if (!wanted || this.loading || this.paused || !this.inView || document.hidden) return;
    if (this.shown?.sequence === wanted.sequence && this.shown.url === wanted.url) return;
    const wait = this.lastStart + SHORTEST_GAP_MS - performance.now();
    if (wait > 0) {
      this.timer = setTimeout(() => this.update(), wait);
      return;
    }
    this.lastStart = performance.now();
    this.loading = true;
    this.shown = wanted;
    this.fetch(wanted).catch(() => this.finished()); // no network: the old picture stays, the socket says why
  }

  // Not by setting the address on the image: one that cannot be loaded would take the old picture away.
  async fetch({ url, sequence }) {
    const address = new URL(url, location.href);
    address.searchParams.set("seq", sequence);
    const answer = await fetch(address);
    if (!answer.ok) return this.finished();
    const old = this.image.src;
    this.image.src = URL.createObjectURL(await answer.blob());
    if (old) URL.revokeObjectURL(old);
  }

  loaded() {
    this.image.hidden = false;
    this.placeholder.hidden = true;
    this.onShown(this.shown.extra);
    this.finished();
  }

  finished() {
    this.loading = false;
    this.update();
  }

  stop() {
    clearTimeout(this.timer);
    this.observer.disconnect();
    document.removeEventListener("visibilitychange", this.look);
    if (this.image.src) URL.revokeObjectURL(this.image.src);
    this.wanted = null;
  }
}
