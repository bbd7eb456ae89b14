// Looks out for a picture that was sent before. A recording played in a loop shows each of its pictures again and again,
// a living person never the same twice. The server alone judges, by what it is sent; here only the moment is chosen, so
// that of a loop it is sent the same pictures and not, by chance, others each time round.
const WIDTH = 24;
const HEIGHT = 18;
// As the server compares (proctoring/live/repetition.py), but in levels of grey and a little more freely: what is taken
// for the same in vain is sent a moment early, no more.
const MOST_CHANGED = 9; // blocks; where a person moves, only few change
const SAME_LEVELS = 1;
const SHORTEST_LOOP_MS = 800;
const WINDOW_MS = 20000;

export class Recurrence {
  #video;
  #context;
  #sent = [];
  #watching = null;

  constructor(video) {
    this.#video = video;
    const canvas = document.createElement("canvas");
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    this.#context = canvas.getContext("2d", { willReadFrequently: true, alpha: false });
    this.#context.imageSmoothingQuality = "medium";
  }

  // What the video shows now is being sent.
  sent(now) {
    this.#sent = this.#sent.filter(({ at }) => now - at <= WINDOW_MS);
    this.#sent.push({ at: now, luma: this.#look() });
  }

  // Calls found() once, as soon as the video shows a picture that was sent before. Browsers show a hidden page no new
  // pictures, and some never say when there is one; then nothing happens.
  watch(found) {
    this.stop();
    if (!("requestVideoFrameCallback" in this.#video)) return;
    this.#watching = this.#video.requestVideoFrameCallback(() => {
      this.#watching = null;
      if (this.#showsAgain(Date.now())) found();
      else this.watch(found);
    });
  }

  stop() {
    if (this.#watching !== null) this.#video.cancelVideoFrameCallback(this.#watching);
    this.#watching = null;
  }

  // One that is like the newest as well stands still, which is not what is looked for.
  #showsAgain(now) {
    if (this.#sent.length < 2) return false;
    const luma = this.#look();
    if (alike(luma, this.#sent.at(-1).luma)) return false;
    return this.#sent.some((one) => now - one.at >= SHORTEST_LOOP_MS && now - one.at <= WINDOW_MS && alike(luma, one.luma));
  }

  #look() {
    this.#context.drawImage(this.#video, 0, 0, WIDTH, HEIGHT);
    const { data } = this.#context.getImageData(0, 0, WIDTH, HEIGHT);
    return Float32Array.from({ length: WIDTH * HEIGHT }, (_, block) => {
      const [red, green, blue] = data.subarray(4 * block, 4 * block + 3);
      return 0.299 * red + 0.587 * green + 0.114 * blue;
    });
  }
}

function alike(one, other) {
  const apart = new Float32Array(one.length);
  for (let block = 0; block < one.length; block += 1) {
    apart[block] = Math.abs(one[block] - other[block]);
    if (apart[block] > MOST_CHANGED * SAME_LEVELS) return false; // too far by itself: nearly every comparison ends here
  }
  const most = apart.sort().subarray(-MOST_CHANGED);
  return most.reduce((sum, level) => sum + level, 0) / MOST_CHANGED <= SAME_LEVELS;
}
