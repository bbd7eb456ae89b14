// Marking by keyboard: a number and Enter give the points and go on (the form does that by itself), S skips, C goes to
// the comment, Ctrl+Enter in the comment gives the points.

const form = document.getElementById("mark-form");
const points = document.getElementById("points");
const comment = document.getElementById("comment");

points.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const key = event.key.toLowerCase();
  if (key === "s" && form.dataset.skip) document.getElementById("skip").click();
  else if (key === "c") comment.focus();
  else return;
  event.preventDefault();
});

comment.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});

// Pressed twice, the same points are sent once.
form.addEventListener("submit", () => {
  document.getElementById("give").disabled = true;
});
addEventListener("pageshow", () => {
  document.getElementById("give").disabled = false;
});

// In the queue the next thing to do is to type points, where that hides no answer: on a phone it would.
if (form.dataset.skip && matchMedia("(min-width: 64rem)").matches) points.focus();
