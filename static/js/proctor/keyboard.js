// Unfold opens its menus and filters from elements that a keyboard cannot reach (a <span> or an <a> without an
// address, with an Alpine click handler). This makes buttons of them: focusable, named, and pressed by Enter and Space.

const NATIVE = "a[href], button, input, select, textarea, summary, label, [tabindex]";
// Icons are hidden from screen readers, so what shows nothing but one needs a name.
const NAMES = { more_vert: "Show, change or add", close: "Close" };

function upgrade(element) {
  if (element.matches(NATIVE) || element.id === "changelist-filter-close") return;
  element.tabIndex = 0;
  element.setAttribute("role", "button");
  const name = NAMES[element.textContent.trim()];
  if (name) element.setAttribute("aria-label", name);
}

function press(event) {
  if (event.key !== "Enter" && event.key !== " ") return;
  if (event.target.getAttribute("role") !== "button" || event.target.matches("a[href], button")) return;
  event.preventDefault();
  event.target.click();
}

document.addEventListener("DOMContentLoaded", () => {
  for (const element of document.querySelectorAll("[x-on\\:click]")) upgrade(element);
  document.addEventListener("keydown", press);
});

// Select2 (Django's search-as-you-type select) builds boxes without a name: they get that of the select they stand for.
function nameCombobox(box) {
  const select = box.closest(".select2-container")?.previousElementSibling;
  const name = select?.getAttribute("aria-label") ?? select?.labels?.[0]?.textContent.trim();
  if (!name) return;
  const shown = box.querySelector(".select2-selection__rendered");
  const value = shown?.textContent.trim();
  box.removeAttribute("aria-labelledby");
  box.setAttribute("aria-label", value ? `${name}: ${value}` : name);
  shown?.setAttribute("aria-label", name);
}

// They are made when jQuery finds the time, before or after everything else of the page is there.
function nameAdded(changes) {
  for (const { addedNodes } of changes) {
    for (const node of addedNodes) if (node.matches?.(".select2-container")) node.querySelectorAll(".select2-selection").forEach(nameCombobox);
  }
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll(".select2-selection").forEach(nameCombobox);
  new MutationObserver(nameAdded).observe(document.body, { childList: true, subtree: true });
});
document.addEventListener("focusin", (event) => {
  if (event.target.matches(".select2-selection")) nameCombobox(event.target);
});

// A browser brings the caret of a field into view and leaves the rest of it under the bar with “Save”. Not where a
// mouse puts the focus: what is pressed must not move away under it.
let pressed = false;
document.addEventListener("pointerdown", () => { pressed = true; });
document.addEventListener("pointerup", () => { pressed = false; });
document.addEventListener("focusin", ({ target }) => {
  if (!pressed && target.closest("#content-main")) target.scrollIntoView({ block: "nearest" });
});
