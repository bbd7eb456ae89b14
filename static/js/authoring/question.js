// The form of a question: shows how it will look while it is written, and keeps one option right in a single choice.

const PAUSE_MS = 500;
const preview = document.getElementById("question-preview");
const form = document.getElementById("question_form");
let timer = 0;
let asked = 0;

async function show() {
  const data = new FormData(form);
  data.set("kind", preview.dataset.kind);
  const number = ++asked;
  try {
    const reply = await fetch(preview.dataset.url, { method: "POST", body: data, credentials: "same-origin" });
    // An answer that was overtaken by a later one is old news.
    if (!reply.ok || number !== asked) return;
    preview.innerHTML = await reply.text();
  } catch (error) {
    console.info("The preview could not be made; it is tried again with the next change.", error);
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(show, PAUSE_MS);
}

function onlyOneRight(event) {
  if (preview.dataset.kind !== "single_choice" || !event.target.matches('[name$="-correct"]')) return;
  if (!event.target.checked) return;
  for (const other of form.querySelectorAll('[name$="-correct"]')) {
    if (other !== event.target) other.checked = false;
  }
}

if (preview.dataset.live === "true" && form) {
  form.addEventListener("change", onlyOneRight);
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  document.addEventListener("formset:added", soon);
  document.addEventListener("formset:removed", soon);
}
