const FROM_A_PROXY = new Set([502, 503, 504]); // which finds no server behind it
const listeners = [];

// JSON to and from this site's API. Resolves with {ok, status, data}; rejects only when no answer came at all.
export async function request(method, url, body = undefined, options = {}) {
  const response = await sent(method, url, body, options).catch((error) => {
    tell(false);
    throw error;
  });
  tell(!FROM_A_PROXY.has(response.status));
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  return { ok: response.ok, status: response.status, data: isJson ? await response.json() : null };
}

// heard(reached) is called after every request: whether the server itself answered it.
export function listen(heard) {
  listeners.push(heard);
}

function tell(reached) {
  listeners.forEach((heard) => heard(reached));
}

function sent(method, url, body, { timeoutMs = 15000, keepalive = false }) {
  return fetch(url, {
    method,
    keepalive,
    credentials: "same-origin",
    signal: AbortSignal.timeout(timeoutMs),
    headers: body === undefined ? headers(method) : { ...headers(method), "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

// Read anew each time: signing in again in another tab changes it.
export function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

function headers(method) {
  const common = { Accept: "application/json" };
  return method === "GET" ? common : { ...common, "X-CSRFToken": csrfToken() };
}
