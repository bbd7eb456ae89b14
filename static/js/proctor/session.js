// The page of one session: live while it runs, its record afterwards.

import { setUpDialogs } from "./dialogs.js";
import { RiskGraph } from "./graph.js";
import { Looks } from "./looks.js";
import { describe, draw } from "./overlay.js";
import { LivePicture } from "./picture.js";
import { LiveSocket, showState } from "./socket.js";
import { Statements } from "./statements.js";
import { Timeline } from "./timeline.js";
import { clock, paceText, placeholderText, showConnection, showRisk, warningsText } from "./words.js";

const byId = (id) => document.getElementById(id);
const config = JSON.parse(byId("live-config").textContent);
const STALE_MS = 6000;
const time = clock(config.timeZone);
const page = byId("session-page");
const looks = new Looks(byId("looks"), document.querySelector("#ledger-filter [data-count=look]"), config.looks, config.reviewed);
const judging = { url: config.verdict, reviewed: config.reviewed, judged: (now) => looks.set(now) };
const timeline = new Timeline(byId("events"), byId("events-empty"), byId("ledger-filter"), judging);
const statements = new Statements(config.statements);
const ASK_AGAIN_MS = 10000;
const graph = new RiskGraph({ canvas: byId("risk-graph"), summary: byId("graph-summary"), table: byId("graph-table"), time, config });
byId("graph-table").closest("details").addEventListener("toggle", () => graph.fillTable());

// Counted: the server's figures hold it already.
function addEvent(event, { counted = true } = {}) {
  if (!timeline.add(event)) return;
  graph.addEvent(event);
  if (!counted) looks.add(event);
}

class LiveView {
  constructor() {
    this.seen = null;
    this.picture = new LivePicture(byId("live-picture"), byId("live-no-picture"), (seen) => this.shown(seen));
    byId("overlay-toggle").addEventListener("change", () => this.redraw());
    addEventListener("resize", () => this.redraw());
    this.socket = new LiveSocket(config.socket, {
      onMessage: (message) => this.receive(message),
      onState: (state, text) => this.stateChanged(state, text),
    });
    this.heard = performance.now();
    setInterval(() => graph.ask(), 5000); // the line goes on while nothing changes
    setInterval(() => this.checkFreshness(), 2000);
    setInterval(() => document.hidden || !timeline.waits || this.fillGap().catch(() => {}), ASK_AGAIN_MS); // asked again soon
  }

  stateChanged(state, text) {
    showState(byId("session-connection"), state, text);
    if (state === "open") this.fillGap().catch(() => showState(byId("session-connection"), "waiting", "Events since the last connection could not be fetched. Reload the page to see them."));
    if (state === "waiting") showConnection(byId("live-connection"), "lost");
  }

  // A candidate who is live is heard of every second; silence means that what is shown may be old.
  checkFreshness() {
    if (document.hidden || !["live", "checking"].includes(page.dataset.connection) || performance.now() - this.heard < STALE_MS) return;
    byId("live-connection").textContent = "Picture may be old";
    byId("live-connection").dataset.tone = "warn";
  }

  async fillGap() {
    const lastSample = Math.round((graph.samples.at(-1)?.x ?? 0) * 1000);
    const answer = await fetch(`${config.gap}?after=${timeline.newest}&after_ms=${lastSample}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { events, samples, lasted, looks: standing } = await answer.json();
    events.reverse().forEach((event) => addEvent(event));
    graph.addSamples(samples);
    timeline.tell(lasted);
    looks.set(standing);
    timeline.refresh();
  }

  receive(message) {
    if (message.type === "sessions") message.sessions.forEach((session) => this.show(session));
    else if (message.type === "session") this.show(message.session);
    else if (message.type === "risk") this.showRisk(message.risk, message.time);
    else if (message.type === "event") {
      addEvent(message.event, { counted: false });
      timeline.refresh();
    }
  }

  showRisk(risk, at) {
    page.dataset.risk = risk;
    showRisk(byId("live-risk"), risk);
    if (at) graph.addSamples([[at, risk]]);
  }

  show(session) {
    page.dataset.connection = session.connection;
    if (session.connection === "ended") return this.end();
    this.showRisk(session.risk);
    byId("live-risk-parts").textContent = `${session.risk_temporary} that fades, ${session.risk_permanent} that stays`;
    const warnings = warningsText(session.warnings);
    if (byId("live-warnings").textContent !== warnings) byId("live-warnings").textContent = warnings;
    byId("live-pace").textContent = paceText(session);
    showConnection(byId("live-connection"), session.connection);
    this.heard = performance.now();
    byId("live-no-picture").textContent = placeholderText(session.connection);
    if (session.connection === "on_break") this.clear();
    else this.picture.offer(session.frame_url, session.frame_seq, session.observation);
  }

  clear() {
    this.picture.clear();
    this.shown(null);
  }

  shown(seen) {
    this.seen = seen;
    byId("live-seen").textContent = describe(seen);
    this.redraw();
  }

  redraw() {
    draw(byId("live-overlay"), byId("live-picture"), byId("overlay-toggle").checked ? this.seen : null);
  }

  end() {
    this.socket?.stop();
    listenForStatements();
    this.picture.stop();
    byId("live").hidden = true;
    byId("session-connection").hidden = true;
    byId("session-ended").hidden = false;
    for (const id of ["stop-open", "time-open"]) byId(id)?.setAttribute("hidden", "");
    page.dataset.state = "ended";
    graph.end = Date.now() / 1000;
    graph.ask();
  }
}

// Candidates write them once the session has ended; one about which nobody could is not listened to.
function listenForStatements() {
  if (config.statements === null) return;
  const ask = async () => {
    const answer = await fetch(`${config.gap}?after=${timeline.newest}&after_ms=${Date.now()}`, { headers: { Accept: "application/json" } });
    if (answer.ok) statements.tell((await answer.json()).statements);
  };
  new LiveSocket(config.socket, {
    onMessage: (message) => message.type === "statement" && statements.tell(message.statements),
    onState: (state) => state === "open" && ask().catch(() => {}), // asked again with the next connection
  });
}

config.events.reverse().forEach((event) => addEvent(event));
graph.addSamples(config.samples);
timeline.refresh();
setUpDialogs();
document.addEventListener("visibilitychange", () => graph.ask());
if (config.ended) listenForStatements();
else new LiveView();
if (location.hash.startsWith("#event-")) byId(location.hash.slice(1))?.scrollIntoView({ block: "center" });
