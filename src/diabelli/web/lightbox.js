// The lightbox: one variation, a wipe to its source, its parameters and its actions.

import { describe, isExpired, imageUrl } from "./runs.js";
import { snippet } from "./snippets.js";
import { byId, announce, download, strengthName, urlOf } from "./dom.js";

let view = null;
let variation = null;
let actions = null;
let language = "curl";

export function openLightbox(run, chosen) {
  view = run;
  show(chosen);
  if (!byId("lightbox").open) byId("lightbox").showModal();
}

// Redraw the lightbox after its variation changed.
export function refreshLightbox() {
  if (byId("lightbox").open) show(variation);
}

export const closeLightbox = () => byId("lightbox").close();

export function showLightboxError(message) {
  byId("lightbox-error").textContent = message;
}

// Options that reproduce one variation.
export const optionsOf = (run, one) => ({ ...run.options, n: "1", seed: one.seed });

function show(chosen) {
  variation = chosen;
  const { run, source } = view;
  byId("lightbox-picture").src = imageUrl(variation);
  byId("lightbox-picture").alt = describe(run, source, variation);
  byId("lightbox-source").src = urlOf(source.picture);
  byId("lightbox-title").textContent = `Variation ${variation.index + 1} of ${run.options.n}`;
  byId("lightbox-facts").replaceChildren(...factsOf(run, source));
  byId("lightbox-expired").hidden = !isExpired(variation);
  button("download").disabled = button("vary").disabled = isExpired(variation);
  button("pin").disabled = isExpired(variation) && !variation.pinned;
  button("pin").setAttribute("aria-pressed", String(Boolean(variation.pinned)));
  button("pin").lastChild.textContent = variation.pinned ? "Pinned" : "Pin";
  const all = ready();
  byId("lightbox-prev").disabled = all[0] === variation;
  byId("lightbox-next").disabled = all.at(-1) === variation;
  showLightboxError("");
  wipe(0);
  showCode();
}

const button = (name) => byId("lightbox").querySelector(`[data-action="${name}"]`);

function factsOf(run, source) {
  const facts = { Source: source.name, Strength: strengthName(run.options.strength), Seed: variation.seed,
    Size: run.options.size.replace("x", " × "), Model: run.options.model };
  if (variation.moves?.length) facts.Changes = variation.moves.join(", ");
  return Object.entries(facts).flatMap(([name, value]) => [
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
  announce(byId("lightbox-picture").alt);
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
  byId("code").textContent = snippet(language, optionsOf(view.run, variation));
  for (const tab of document.querySelectorAll("[data-code]")) {
    tab.setAttribute("aria-pressed", String(tab.dataset.code === language));
  }
}

async function copy() {
  const text = byId("code").textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // navigator.clipboard is missing on plain HTTP; execCommand copies the selection.
    getSelection().selectAllChildren(byId("code"));
    document.execCommand("copy");
  }
  byId("copy").textContent = "Copied";
  announce("Copied");
  setTimeout(() => (byId("copy").textContent = "Copy"), 1500);
}

function onKey(event) {
  if (event.target.type === "range" || event.ctrlKey || event.metaKey || event.altKey) return;
  const letter = { p: "pin", v: "vary", d: "download" }[event.key];
  if (event.key === "ArrowLeft") turn(-1);
  else if (event.key === "ArrowRight") turn(1);
  else if (letter && !button(letter).disabled) button(letter).click();
}

export function wireLightbox(given) {
  actions = given;
  for (const name of ["vary", "pin", "download", "again"]) {
    button(name).onclick = () => actions[name](view, variation);
  }
  byId("lightbox-close").onclick = closeLightbox;
  byId("lightbox-prev").onclick = () => turn(-1);
  byId("lightbox-next").onclick = () => turn(1);
  byId("wipe").oninput = (event) => wipe(Number(event.target.value));
  byId("stage").onpointerdown = onStage;
  byId("copy").onclick = copy;
  byId("source-down").onclick = () => download(view.source.picture, "source.png");
  byId("lightbox").onkeydown = onKey;
  byId("lightbox").onclick = (event) => event.target === byId("lightbox") && closeLightbox();
  for (const tab of document.querySelectorAll("[data-code]")) {
    tab.onclick = () => {
      language = tab.dataset.code;
      showCode();
    };
  }
}
