// A statement that is being written: counted, and kept in this browser until the server has it, whatever comes between.

import * as store from "../lib/store.js";

const form = document.getElementById("say-form");
const key = `statement:${document.querySelector("[data-attempt]").dataset.attempt}`;

function isKept(draft) {
  return [...document.querySelectorAll("#statements [data-client-id]")].some((each) => each.dataset.clientId === draft.id);
}

function restore(text, id) {
  const draft = store.get(key);
  if (draft === null) return;
  if (isKept(draft)) store.remove(key);
  else if (!text.value) [text.value, id.value] = [draft.text, draft.id]; // under its own number, should it have arrived
}

function count(text, place) {
  place.textContent = text.value ? `${text.value.length.toLocaleString("en-GB")} written.` : "";
}

if (form) {
  const [text, id, place] = [form.elements.text, form.elements.client_id, document.getElementById("say-count")];
  restore(text, id);
  count(text, place);
  text.addEventListener("input", () => {
    count(text, place);
    if (text.value) store.put(key, { text: text.value, id: id.value });
    else store.remove(key);
  });
} else {
  store.remove(key);
}
