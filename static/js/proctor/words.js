// Codes of the messages in words. Nothing here judges. What needs a look is the server's to say
// (proctoring/attention.py): the risk stays as it was recorded, whatever people made of it since.

const WARNINGS = {
  no_face: "No face in view",
  multiple_faces: "More than one face in view",
  looking_away: "Looking away",
  phone: "A phone is in view",
  dark: "Too dark to see",
  blurred: "Picture is blurred",
  covered: "Camera is covered",
  frozen: "Picture stands still",
  repeats: "Picture repeats itself",
  virtual_camera: "The camera is a program’s",
};

const CONNECTIONS = {
  live: "Live",
  checking: "System check",
  camera_off: "Camera off",
  on_break: "On a break",
  lost: "Connection lost",
  ended: "Ended",
};

const LEDGERS = { integrity: "Integrity", technical: "Technical", environment: "Environment" };

export function sentenceCase(code) {
  const words = String(code).replaceAll("_", " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const warningText = (code) => WARNINGS[code] ?? sentenceCase(code);
export const connectionText = (code) => CONNECTIONS[code] ?? sentenceCase(code);
export const ledgerText = (code) => LEDGERS[code] ?? sentenceCase(code);
export const warningsText = (codes) => codes.map(warningText).join(" · ");

// Steps of the risk, for colour, mark and word together.
export function riskLevel(risk) {
  if (risk <= 0) return { level: "none", word: "" };
  if (risk < 15) return { level: "low", word: "low" };
  if (risk < 30) return { level: "raised", word: "raised" };
  return { level: "high", word: "high" };
}

export function showRisk(element, risk) {
  const { level, word } = riskLevel(risk);
  element.dataset.level = level;
  element.querySelector(".pv-risk-number").textContent = risk;
  element.querySelector(".pv-risk-word").textContent = word;
}

const rate = (framesPerSecond) => String(Math.round(framesPerSecond * 10) / 10);

// How often a candidate is looked at; on the wall only where the server asks for less than the exam does.
export const slowedText = ({ slowed_to: asked, wanted_fps: wanted }) =>
  asked === null ? "" : `Watched at ${rate(asked)} of ${rate(wanted)} frames/s: server busy`;

export function paceText({ connection, fps, slowed_to: asked, wanted_fps: wanted }) {
  if (!["live", "checking"].includes(connection) || wanted === null) return "";
  const watched = `Watched at ${rate(fps)} frames/s`;
  if (asked === null) return `${watched}.`;
  return `${watched}. The exam asks for ${rate(wanted)}; the server is overloaded and asks this browser for ${rate(asked)}. That is not the candidate’s doing.`;
}

export const placeholderText = (connection) =>
  connection === "on_break" ? "On a break: nothing is watched" : ["live", "checking"].includes(connection) ? "No picture yet" : "No picture: nothing comes from the camera";

export function showConnection(element, code) {
  element.textContent = connectionText(code);
  element.dataset.tone = { live: "good", lost: "bad", camera_off: "warn", checking: "info", on_break: "info" }[code] ?? "plain";
}

export const clockTime = (event) => event.time_24h.slice(11);

export function clock(timeZone) {
  const format = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone });
  return (unixSeconds) => format.format(new Date(unixSeconds * 1000));
}

export function scoreText(event) {
  if (event.risk_delta > 0) return `+${event.risk_delta}, risk ${event.risk_total}`;
  return event.ledger === "integrity" ? `risk ${event.risk_total}` : "does not score";
}

export const looksText = (events) => `${events} ${events === 1 ? "event needs" : "events need"} a look`;

// "35 points recorded, 15 of them from dismissed events": what is dismissed stays on record.
export function pointsText({ points, dismissed_points: dismissed }) {
  const all = `${points} ${points === 1 ? "point" : "points"} recorded`;
  if (!dismissed) return all;
  return `${all}, ${dismissed === points ? "all" : dismissed} of them from dismissed events`;
}
