// What a candidate writes after the end, while staff have the session's page open: said in a corner of its own, and
// fetched when they ask for it, so that nothing they read or write meanwhile moves or is lost.

const byId = (id) => document.getElementById(id);

export class Statements {
  constructor(shown) {
    this.shown = shown; // how many the page shows
  }

  tell(number) {
    const news = byId("statement-news");
    if (number <= this.shown || news.firstElementChild) return;
    const notice = byId("statement-news-template").content.cloneNode(true);
    notice.querySelector("button").addEventListener("click", () => this.show().catch(() => {
      news.querySelector("span").textContent = "The statement could not be fetched. Try again, or reload the page.";
    }));
    news.append(notice);
  }

  async show() {
    const answer = await fetch(location.pathname);
    if (!answer.ok || answer.redirected) throw new Error(`The page answered ${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("statements");
    this.shown = fresh.querySelectorAll("[data-statement]").length;
    byId("statements")?.remove();
    byId("session-facts").prepend(fresh);
    const [there, now] = [byId("has-statement"), page.getElementById("has-statement")];
    if (there && now) there.replaceWith(now);
    byId("statement-news").replaceChildren();
    byId("statements-title").focus();
    fresh.scrollIntoView({ block: "center" });
  }
}
