// Runs the timers of lib/timers.js: browsers slow a hidden page's own timers down to one a second or a minute, a
// worker's they leave alone.
const running = new Map();

self.onmessage = ({ data }) => {
  if (data.cancel) {
    clearTimeout(running.get(data.id));
    running.delete(data.id);
    return;
  }
  const timer = setTimeout(() => {
    running.delete(data.id);
    self.postMessage(data.id);
  }, data.ms);
  running.set(data.id, timer);
};
