// What the candidate agreed to, to be read again, and the way to withdraw it: both in the room, as leaving its page counts.
import { request } from "../lib/http.js";

const WITHDRAWN = "You have withdrawn your consent. You are not watched any more.";
const KEPT = "What was recorded until then is kept for the times above.";
const byId = (id) => document.getElementById(id);

export class Consent {
  #url;
  #withdrawn;
  #dialog = byId("consent-dialog");
  #asking = false;

  // withdrawn(sentence) is called once the server has it; its message over the connection may have come before.
  constructor({ url, withdrawn }) {
    this.#url = url;
    this.#withdrawn = withdrawn;
    byId("consent-open").addEventListener("click", () => this.#dialog.showModal());
    byId("consent-close").addEventListener("click", () => this.close());
    this.#dialog.addEventListener("close", () => (byId("withdrawing").open = false)); // two steps the next time, too
    byId("withdraw").addEventListener("click", () => this.#withdraw());
  }

  // Watching has ended, for whatever reason: there is nothing left to withdraw.
  over(sentence) {
    byId("withdrawing").hidden = true;
    byId("consent-over").textContent = `${sentence} ${KEPT}`;
    if (this.#dialog.open) byId("consent-close").focus();
  }

  close() {
    this.#dialog.close();
  }

  async #withdraw() {
    if (this.#asking) return;
    this.#asking = true;
    this.#say("One moment…");
    const answer = await this.#ask();
    this.#asking = false;
    if (answer?.ok) this.#withdrawn(WITHDRAWN);
    else this.#say(`Your consent is not withdrawn yet. ${answer?.data?.message ?? "The server could not be reached. Please try again."}`);
  }

  async #ask() {
    try {
      return await request("POST", this.#url);
    } catch (error) {
      console.info("Withdrawing consent did not get through.", error);
      return null;
    }
  }

  #say(sentence) {
    byId("withdraw-message").textContent = sentence;
  }
}
