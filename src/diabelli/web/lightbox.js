// The large view: one variation, a wipe to its source, what made it and what to do with it.

import { describe, isExpired, sourceOf } from "./runs.js";
import { snippet } from "./snippets.js";
import { byId, say, save, strengthName, urlOf } from "./dom.js";

let view = null;
let variation = null;
let acts = null;
let language = "curl";

export function openLarge(run, chosen) {
  view = run;
  show(chosen);
  if (!byId("large").open) byId("large").showModal();
}

// Show it anew after something about it changed.
export function refreshLarge() {
  if (byId("large").open) show(variation);
}

export const closeLarge = () => byId("large").close();

export function largeError(words) {
  byId("large-error").textContent = words;
}

// A wish that makes this one picture again.
export const wishOf = (run, one) => ({ ...run.wish, n: "1", seed: one.seed });

function show(chosen) {
  variation = chosen;
  const { run, source } = view;
  byId("large-picture").src = sourceOf(variation);
  byId("large-picture").alt = describe(run, source, variation);
  byId("large-source").src = urlOf(source.picture);
  byId("large-title").textContent = `Variation ${variation.index + 1} of ${run.wish.n}`;
  byId("large-facts").replaceChildren(...facts(run, source));
  byId("large-expired").hidden = !isExpired(variation);
  act("download").disabled = act("vary").disabled = isExpired(variation);
  act("pin").disabled = isExpired(variation) && !variation.pinned;
  act("pin").setAttribute("aria-pressed", String(Boolean(variation.pinned)));
  act("pin").lastChild.textContent = variation.pinned ? "Pinned" : "Pin";
  const all = ready();
  byId("large-prev").disabled = all[0] === variation;
  byId("large-next").disabled = all.at(-1) === variation;
  largeError("");
  wipe(0);
  showCode();
}

const act = (name) => byId("large").querySelector(`[data-act="${name}"]`);

function facts(run, source) {
  const told = { Source: source.name, Strength: strengthName(run.wish.strength), Seed: variation.seed,
    Size: run.wish.size.replace("x", " × "), Model: run.wish.model };
  return Object.entries(told).flatMap(([name, value]) => [
    Object.assign(document.createElement("dt"), { textContent: name }),
    Object.assign(document.createElement("dd"), { textContent: value }),
  ]);
}

const ready = () => [...view.run.variations].sort((one, other) => one.index - other.index);

function turn(step) {
  const all = ready();
  const next = all[all.indexOf(variation) + step];
  if (!next) return;
  show(next);
  say(byId("large-picture").alt);
}

function wipe(share) {
  byId("wipe").value = share;
  byId("wipe").setAttribute("aria-valuetext", `${Math.round(share)} % source`);
  byId("stage").style.setProperty("--wipe", `${share}%`);
  byId("stage").classList.add("wiped");
}

function onStage(event) {
  const stage = byId("stage");
  const follow = (moved) => {
    const { left, width } = stage.getBoundingClientRect();
    wipe(Math.min(100, Math.max(0, (100 * (moved.clientX - left)) / width)));
  };
  stage.setPointerCapture(event.pointerId);
  follow(event);
  stage.addEventListener("pointermove", follow);
  stage.addEventListener("lostpointercapture", () => stage.removeEventListener("pointermove", follow), { once: true });
}

function showCode() {
  byId("code").textContent = snippet(language, wishOf(view.run, variation));
  for (const tab of document.querySelectorAll("[data-code]")) {
    tab.setAttribute("aria-pressed", String(tab.dataset.code === language));
  }
}

async function copy() {
  const text = byId("code").textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Plain http has no clipboard; the old way needs a selection.
    getSelection().selectAllChildren(byId("code"));
    document.execCommand("copy");
  }
  byId("copy").textContent = "Copied";
  say("Copied");
  setTimeout(() => (byId("copy").textContent = "Copy"), 1500);
}

function onKey(event) {
  if (event.target.type === "range" || event.ctrlKey || event.metaKey || event.altKey) return;
  const letter = { p: "pin", v: "vary", d: "download" }[event.key];
  if (event.key === "ArrowLeft") turn(-1);
  else if (event.key === "ArrowRight") turn(1);
  else if (letter && !act(letter).disabled) act(letter).click();
}

export function wireLarge(given) {
  acts = given;
  for (const name of ["vary", "pin", "download", "again"]) {
    act(name).onclick = () => acts[name](view, variation);
  }
  byId("large-close").onclick = closeLarge;
  byId("large-prev").onclick = () => turn(-1);
  byId("large-next").onclick = () => turn(1);
  byId("wipe").oninput = (event) => wipe(Number(event.target.value));
  byId("stage").onpointerdown = onStage;
  byId("copy").onclick = copy;
  byId("source-down").onclick = () => save(view.source.picture, "source.png");
  byId("large").onkeydown = onKey;
  byId("large").onclick = (event) => event.target === byId("large") && closeLarge();
  for (const tab of document.querySelectorAll("[data-code]")) {
    tab.onclick = () => {
      language = tab.dataset.code;
      showCode();
    };
  }
}
