// An exam tried out by those who write it: the candidates' own questions, marked as they are answered, nothing kept.
import { Navigator } from "../candidate/navigator.js";
import { Questions } from "../candidate/questions.js";
import { request } from "../lib/http.js";
import { Timers } from "../lib/timers.js";

const byId = (id) => document.getElementById(id);
const root = byId("room");
const values = {};
let asked = 0;

const questions = new Questions({
  root: byId("questions"),
  attemptId: "preview",
  timers: new Timers(root.dataset.timerWorker),
  edited,
  announce: (sentence) => (byId("announcer").textContent = sentence),
  navigator: new Navigator(byId("navigator")),
});

function edited(id, value) {
  values[id] = value;
  mark();
}

async function mark() {
  const number = ++asked;
  try {
    const { ok, data } = await request("POST", root.dataset.marksUrl, values);
    if (number !== asked) return; // a later answer was sent meanwhile, and this one with it
    if (ok) show(data);
    else say("The marks could not be worked out. You may have been signed out: reload the page.");
  } catch (error) {
    if (number === asked) say("The server could not be reached. Change an answer to try again.");
    console.info("The answers were not marked.", error);
  }
}

function show({ marks, score, maximum, by_person: byPerson }) {
  for (const [id, { sentence, state }] of Object.entries(marks)) {
    questions.status(Number(id), { state, message: sentence });
    byId(`status-${id}`).textContent = sentence;
  }
  const waiting = byPerson > 0 ? `, and ${byPerson === 1 ? "one answer waits" : `${byPerson} answers wait`} for a person` : "";
  say(`${score} of ${maximum} points so far${waiting}.`);
}

function say(sentence) {
  byId("score").textContent = sentence;
}

questions.forget(); // flags and the place of an earlier preview
questions.show({ ...JSON.parse(byId("paper").textContent), answers: {}, unsent: new Map() });
