// The wall of an exam: tiles, their order, the feed, the counts.

import { Arranger } from "./arrange.js";
import { Feed } from "./feed.js";
import { LiveSocket, showState } from "./socket.js";
import { Tile } from "./tile.js";

const byId = (id) => document.getElementById(id);
const config = JSON.parse(byId("live-config").textContent);
const tiles = new Map();
const feed = new Feed(byId("feed"), byId("feed-empty"));
const tileOf = (element) => tiles.get(element.dataset.session);
const arranger = new Arranger(byId("tiles"), compare, (held) => (byId("order-held").hidden = !held));
let connected = false;
let paused = false;
let slowedSaid = -Infinity;
const SAY_SLOWED_MS = 10000;
const UNWATCHED_MS = 60000;
let kept = []; // messages that came while paused
let unwatched = config.unwatched;
let looks = config.looks; // by session: how many of its events need a look

function compare(left, right) {
  const [a, b] = [tileOf(left), tileOf(right)];
  return b.risk - a.risk || a.name.localeCompare(b.name) || a.session.id.localeCompare(b.session.id);
}

function sessionUrl(id) {
  return tiles.get(id)?.session.url ?? `/admin/proctoring/session/${id}/change/`;
}

function showSession(session) {
  const tile = tiles.get(session.id);
  if (session.connection === "ended") {
    tile?.remove();
    tiles.delete(session.id);
    askAgain(); // the exam may go on unwatched
  } else if (tile) {
    tile.update(session);
  } else {
    const added = new Tile(session, byId("tile-template"));
    added.setLooks(looks[session.id] ?? 0);
    tiles.set(session.id, added);
    byId("tiles").append(added.element);
  }
}

function showAll(sessions) {
  const present = new Set(sessions.map((session) => session.id));
  for (const [id, tile] of tiles) {
    if (present.has(id)) continue;
    tile.remove();
    tiles.delete(id);
  }
  sessions.forEach(showSession);
}

function showEvent({ session, name, event }) {
  const known = name ?? tiles.get(session)?.name ?? "Candidate";
  if (feed.add({ session, name: known, url: sessionUrl(session), event })) tiles.get(session)?.addEvent(event);
}

function showLooks(session, events) {
  looks = { ...looks, [session]: events };
  tiles.get(session)?.setLooks(events);
}

// What comes on the socket is not in the server's figures yet.
function receiveEvent(message) {
  if (!feed.seen.has(message.event.id) && message.event.ledger === "integrity") showLooks(message.session, (looks[message.session] ?? 0) + 1);
  showEvent(message);
}

function refresh() {
  const count = (...states) => [...tiles.values()].filter((tile) => states.includes(tile.session.connection)).length;
  setText("count-live", count("live"));
  setText("count-lost", count("lost", "camera_off"));
  setText("count-checking", count("checking"));
  setText("count-break", count("on_break"));
  showUnwatched();
  showSlowed();
  const wanted = byId("wall-filter").value.trim().toLowerCase();
  let shown = 0;
  for (const tile of tiles.values()) {
    tile.element.hidden = !tile.name.toLowerCase().includes(wanted);
    shown += tile.element.hidden ? 0 : 1;
  }
  byId("wall-empty").hidden = tiles.size > 0 || !connected;
  byId("wall-no-match").hidden = tiles.size === 0 || shown > 0;
  arranger.ask();
}

// Said of all of them at once; each tile has its own rate. Who comes and goes by the second is not read out by the second.
function showSlowed() {
  const watched = [...tiles.values()].filter((tile) => ["live", "checking"].includes(tile.session.connection));
  const slowed = watched.filter((tile) => tile.session.slowed_to !== null).length;
  byId("wall-slowed").hidden = slowed === 0;
  if (slowed === 0) slowedSaid = -Infinity;
  else if (performance.now() - slowedSaid > SAY_SLOWED_MS) {
    slowedSaid = performance.now();
    setText("wall-slowed", `The server is overloaded: ${slowed} of ${watched.length} ${watched.length === 1 ? "candidate" : "candidates"} ${slowed === 1 ? "is" : "are"} watched at a lower rate than the exam asks for, those who need a look last. Their logs say so.`);
  }
}

// They have no tile, and what becomes of them no connection tells.
function showUnwatched() {
  setText("count-unwatched", unwatched);
  const sit = unwatched === 1 ? "1 candidate sits" : `${unwatched} candidates sit`;
  setText("wall-empty-title", unwatched ? `Nobody is under watch right now: ${sit} this exam unwatched.` : "Nobody is sitting this exam right now.");
}

// A status region is read out whenever it is written to, so it is only written to when something has changed.
function setText(id, value) {
  const element = byId(id);
  if (element.textContent !== String(value)) element.textContent = value;
}

function receive(message) {
  if (paused) {
    kept.push(message);
    if (kept.length > 500) kept = kept.slice(-500);
    return;
  }
  if (message.type === "sessions") showAll(message.sessions);
  else if (message.type === "session") showSession(message.session);
  else if (message.type === "event") receiveEvent(message);
  else if (message.type === "looks") showLooks(message.session, message.events);
  else if (message.type === "risk") tiles.get(message.session)?.setRisk(message.risk);
  refresh();
}

async function fillGap() {
  const answer = await fetch(`${config.gap}?after=${feed.newest}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { events, unwatched: number, looks: counted } = await answer.json();
  unwatched = number;
  refresh();
  events.reverse().forEach((event) => receive({ type: "event", ...event }));
  for (const session of new Set([...tiles.keys(), ...Object.keys(counted)])) receive({ type: "looks", session, events: counted[session] ?? 0 });
}

function askAgain() {
  if (connected && !document.hidden) fillGap().catch(() => {}); // asked again soon
}

function pause(event) {
  paused = !paused;
  event.currentTarget.setAttribute("aria-pressed", paused);
  event.currentTarget.textContent = paused ? "Go on" : "Pause updates";
  for (const tile of tiles.values()) tile.picture.pause(paused);
  if (paused) return;
  const messages = kept;
  kept = [];
  messages.forEach(receive);
}

config.events.reverse().forEach(showEvent);
byId("wall-filter").addEventListener("input", refresh);
byId("wall-pause").addEventListener("click", pause);
setInterval(() => {
  if (!document.hidden && !paused) for (const tile of tiles.values()) tile.checkFreshness(connected);
}, 2000);
setInterval(askAgain, UNWATCHED_MS);
document.addEventListener("visibilitychange", refresh);
new LiveSocket(config.socket, {
  onMessage: receive,
  onState(state, text) {
    connected = state === "open";
    showState(byId("wall-connection"), state, text);
    if (connected) fillGap().catch(() => showState(byId("wall-connection"), "waiting", "Events since the last connection could not be fetched. Reload the page to see them."));
    else for (const tile of tiles.values()) tile.checkFreshness(false);
  },
});
