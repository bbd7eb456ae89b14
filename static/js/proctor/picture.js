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
    image.addEventListener("load", () => this.finished(true));
    image.addEventListener("error", () => this.finished(false));
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
    const address = new URL(wanted.url, location.href);
    address.searchParams.set("seq", wanted.sequence);
    this.image.src = address.href;
  }

  finished(loaded) {
    this.loading = false;
    this.image.hidden = !loaded;
    this.placeholder.hidden = loaded;
    if (loaded) this.onShown(this.shown.extra);
    this.update();
  }

  clear(text) {
    this.wanted = null;
    this.image.hidden = true;
    this.placeholder.hidden = false;
    this.placeholder.textContent = text;
  }

  stop() {
    clearTimeout(this.timer);
    this.observer.disconnect();
    document.removeEventListener("visibilitychange", this.look);
    this.wanted = null;
  }
}
