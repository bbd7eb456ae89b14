// Unfold opens its menus and filters from elements that a keyboard cannot reach (a <span> or an <a> without an
// address, with an Alpine click handler). This makes buttons of them: focusable, named, and pressed by Enter and Space.

const NATIVE = "a[href], button, input, select, textarea, summary, label, [tabindex]";
const NAMES = { dock_to_right: "Show or hide the menu", close: "Close the menu", unfold_more: "Open the account menu" };

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
