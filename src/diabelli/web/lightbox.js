// The lightbox: one variation, a wipe to its source, its parameters and its actions.

import { localUrl } from "./api.js";
import { copyPicture, copyText } from "./clipboard.js";
import { byId, announce, download, strengthName, urlOf } from "./dom.js";
import { describe, engineName, strengthOf, totalOf } from "./names.js";
import { isExpired, imageUrl } from "./runs.js";
import { snippet } from "./snippets.js";
import { isZoomed, pan, zoom } from "./zoom.js";

let view = null;
let variation = null;
let actions = null;
let language = "curl";
const COPIED = "Copied";

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

// Show an error below the actions, which a small screen may not show; "" removes it.
export function showLightboxError(message) {
  byId("lightbox-error").textContent = message;
  if (message) byId("lightbox-error").scrollIntoView({ block: "nearest" });
}

// Options that reproduce one variation.
export function optionsOf(run, one) {
  const { strengths: _, ...options } = run.options;
  return { ...options, n: "1", seed: one.seed, strength: strengthOf(run, one) };
}

function show(chosen) {
  variation = chosen;
  const { run, source } = view;
  byId("lightbox-picture").src = imageUrl(variation);
  byId("lightbox-picture").alt = describe(run, source, variation, isExpired(variation));
  byId("lightbox-source").src = urlOf(source.picture);
  byId("lightbox-title").textContent = `Variation ${variation.index + 1} of ${totalOf(run.options)}`;
  byId("lightbox-facts").replaceChildren(...factsOf(run, source));
  byId("lightbox-expired").hidden = !isExpired(variation);
  button("download").disabled = button("vary").disabled = byId("copy-picture").disabled = isExpired(variation);
  // The link works elsewhere, for as long as the server stores the picture.
  byId("copy-link").disabled = variation.expires <= Date.now();
  byId("open-picture").href = imageUrl(variation);
  button("pin").disabled = isExpired(variation) && !variation.pinned;
  button("pin").setAttribute("aria-pressed", String(Boolean(variation.pinned)));
  button("pin").lastChild.textContent = variation.pinned ? "Pinned" : "Pin";
  const all = ready();
  byId("lightbox-prev").disabled = all[0] === variation;
  byId("lightbox-next").disabled = all.at(-1) === variation;
  // A disabled button would lose the focus, and the dialog its keys.
  if (document.activeElement?.disabled) byId("lightbox-close").focus();
  showLightboxError("");
  wipe(0);
  zoom(false);
  showCode();
}

const button = (name) => byId("lightbox").querySelector(`[data-action="${name}"]`);

function factsOf(run, source) {
  const facts = { Source: source.name, Strength: strengthName(strengthOf(run, variation)), Seed: variation.seed,
    Size: run.options.size.replace("x", " × "), Engine: engineName(variation.engine, run.options.model) };
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

// Move the wipe with a pointer. A finger may also scroll or pinch: the browser cancels its pointer then, and the wipe
// goes back to where it was.
function onStage(event) {
  const stage = byId("stage");
  if (isZoomed()) return pan(event);
  if (!event.isPrimary) return;
  const before = byId("wipe").value;
  const ended = new AbortController();
  const { signal } = ended;
  const follow = (moved) => {
    const { left, width } = stage.getBoundingClientRect();
    if (moved.isPrimary) wipe(Math.min(100, Math.max(0, (100 * (moved.clientX - left)) / width)));
  };
  const restore = () => {
    wipe(before);
    ended.abort();
  };
  stage.setPointerCapture(event.pointerId);
  if (event.pointerType === "mouse") follow(event);
  stage.addEventListener("pointermove", follow, { signal });
  stage.addEventListener("pointerup", follow, { signal });
  stage.addEventListener("pointercancel", restore, { signal });
  stage.addEventListener("pointerdown", restore, { signal });
  stage.addEventListener("lostpointercapture", () => ended.abort(), { signal });
}

function showCode() {
  byId("code").textContent = snippet(language, optionsOf(view.run, variation));
  for (const tab of document.querySelectorAll("[data-code]")) {
    tab.setAttribute("aria-pressed", String(tab.dataset.code === language));
  }
}

// Copy by `work` and confirm it on the button.
async function confirmCopy(pressed, work) {
  const label = pressed.lastChild;
  const before = label.textContent;
  if (before === COPIED) return;
  try {
    await work();
  } catch {
    return showLightboxError("The browser does not allow to copy this here. Open the picture and copy it there.");
  }
  label.textContent = COPIED;
  announce(COPIED);
  setTimeout(() => (label.textContent = before), 1500);
}

function onKey(event) {
  if (event.target === byId("stage") && event.key.startsWith("Arrow")) return; // they scroll it
  if (event.target.type === "range" || event.ctrlKey || event.metaKey || event.altKey) return;
  const letter = { p: "pin", v: "vary", d: "download", m: "more" }[event.key];
  if (event.key === "ArrowLeft") turn(-1);
  else if (event.key === "ArrowRight") turn(1);
  else if (event.key === "z") zoom(!isZoomed());
  else if (letter && !button(letter).disabled) button(letter).click();
}

export function wireLightbox(given) {
  actions = given;
  for (const name of ["vary", "more", "pin", "download", "again"]) {
    button(name).onclick = () => actions[name](view, variation);
  }
  byId("lightbox-close").onclick = closeLightbox;
  byId("lightbox-prev").onclick = () => turn(-1);
  byId("lightbox-next").onclick = () => turn(1);
  byId("wipe").oninput = (event) => wipe(Number(event.target.value));
  byId("stage").onpointerdown = onStage;
  byId("zoom").onclick = () => zoom(!isZoomed());
  byId("copy").onclick = () => confirmCopy(byId("copy"), () => copyText(byId("code").textContent));
  byId("copy-link").onclick = () => confirmCopy(byId("copy-link"), () => copyText(localUrl(variation.url)));
  byId("copy-picture").onclick = () => confirmCopy(byId("copy-picture"), () => copyPicture(byId("lightbox-picture")));
  byId("source-down").onclick = () => download(view.source.picture, "source.png");
  byId("lightbox").onkeydown = onKey;
  // An `onclick` that returns false would disable the links of the dialog.
  byId("lightbox").onclick = (event) => {
    if (event.target === byId("lightbox")) closeLightbox();
  };
  for (const tab of document.querySelectorAll("[data-code]")) {
    tab.onclick = () => {
      language = tab.dataset.code;
      showCode();
    };
  }
}
