// The page of plots: what was used over time, from the server's own numbers.

import * as api from "./api.js";
import { wireKey, wantKey } from "./key.js";
import { byId, say } from "./dom.js";
import { wireTheme } from "./theme.js";

// Told apart by lightness as well as by hue, on light and on dark.
const HUES = ["#2f7f86", "#c7632b", "#6b5bb5", "#a08a1c", "#b0447a", "#4d8f3a", "#3f74c4", "#8a6a52"];
const HEIGHT = 220;

let told = null;
let drawn = [];

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Custom properties keep light-dark() as it is written; an element has the colour itself.
function colour(name) {
  const probe = Object.assign(document.createElement("i"), { hidden: true });
  probe.style.color = style(name);
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const number = (value) => (value === null ? "–" : value.toLocaleString(undefined, { maximumFractionDigits: 1 }));

// Multiples of these are round numbers of KiB, MiB and so on.
const POWERS = Array.from({ length: 50 }, (_, power) => 2 ** power);

const bytes = (value) => {
  if (value === null) return number(value);
  const power = Math.min(4, Math.floor(Math.log2(Math.max(value, 1)) / 10));
  return `${number(value / 1024 ** power)} ${["B", "KiB", "MiB", "GiB", "TiB"][power]}`;
};

function plotsOf(data) {
  const who = (name) => name ?? (data.by === "user" ? "no end-user" : "no key");
  return [
    { title: "Images", bars: true, lines: [["images", data.images]] },
    { title: `Images by ${data.by === "user" ? "end-user" : "key"}`, lines: data.names.map((one) => [who(one.name), one.images]) },
    { title: "Seconds of the engines", bars: true, lines: [["seconds", data.seconds]] },
    { title: "Requests and errors", lines: [["requests", data.requests], ["errors", data.errors]] },
    { title: "Milliseconds in the queue", lines: [["half wait less", data.queued_p50_ms], ["95 of 100 wait less", data.queued_p95_ms]] },
    { title: "Size of the store", shown: bytes, lines: [["at most", data.store_peak_bytes]] },
  ];
}

function totals(data) {
  const sum = (list) => list.reduce((all, one) => all + one, 0);
  const shown = { images: number(sum(data.images)), requests: number(sum(data.requests)),
    errors: number(sum(data.errors)), "seconds of the engines": number(sum(data.seconds)), "in the store now": bytes(data.store_bytes) };
  byId("totals").replaceChildren(...Object.entries(shown).map(([name, value]) => {
    const pair = document.createElement("div");
    pair.append(Object.assign(document.createElement("dt"), { textContent: name }),
      Object.assign(document.createElement("dd"), { textContent: value }));
    return pair;
  }));
}

function when(seconds) {
  const moment = new Date(seconds * 1000);
  // Steps are those of UTC.
  return told.step === "day" ? moment.toISOString().slice(0, 10) : moment.toISOString().slice(0, 16).replace("T", " ");
}

function table({ lines, shown = number }) {
  const rows = told.times.map((time, place) => [when(time), ...lines.map(([, values]) => shown(values[place]))]);
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
  place.setAttribute("aria-label", `${plot.title}, a plot; its numbers follow as a table`);
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
  const half = told.step === "day" ? 43_200 : 1800;
  const series = lines.map(([label, values], index) => ({
    label,
    stroke: HUES[index],
    width: 2,
    spanGaps: true,
    // A lone point has no line.
    points: { show: !bars && values.filter((value) => value !== null).length < 3 },
    value: (_, value) => shown(value),
    ...(bars ? { fill: `${HUES[index]}99`, paths: uPlot.paths.bars({ size: [0.7, 40] }) } : {}),
  }));
  return new uPlot({
    width: Math.max(200, place.clientWidth),
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
    // Half a step on either side, so that the first and the last bar are whole.
    scales: { x: { range: (_, low, high) => [low - half, high + half] }, y: { range: (_, low, high) => [0, Math.max(1, high * 1.08)] } },
    series: [{ label: "UTC", value: (_, value) => (value === null ? "–" : when(value)) }, ...series],
    axes: [axis, { ...axis, ...(shown === bytes ? { size: 76, incrs: POWERS, values: (_, splits) => splits.map(bytes) } : { size: 56 }) }],
  }, [told.times, ...lines.map(([, values]) => values)], place);
}

function show() {
  if (!told) return;
  for (const [plot] of drawn) plot.destroy();
  drawn = [];
  byId("plots").replaceChildren();
  totals(told);
  for (const plot of plotsOf(told)) if (plot.lines.length) panel(plot);
}

async function ask() {
  const [step, days] = byId("span").value.split(" ");
  byId("usage-error").textContent = "";
  try {
    told = await api.usage({ step, days, by: byId("by").value });
  } catch (fault) {
    byId("usage-error").textContent = fault.status === 401 ? "" : fault.message;
    if (fault.status === 401 || fault.status === 403) wantKey(fault);
    if (!(fault instanceof api.Refusal)) throw fault;
    return;
  }
  show();
  say("The plots are up to date");
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
wireKey(ask);
byId("span").onchange = byId("by").onchange = ask;
await ask();
document.body.dataset.ready = "yes";
