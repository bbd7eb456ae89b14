// Follows exports that are still being made, and whatever else a person waits for.

const WORDS = { waiting: "Waiting", running: "Running", ready: "Ready", failed: "Failed" };
const ASK_AGAIN_MS = 1000;

async function follow(item) {
  const part = (name) => item.querySelector(`[data-part="${name}"]`);
  const progress = item.querySelector("progress");
  while (item.dataset.state === "waiting" || item.dataset.state === "running") {
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    if (document.hidden) continue;
    const answer = await fetch(item.dataset.statusUrl, { headers: { Accept: "application/json" } });
    if (!answer.ok) {
      part("text").textContent = "Its progress could not be read. Reload the page.";
      return;
    }
    const { state, done, total, error } = await answer.json();
    item.dataset.state = state;
    progress.max = total || 1;
    progress.value = done;
    part("text").textContent = `${WORDS[state]}${state === "running" && total ? `: ${done} of ${total}` : ""}${error ? `: ${error}` : ""}`;
  }
  progress.hidden = true;
  part("download").hidden = item.dataset.state !== "ready";
  if ("goOn" in item.dataset && item.dataset.state === "ready") location.replace(part("download").href);
}

for (const item of document.querySelectorAll("[data-export]")) follow(item);
