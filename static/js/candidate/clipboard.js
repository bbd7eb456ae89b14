// Copying, cutting, pasting and the context menu, prevented among the questions where the exam says so. Keys, selection
// and what screen readers read stay as they are; text in the making by an input method or dictation is no pasting.
const SHOWN_MS = 6000;
const PAUSE_MS = 1000; // a key held down is one try
const KINDS = { copy: "copy_prevented", cut: "cut_prevented", paste: "paste_prevented", contextmenu: "menu_prevented" };

export class Clipboard {
  #notice = document.getElementById("clipboard-notice");
  #restricted;
  #announce;
  #timers;
  #prevented;
  #told = new Map(); // kind → when it was told last
  #hiding = null;

  // prevented(kind) is called with the signal's name.
  constructor({ restricted, area, announce, timers, prevented }) {
    this.#announce = announce;
    this.#timers = timers;
    this.#prevented = prevented;
    this.#restricted = restricted;
    if (!restricted) return;
    for (const event of Object.keys(KINDS)) area.addEventListener(event, (one) => this.#prevent(one, KINDS[event]));
    // Dragging text is copying and pasting by another way; things made to be dragged are none.
    area.addEventListener("dragstart", (event) => {
      if (!event.target.closest?.("[draggable='true']")) this.#prevent(event, KINDS.copy);
    });
    area.addEventListener("drop", (event) => {
      if (event.target.closest?.("textarea, input")) this.#prevent(event, KINDS.paste);
    });
  }

  // As it holds now; a page that was made without it prevents nothing before it is loaded again.
  restrict(restricted) {
    this.#restricted = restricted;
  }

  #prevent(event, kind) {
    if (!this.#restricted) return;
    event.preventDefault();
    const now = performance.now();
    if (now - (this.#told.get(kind) ?? -Infinity) < PAUSE_MS) return;
    this.#told.set(kind, now);
    this.#prevented(kind);
    this.#announce("Copying, pasting and the context menu are switched off among the questions.");
    this.#notice.hidden = false;
    if (this.#hiding !== null) this.#timers.cancel(this.#hiding);
    this.#hiding = this.#timers.after(SHOWN_MS, () => (this.#notice.hidden = true));
  }
}
