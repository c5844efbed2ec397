// The view of one run: header, progress, cards.

import { revokeUrl, fromTemplate, plural, strengthName, urlOf } from "./dom.js";
import { localUrl } from "./api.js";

export const isExpired = (variation) => !variation.picture && variation.expires <= Date.now();

// Return the image URL of a finished variation.
export function imageUrl(variation) {
  if (variation.picture) return urlOf(variation.picture);
  return isExpired(variation) ? urlOf(variation.thumb) : localUrl(variation.url);
}

export const fileName = (variation, run) => `diabelli-${variation.seed}.${run.options.output_format}`;

// Return the alternative text of a variation.
export function describe(run, source, variation) {
  const place = `Variation ${variation.index + 1} of ${run.options.n}`;
  const kind = `${strengthName(run.options.strength)}, seed ${variation.seed}`;
  return `${place} of ${source.name}, ${kind}${isExpired(variation) ? ", expired" : ""}`;
}

export class RunView {
  // actions: the callbacks open, pin, vary, download, all, remove, again, choose and cancel.
  constructor(run, source, actions) {
    Object.assign(this, { run, source, actions });
    this.element = fromTemplate("run-template");
    this.element.dataset.run = run.id;
    this.cards = new Map();
    this.shares = [];
    this.fill();
  }

  part(selector) {
    return this.element.querySelector(selector);
  }

  fill() {
    const { run, source } = this;
    const when = new Date(run.made).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    this.part(".run-summary .note").textContent = `of ${source.name} · ${run.options.size.replace("x", " × ")} · ${when}`;
    this.part(".run-source img").src = urlOf(source.picture);
    this.part(".run-source").setAttribute("aria-label", `Use ${source.name} as the source again`);
    this.part(".run-source").onclick = () => this.actions.choose(this.source);
    this.part(".remove").onclick = () => this.actions.remove(this);
    this.part(".all").onclick = () => this.actions.all(this);
    this.part(".cancel").onclick = () => this.actions.cancel(this);
    this.part(".grid").dataset.n = run.options.n;
    const expected = run.state === "running" ? Number(run.options.n) : 0;
    for (let index = 0; index < expected; index++) this.getCard(index);
    for (const variation of run.variations) this.showVariation(variation);
    this.finish();
  }

  getCard(index) {
    if (!this.cards.has(index)) {
      const card = fromTemplate("card-template");
      card.classList.add("pending");
      card.querySelector(".open").disabled = true;
      card.querySelector(".open").setAttribute("aria-label", `Variation ${index + 1}, in progress`);
      this.cards.set(index, card);
      const after = [...this.cards.keys()].filter((other) => other > index).sort((a, b) => a - b)[0];
      this.part(".grid").insertBefore(card, this.cards.get(after) ?? null);
    }
    return this.cards.get(index);
  }

  // Record the progress of a variation and show its preview, if there is one.
  showPreview(index, share, preview) {
    this.shares[index] = share;
    const card = this.getCard(index);
    const image = card.querySelector(".shown");
    if (preview) {
      revokeUrl(card.preview);
      card.preview = preview;
      image.src = urlOf(preview);
      card.classList.add("has-preview");
    }
    this.updateProgress();
  }

  updateProgress() {
    const all = Number(this.run.options.n);
    const done = this.shares.reduce((sum, share) => sum + (share ?? 0), 0) / all;
    const bar = this.part("progress");
    bar.value = done;
    bar.setAttribute("aria-label", "Progress");
    const ready = this.run.variations.length;
    this.part(".working .note").textContent = `${ready} of ${all} ready · ${Math.round(100 * done)} %`;
  }

  showVariation(variation) {
    const card = this.getCard(variation.index);
    const words = describe(this.run, this.source, variation);
    card.classList.remove("pending", "has-preview");
    card.classList.toggle("expired", isExpired(variation));
    card.classList.toggle("pinned", Boolean(variation.pinned));
    const shown = card.querySelector(".shown");
    shown.onerror = () => {
      variation.expires = 0;
      shown.onerror = null;
      this.showVariation(variation);
    };
    shown.src = imageUrl(variation);
    shown.alt = words;
    revokeUrl(card.preview);
    card.preview = null;
    card.querySelector(".under").src = urlOf(this.source.picture);
    this.wireCard(card, variation);
    const badge = card.querySelector(".badge");
    badge.hidden = !isExpired(variation);
    badge.innerHTML = "<span>expired</span>";
    this.shares[variation.index] = 1;
  }

  wireCard(card, variation) {
    const act = (selector, work) => (card.querySelector(selector).onclick = work);
    const opener = card.querySelector(".open");
    opener.disabled = false;
    opener.removeAttribute("aria-label");
    opener.onclick = () => card.held || this.actions.open(this, variation);
    act(".vary", () => this.actions.vary(this, variation));
    act(".download", () => this.actions.download(this, variation));
    act(".pin", () => this.actions.pin(this, variation));
    card.querySelector(".pin").setAttribute("aria-pressed", String(Boolean(variation.pinned)));
    card.onkeydown = (event) => this.onKey(event, card, variation);
    wireCompare(card, opener, card.querySelector(".compare"));
  }

  onKey(event, card, variation) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { p: "pin", v: "vary", d: "download" }[event.key];
    if (act) this.actions[act](this, variation);
    if (event.key === "c" && !event.repeat) {
      card.classList.add("comparing");
      const end = () => card.classList.remove("comparing");
      card.addEventListener("keyup", end, { once: true });
      card.addEventListener("focusout", end, { once: true });
    }
  }

  // Update the view when the run has ended, and when a saved run is shown.
  finish() {
    const running = this.run.state === "running";
    const ready = this.run.variations.length;
    const some = !running && ready && ready < this.run.options.n ? `${ready} of ` : "";
    this.part("h2").textContent = `${some}${plural(Number(this.run.options.n), "variation")}, ${strengthName(this.run.options.strength)}`;
    this.part(".working").hidden = !running;
    this.part(".remove").hidden = running;
    this.part(".all").hidden = running || ready === 0;
    this.element.setAttribute("aria-busy", String(running));
    if (running) return this.updateProgress();
    for (const [index, card] of this.cards) {
      if (!card.classList.contains("pending")) continue;
      card.remove();
      this.cards.delete(index);
    }
  }

  // Show an error message, with a retry button if `again` is given, enabled after `wait` seconds.
  fail(message, wait, again) {
    const place = this.part(".run-error");
    place.replaceChildren();
    place.append(message);
    if (!again) return;
    const button = Object.assign(document.createElement("button"), { type: "button" });
    const until = Date.now() + wait * 1000;
    const count = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      button.disabled = left > 0;
      button.textContent = left > 0 ? `Try again in ${left} s` : "Try again";
      if (left > 0 && button.isConnected) setTimeout(count, 250);
    };
    button.onclick = again;
    place.append(button);
    count();
  }
}

const HOLD_MS = 250;

// Show the source while the button is hovered or focused, or the picture is held.
function wireCompare(card, opener, button) {
  const show = (on) => card.classList.toggle("comparing", on);
  button.onpointerenter = button.onfocus = () => show(true);
  button.onpointerleave = button.onblur = () => show(false);
  let timer = 0;
  opener.onpointerdown = () => {
    card.held = false;
    timer = setTimeout(() => {
      card.held = true;
      show(true);
    }, HOLD_MS);
  };
  opener.onpointerup = opener.onpointerleave = opener.onpointercancel = () => {
    clearTimeout(timer);
    show(false);
  };
  opener.oncontextmenu = (event) => card.held && event.preventDefault();
}
