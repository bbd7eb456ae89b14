// localStorage as JSON. Where the browser keeps nothing (private mode, storage full), memory serves until a reload.
const memory = new Map();

export function put(key, value) {
  memory.set(key, value);
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export function get(key) {
  try {
    const stored = localStorage.getItem(key);
    if (stored !== null) return JSON.parse(stored);
  } catch {
    // Blocked, or not ours to read: what this page itself remembers still counts.
  }
  return memory.get(key) ?? null;
}

export function remove(key) {
  memory.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was kept, so nothing is left.
  }
}

export function keys(prefix) {
  const found = new Set([...memory.keys()].filter((key) => key.startsWith(prefix)));
  try {
    for (let index = 0; index < localStorage.length; index += 1) {
      const key = localStorage.key(index);
      if (key.startsWith(prefix)) found.add(key);
    }
  } catch {
    // As above.
  }
  return [...found];
}
