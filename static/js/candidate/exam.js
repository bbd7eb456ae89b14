// The exam itself: its questions, the time left, and handing in. A practice run has only the last.
import { element } from "../lib/dom.js";
import { request } from "../lib/http.js";
import { Answers } from "./answers.js";
import { Reach } from "./connection.js";
import { Navigator } from "./navigator.js";
import { Questions } from "./questions.js";
import { showReceipt } from "./receipt.js";
import { ExamTime } from "./time.js";
import { Zone } from "./zone.js";

const TRY_AGAIN_MS = 2000;
const SAVING_MAY_TAKE_MS = 10000;
const SERVER_ENDS_WITHIN_MS = 4000;
const MOST_NAMED = 8;

export class Exam {
  handedIn = false;
  #urls;
  #timers;
  #clock;
  #announce;
  #over;
  #answers = null;
  #questions = null;
  #time = null;
  #reach = null;
  #dialog = document.getElementById("finish-dialog");
  #finishing = false;
  #closed = false;
  #ending = null; // what is under way since the time was up
  #paused;
  #goesOn;

  // over(sentence) is called once the attempt, or the practice run, is handed in; paused() when a break hides the
  // questions, goesOn() when they are to be shown and opened again.
  constructor({ root, timers, clock, announce, over, paused, goesOn }) {
    this.#paused = paused;
    this.#goesOn = goesOn;
    this.#urls = { attempt: root.dataset.attemptUrl, finish: root.dataset.finishUrl };
    this.#timers = timers;
    this.#clock = clock;
    this.#announce = announce;
    this.#over = over;
    if (this.#urls.attempt) this.#prepare(root);
    document.getElementById("finish").addEventListener("click", () => this.#ask());
    document.getElementById("finish-confirm").addEventListener("click", () => this.#confirmed());
    document.getElementById("finish-cancel").addEventListener("click", () => this.#dialog.close());
  }

  // Reads the attempt until it comes through, then shows it. Safe to call again.
  async open() {
    if (!this.#urls.attempt) return;
    const attempt = await this.#fetchPatiently();
    if (attempt.state !== "running") {
      this.#answers.restore(); // what did not get through in time is kept even so, and marked as late
      return;
    }
    this.#clock.sync(attempt.server_time_ms);
    this.#time.show(attempt);
    if (this.#time.onBreak) return;
    this.#questions.show({ ...attempt, unsent: this.#answers.restore() });
    this.#questions.scrollToLast();
    document.getElementById("questions-loading").hidden = true;
  }

  // Nobody watches, or watches any more: without a socket, requests have to tell whether the server can be reached.
  unwatched() {
    this.#reach?.begin();
  }

  // A message of the server about the time.
  told(time) {
    this.#time?.told(time);
  }

  // Handed in: shows what the candidate keeps of it. reopened() is called if somebody reopens the attempt meanwhile.
  async afterHandingIn(reopened) {
    if (!this.#urls.attempt) return;
    this.#time.waitForReopening(reopened);
    showReceipt(await this.#fetchPatiently());
  }

  // "running", "not_started" or "submitted", as the server knows it.
  async state() {
    if (!this.#urls.attempt || this.handedIn) return "submitted";
    const attempt = await this.#fetchPatiently();
    if (attempt.state === "submitted") {
      this.#answers.restore();
      return "submitted";
    }
    return attempt.started_at_ms === null ? "not_started" : "running";
  }

  close() {
    this.#closed = true;
    this.#time?.stop();
    this.#reach?.stop();
    this.#questions?.lock();
    this.#dialog.close();
  }

  #prepare(root) {
    const timers = this.#timers;
    const { attemptId, answersUrl } = root.dataset;
    this.#answers = new Answers({
      attemptId,
      url: answersUrl,
      timers,
      changed: (questionId, status) => {
        this.#questions.status(questionId, status);
        this.#sayUnsaved();
        if (this.#dialog.open) this.#summarise();
      },
    });
    const zone = new Zone(root.dataset.timeZone);
    document.getElementById("zone-note").hidden = !zone.differs(Date.now());
    this.#questions = new Questions({
      zone,
      root: document.getElementById("questions"),
      attemptId,
      timers,
      navigator: new Navigator(document.getElementById("navigator")),
      edited: (questionId, value) => this.#answers.edit(questionId, value),
      announce: this.#announce,
    });
    // A page that goes away keeps what is being typed, for the next one to send.
    window.addEventListener("pagehide", () => this.#questions.handOnDrafts());
    this.#time = new ExamTime({
      root,
      timers,
      clock: this.#clock,
      handlers: {
        announce: this.#announce,
        soon: () => this.#questions.hurry(),
        over: () => this.#timeIsUp(),
        more: () => this.#moreTime(),
        saved: () => this.#saved(),
        paused: () => this.#pauseForBreak(),
        goesOn: () => this.#goesOn(),
        handedIn: () => this.#handedInElsewhere(),
      },
    });
    this.#reach = new Reach({ root, timers, ask: () => this.#time.ask(), back: () => this.#answers.retryNow() });
  }

  // Beside the connection's state, in sight wherever one is on the page. Each question has told screen readers already.
  #sayUnsaved() {
    document.getElementById("unsaved").textContent = kept(this.#questions.numbers(this.#answers.troubled()));
  }

  async #fetchPatiently() {
    for (;;) {
      try {
        const { ok, data } = await request("GET", this.#urls.attempt);
        if (ok) return data;
      } catch (error) {
        console.info("The exam could not be read and is asked for again.", error);
      }
      await this.#pause(TRY_AGAIN_MS);
    }
  }

  #ask() {
    this.#questions?.handOnDrafts();
    this.#summarise();
    this.#say("");
    this.#dialog.showModal();
  }

  #summarise() {
    document.getElementById("finish-summary").replaceChildren(...summary(this.#questions));
  }

  async #confirmed() {
    if (this.#finishing) return;
    this.#say("Saving your last answers…");
    if (this.#answers && !(await this.#answers.allSaved(SAVING_MAY_TAKE_MS))) {
      this.#say(`${notSaved(this.#answers.unsaved())}. Check your connection and press the button again: nothing is lost.`);
      return;
    }
    this.#say("One moment…");
    if (!(await this.#handIn())) this.#say("The server could not be reached. Please press the button again.");
    else this.#over(this.#answers ? "You have handed in your exam." : "You have ended the practice run.");
  }

  async #timeIsUp() {
    if (this.#ending !== null) return;
    const ending = (this.#ending = {});
    this.#questions.lock();
    this.#dialog.close();
    this.#announce("Time is up. Your answers are being handed in.");
    const saved = await this.#answers.allSaved(SAVING_MAY_TAKE_MS);
    // The server ends a watched exam by itself; this page does it where nobody watches or the server is out of reach.
    await this.#pause(SERVER_ENDS_WITHIN_MS);
    while (this.#ending === ending && !this.#closed && !(await this.#handIn({ time_is_up: true }))) {
      await this.#time.ask(); // there may be more of it: added, or given back after an outage
      await this.#pause(TRY_AGAIN_MS);
    }
    if (this.#ending !== ending || this.#closed) return;
    this.#over(`Time is up. Your answers have been handed in.${saved ? "" : " The last of them did not get through."}`);
  }

  #moreTime() {
    this.#ending = null;
    this.#announce("There is more time. You can go on.");
    this.open();
  }

  #saved() {
    this.#questions.handOnDrafts();
    return this.#answers.allSaved(SAVING_MAY_TAKE_MS);
  }

  #pauseForBreak() {
    this.#dialog.close();
    this.#questions.hide();
    this.#announce("Your break has begun. The exam’s clock stands still.");
    this.#paused();
  }

  #handedInElsewhere() {
    this.handedIn = true;
    this.#questions.forget();
    this.#over("This exam has been handed in.");
  }

  async #handIn(body = {}) {
    if (this.handedIn) return true;
    this.#finishing = true;
    try {
      const { ok, data } = await request("POST", this.#urls.finish, body);
      this.handedIn = ok || data?.code === "attempt_finished" || data?.code === "not_found";
      if (this.handedIn) this.#questions?.forget();
    } catch (error) {
      console.info("Handing in did not get through.", error);
    } finally {
      this.#finishing = false;
    }
    return this.handedIn;
  }

  #pause(ms) {
    return new Promise((resolve) => this.#timers.after(ms, resolve));
  }

  #say(sentence) {
    document.getElementById("finish-message").textContent = sentence;
  }
}

// What to know before handing in, a paragraph each.
function summary(questions) {
  if (!questions) return lines("The camera is switched off, and everything recorded in this practice run is deleted.");
  const { total, open, partly, unsaved, refused, flagged } = questions.summary();
  const answered = total - open.length - partly.length;
  return lines(
    answered === total ? "You have answered every question." : `You have answered ${answered} of ${total} questions.`,
    open.length > 0 && `Not answered: ${open.join(", ")}.`,
    partly.length > 0 && `Answered only in part: ${partly.join(", ")}.`,
    unsaved.length > 0 && `${notSaved(unsaved.length)}: ${unsaved.join(", ")}. Handing in waits for that.`,
    unsaved.length + refused.length === 0 && open.length < total && "Everything is saved.",
    refused.length > 0 && `Not saved, see there: ${refused.join(", ")}.`,
    flagged.length > 0 && `Flagged for review: ${flagged.join(", ")}.`,
  );
}

function notSaved(number) {
  return number === 1 ? "1 answer is not saved yet" : `${number} answers are not saved yet`;
}

function kept(numbers) {
  if (numbers.length === 0) return "";
  if (numbers.length === 1) return `Not saved yet: question ${numbers[0]}. It is kept in this browser and will be sent by itself.`;
  const which = numbers.length > MOST_NAMED ? `${numbers.length} answers` : `questions ${numbers.join(", ")}`;
  return `Not saved yet: ${which}. They are kept in this browser and will be sent by themselves.`;
}

function lines(...sentences) {
  return sentences.filter(Boolean).map((textContent) => element("p", { textContent }));
}
