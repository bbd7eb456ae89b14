// Risk over time as steps, events as points on it. Chart.js comes with Unfold (the global Chart).

import { sentenceCase } from "./words.js";

const STYLES = { integrity: ["#dc2626", "circle"], technical: ["#6b7280", "rect"], environment: ["#d97706", "triangle"] };
const ROWS = 200;

function colours() {
  const dark = document.documentElement.classList.contains("dark");
  return dark ? { line: "#60a5fa", text: "#d1d5db", grid: "#374151" } : { line: "#1d4ed8", text: "#4b5563", grid: "#e5e7eb" };
}

export class RiskGraph {
  constructor({ canvas, summary, table, time, config }) {
    Object.assign(this, { summary, table, time });
    this.samples = [];
    this.points = [];
    this.start = config.started ?? config.samples[0]?.[0] ?? Date.now() / 1000;
    this.end = config.finished;
    this.chart = new Chart(canvas, this.settings());
    new MutationObserver(() => this.recolour()).observe(document.documentElement, { attributeFilter: ["class"] });
    this.recolour();
  }

  settings() {
    const point = (context) => STYLES[context.raw?.ledger] ?? STYLES.technical;
    return {
      type: "line",
      data: {
        datasets: [
          { label: "Risk", data: [], stepped: true, pointRadius: 0, borderWidth: 2, fill: false },
          {
            label: "Events", data: [], type: "scatter", pointRadius: 5, pointHoverRadius: 7,
            pointBackgroundColor: (context) => point(context)[0], pointStyle: (context) => point(context)[1],
          },
        ],
      },
      options: {
        animation: false, maintainAspectRatio: false, parsing: false, normalized: true,
        interaction: { mode: "nearest", intersect: false },
        scales: {
          x: { type: "linear", ticks: { maxTicksLimit: 6, maxRotation: 0, callback: (value) => this.time(value) } },
          y: { beginAtZero: true, suggestedMax: 10, ticks: { precision: 0 }, title: { display: true, text: "Risk" } },
        },
        plugins: { legend: { display: false }, tooltip: { callbacks: this.tooltip() } },
      },
    };
  }

  tooltip() {
    return {
      title: (items) => items.map((item) => this.time(item.raw.x))[0],
      label: (item) => (item.raw.name ? `${sentenceCase(item.raw.name)}, risk ${item.raw.y}` : `Risk ${item.raw.y}`),
    };
  }

  recolour() {
    const { line, text, grid } = colours();
    this.chart.data.datasets[0].borderColor = line;
    for (const scale of Object.values(this.chart.options.scales)) {
      scale.ticks.color = text;
      scale.grid = { color: grid };
    }
    this.chart.options.scales.y.title.color = text;
    this.chart.update("none");
  }

  addSamples(pairs) {
    for (const [time, risk] of pairs) {
      const last = this.samples.at(-1);
      if (last?.x !== time || last.y !== risk) this.samples.push({ x: time, y: risk });
    }
    this.samples.sort((a, b) => a.x - b.x); // what a gap left out may come after what is newer
    this.ask();
  }

  addEvent(event) {
    this.points.push({ x: event.unix_time, y: event.risk_total, name: event.event, ledger: event.ledger });
    this.ask();
  }

  ask() {
    this.timer ??= setTimeout(() => this.draw(), 250);
  }

  draw() {
    this.timer = undefined;
    if (document.hidden) return;
    const now = this.end ?? Date.now() / 1000;
    const risk = this.samples.at(-1)?.y ?? 0;
    const first = Math.min(this.start, this.samples[0]?.x ?? this.start);
    const line = [{ x: first, y: this.samples[0]?.x <= first ? this.samples[0].y : 0 }, ...this.samples];
    if (now > line.at(-1).x) line.push({ x: now, y: risk });
    this.chart.data.datasets[0].data = line;
    this.chart.data.datasets[1].data = this.points;
    Object.assign(this.chart.options.scales.x, { min: first, max: Math.max(now, first + 10) });
    this.chart.update("none");
    this.tell(risk);
  }

  tell(risk) {
    const highest = this.samples.reduce((top, sample) => (sample.y > top.y ? sample : top), { y: 0 });
    const events = this.points.filter((point) => point.ledger === "integrity").length;
    const now = this.end ? "At the end" : "Now";
    const peak = highest.y ? ` Highest: ${highest.y} at ${this.time(highest.x)}.` : "";
    this.summary.textContent = `${now}: ${risk}.${peak} ${events} integrity ${events === 1 ? "event" : "events"}.`;
    this.summary.dataset.risk = risk;
    if (this.table.closest("details").open) this.fillTable();
  }

  fillTable() {
    const rows = this.samples.slice(-ROWS).reverse().map(({ x, y }) => {
      const row = document.createElement("tr");
      row.append(...[this.time(x), y].map((value) => Object.assign(document.createElement("td"), { textContent: value })));
      return row;
    });
    this.table.replaceChildren(...rows);
  }
}
