// The usage page: plots of the server's usage data over time.

import * as api from "./api.js";
import { wireKey, requestKey } from "./key.js";
import { byId, announce, download } from "./dom.js";
import { wireTheme } from "./theme.js";
import { usageCsv } from "./usage-csv.js";

// Distinguishable by lightness as well as hue, on light and dark backgrounds.
const HUES = ["#2f7f86", "#c7632b", "#6b5bb5", "#a08a1c", "#b0447a", "#4d8f3a", "#3f74c4", "#8a6a52"];
const HEIGHT = 220;
const BY = { key: "key", user: "end-user", model: "model" };

let stats = null;
let drawn = [];

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// A custom property returns light-dark() unresolved; the computed colour of an element is resolved.
function colour(name) {
  const probe = Object.assign(document.createElement("i"), { hidden: true });
  probe.style.color = style(name);
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const number = (value) => (value === null ? "–" : value.toLocaleString(undefined, { maximumFractionDigits: 1 }));

// Axis increments: multiples of powers of two are round numbers of KiB, MiB and so on.
const POWERS = Array.from({ length: 50 }, (_, power) => 2 ** power);

const bytes = (value) => {
  if (value === null) return number(value);
  const power = Math.min(4, Math.floor(Math.log2(Math.max(value, 1)) / 10));
  return `${number(value / 1024 ** power)} ${["B", "KiB", "MiB", "GiB", "TiB"][power]}`;
};

function plotsOf(data) {
  const kind = BY[data.by];
  const who = (name) => name ?? `no ${kind}`;
  return [
    { title: "Images", bars: true, lines: [["images", data.images]] },
    { title: `Images by ${kind}`, lines: data.names.map((one) => [who(one.name), one.images]) },
    { title: "Engine seconds", bars: true, lines: [["seconds", data.seconds]] },
    { title: "Requests and errors", lines: [["requests", data.requests], ["errors", data.errors]] },
    { title: "Queue wait (ms)", lines: [["p50", data.queued_p50_ms], ["p95", data.queued_p95_ms]] },
    { title: "Store size", shown: bytes, lines: [["peak", data.store_peak_bytes]] },
  ];
}

function totals(data) {
  const sum = (list) => list.reduce((all, one) => all + one, 0);
  const shown = { images: number(sum(data.images)), requests: number(sum(data.requests)),
    errors: number(sum(data.errors)), "engine seconds": number(sum(data.seconds)), "in the store now": bytes(data.store_bytes) };
  byId("totals").replaceChildren(...Object.entries(shown).map(([name, value]) => {
    const pair = document.createElement("div");
    pair.append(Object.assign(document.createElement("dt"), { textContent: name }),
      Object.assign(document.createElement("dd"), { textContent: value }));
    return pair;
  }));
}

function when(seconds) {
  const moment = new Date(seconds * 1000);
  // Time buckets start at UTC hours and days.
  return stats.step === "day" ? moment.toISOString().slice(0, 10) : moment.toISOString().slice(0, 16).replace("T", " ");
}

function table({ lines, shown = number }) {
  const rows = stats.times.map((time, place) => [when(time), ...lines.map(([, values]) => shown(values[place]))]);
  const build = (cells, kind) => {
    const row = document.createElement("tr");
    cells.forEach((cell, place) => {
      const element = document.createElement(place && kind === "td" ? "td" : "th");
      element.scope = kind === "td" ? "row" : "col";
      if (element.tagName === "TD") element.removeAttribute("scope");
      element.textContent = cell;
      row.append(element);
    });
    return row;
  };
  const whole = document.createElement("table");
  const head = whole.createTHead();
  head.append(build(["UTC", ...lines.map(([name]) => name)], "th"));
  whole.createTBody().append(...rows.map((row) => build(row, "td")));
  return whole;
}

function panel(plot) {
  const section = document.createElement("section");
  section.className = "plot panel";
  const title = Object.assign(document.createElement("h2"), { textContent: plot.title });
  const place = document.createElement("div");
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", `${plot.title}, a plot; the numbers follow as a table`);
  const details = document.createElement("details");
  const scroller = Object.assign(document.createElement("div"), { className: "table", tabIndex: 0 });
  scroller.setAttribute("role", "region");
  scroller.setAttribute("aria-label", `${plot.title} as a table`);
  scroller.append(table(plot));
  details.append(Object.assign(document.createElement("summary"), { textContent: "As a table" }), scroller);
  section.append(title, place, details);
  byId("plots").append(section);
  drawn.push([draw(plot, place), place]);
}

function draw({ bars, lines, shown = number }, place) {
  const [ink, grid] = [colour("--soft"), colour("--line")];
  const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  const { uPlot } = globalThis;
  const half = stats.step === "day" ? 43_200 : 1800;
  const series = lines.map(([label, values], index) => ({
    label,
    stroke: HUES[index],
    width: 2,
    spanGaps: true,
    // One or two points make no visible line: show markers.
    points: { show: !bars && values.filter((value) => value !== null).length < 3 },
    value: (_, value) => shown(value),
    ...(bars ? { fill: `${HUES[index]}99`, paths: uPlot.paths.bars({ size: [0.7, 40] }) } : {}),
  }));
  return new uPlot({
    width: Math.max(200, place.clientWidth),
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
    // Half a step of margin on either side, so that the first and last bars are not cut.
    scales: { x: { range: (_, low, high) => [low - half, high + half] }, y: { range: (_, low, high) => [0, Math.max(1, high * 1.08)] } },
    series: [{ label: "UTC", value: (_, value) => (value === null ? "–" : when(value)) }, ...series],
    axes: [axis, { ...axis, ...(shown === bytes ? { size: 76, incrs: POWERS, values: (_, splits) => splits.map(bytes) } : { size: 56 }) }],
  }, [stats.times, ...lines.map(([, values]) => values)], place);
}

function show() {
  for (const [plot] of drawn) plot.destroy();
  drawn = [];
  byId("plots").replaceChildren();
  byId("totals").replaceChildren();
  byId("export-csv").disabled = byId("export-json").disabled = !stats;
  if (!stats) return;
  totals(stats);
  for (const plot of plotsOf(stats)) if (plot.lines.length) panel(plot);
}

// Return the smallest period of the list that includes all data, as its step and days.
async function fittingSpan() {
  const { times, requests } = await api.usage({ step: "day", days: 366, by: "key" });
  const first = requests.findIndex((count) => count > 0);
  if (first < 0) return "day 30";
  const days = times.length - first;
  const spans = [...byId("span").options].map((option) => option.value).filter((value) => value !== "fit");
  return spans.find((span) => Number(span.split(" ")[1]) >= days) ?? spans.at(-1);
}

async function load() {
  byId("usage-error").textContent = "";
  try {
    const chosen = byId("span").value;
    const [step, days] = (chosen === "fit" ? await fittingSpan() : chosen).split(" ");
    stats = await api.usage({ step, days, by: byId("by").value });
  } catch (error) {
    byId("usage-error").textContent = error.status === 401 ? "" : error.message;
    if (error.status === 401 || error.status === 403) {
      // Data of a key that was forgotten or revoked must not stay on the screen.
      stats = null;
      show();
      requestKey(error);
    }
    if (!(error instanceof api.ApiError)) throw error;
    return;
  }
  show();
  announce("The plots are up to date");
}

let width = innerWidth;
addEventListener("resize", () => {
  if (width === innerWidth) return;
  width = innerWidth;
  for (const [plot, place] of drawn) plot.setSize({ width: Math.max(200, place.clientWidth), height: HEIGHT });
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
new MutationObserver(show).observe(document.documentElement, { attributeFilter: ["data-theme"] });
wireTheme();
wireKey(load);
byId("export-csv").onclick = () => download(new Blob([usageCsv(stats)], { type: "text/csv" }), "usage.csv");
byId("export-json").onclick = () => download(new Blob([JSON.stringify(stats, null, 2)], { type: "application/json" }), "usage.json");
byId("span").onchange = byId("by").onchange = load;
await load();
document.body.dataset.ready = "yes";
