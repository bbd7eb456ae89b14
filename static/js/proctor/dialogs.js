// Dialogs by data attributes: data-dialog="id" opens one, data-close closes the one it is in, data-open opens at once.

export function setUpDialogs() {
  for (const opener of document.querySelectorAll("[data-dialog]")) {
    opener.addEventListener("click", () => document.getElementById(opener.dataset.dialog).showModal());
  }
  for (const dialog of document.querySelectorAll("dialog")) {
    for (const button of dialog.querySelectorAll("[data-close]")) button.addEventListener("click", () => dialog.close());
    if ("open" in dialog.dataset) dialog.showModal();
  }
}
