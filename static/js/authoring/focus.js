// After a question was moved the page is a new one: the button that was pressed has the focus again, so that pressing
// Enter once more moves it on. The address names the button; a moved row's is disabled at the end of its section.

const button = document.getElementById(decodeURIComponent(location.hash.slice(1)));
if (button?.matches("button")) {
  const other = button.disabled ? button.parentElement.querySelector("button:not([disabled])") : button;
  (other ?? button).focus();
  (other ?? button).scrollIntoView({ block: "center" });
}
