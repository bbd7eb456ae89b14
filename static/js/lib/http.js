// JSON to and from this site's API. Resolves with {ok, status, data}; rejects only when no answer came at all.
export async function request(method, url, body = undefined, { timeoutMs = 15000, keepalive = false } = {}) {
  const response = await fetch(url, {
    method,
    keepalive,
    credentials: "same-origin",
    signal: AbortSignal.timeout(timeoutMs),
    headers: body === undefined ? headers(method) : { ...headers(method), "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  return { ok: response.ok, status: response.status, data: isJson ? await response.json() : null };
}

// Read anew each time: signing in again in another tab changes it.
export function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

function headers(method) {
  const common = { Accept: "application/json" };
  return method === "GET" ? common : { ...common, "X-CSRFToken": csrfToken() };
}
