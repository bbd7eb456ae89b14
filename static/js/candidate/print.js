// A page made to be printed has a button for it, where there is script to act on it.
const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => window.print());
