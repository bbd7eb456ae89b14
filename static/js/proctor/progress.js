// Follows what a person waits for: exports, imports, marking anew. Each item marked data-follow is asked about until it is over.

const WORDS = { waiting: "Waiting", running: "Running", ready: "Ready", failed: "Failed" };
const ASK_AGAIN_MS = 1000;
const AFTER_TROUBLE_MS = 3000;
const PATIENCE_MS = 20_000;

const NO_ANSWER = { words: "The server does not answer; trying again." };
const SIGNED_OUT = { words: "You are not signed in any more. Sign in again, then reload this page.", over: true };
const GONE = { words: "There is nothing to follow here any more. Reload this page.", over: true };

/** What the server told, or words for the person instead; `over`: asking again is of no use. */
async function ask(url) {
  try {
    const answer = await fetch(url, {
      headers: { Accept: "application/json" },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (answer.status >= 500 || answer.status === 429) return NO_ANSWER;
    if (answer.redirected || answer.status === 401 || answer.status === 403) return SIGNED_OUT;
    if (!answer.ok) return GONE;
    if (!answer.headers.get("Content-Type")?.startsWith("application/json")) return SIGNED_OUT;
    return { told: await answer.json() };
  } catch {
    return NO_ANSWER;
  }
}

function farness({ state, done, total }, inPercent) {
  if (state !== "running" || !total) return "";
  return inPercent ? `: ${Math.floor((100 * done) / total)} %` : `: ${done} of ${total}`;
}

async function follow(item) {
  const part = (name) => item.querySelector(`[data-part="${name}"]`);
  const progress = item.querySelector("progress");
  const goesOn = () => item.dataset.state === "waiting" || item.dataset.state === "running";
  let last = `${item.dataset.state} 0`;

  // The text changes each second. It is read out only where `what` is another: nobody could listen to anything else.
  const tell = (words, what) => {
    part("text").textContent = words;
    if (what !== last) part("said").textContent = words;
    last = what;
  };

  for (let pause = ASK_AGAIN_MS; goesOn(); ) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (document.hidden) continue;
    const { told, words, over } = await ask(item.dataset.statusUrl);
    pause = told ? ASK_AGAIN_MS : AFTER_TROUBLE_MS;
    if (!told) tell(words, words);
    if (over) {
      progress.hidden = true;
      return;
    }
    if (!told) continue;
    const { state, done, total, error } = told;
    item.dataset.state = state;
    progress.max = total || 1;
    if (done) progress.value = done;
    else progress.removeAttribute("value"); // it moves to and fro until something is known
    const quarter = total ? Math.floor((4 * done) / total) : 0;
    const far = farness(told, "percent" in item.dataset);
    tell(`${WORDS[state]}${far}${error ? `: ${error}` : ""}`, `${state} ${quarter}`);
  }
  progress.hidden = true;
  part("download").hidden = item.dataset.state !== "ready";
  if ("goOn" in item.dataset) location.replace(part("download").href); // however it ended, its page says what comes next
}

for (const item of document.querySelectorAll("[data-follow]")) follow(item);
