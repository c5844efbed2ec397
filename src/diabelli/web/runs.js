// The view of one run: header, progress, cards.

import { revokeUrl, fromTemplate, urlOf } from "./dom.js";
import { localUrl } from "./api.js";
import { describe, strengthLabel, titleOf, totalOf } from "./names.js";
import { TimeLeft } from "./time-left.js";

const REFRESH_MS = 1000; // of the time left, between two messages of the server

export const isRunning = (run) => run.state === "running" || run.state === "waiting";

export const isExpired = (variation) => !variation.picture && variation.expires <= Date.now();

// Return the image URL of a finished variation.
export function imageUrl(variation) {
  if (variation.picture) return urlOf(variation.picture);
  return isExpired(variation) ? urlOf(variation.thumb) : localUrl(variation.url);
}

export class RunView {
  // actions: the callbacks open, pin, vary, more, download, all, sheet, remove, choose and cancel.
  constructor(run, source, actions) {
    Object.assign(this, { run, source, actions });
    this.element = fromTemplate("run-template");
    this.element.dataset.run = run.id;
    this.cards = new Map();
    this.shares = [];
    this.timeLeft = new TimeLeft();
    this.fill();
  }

  part(selector) {
    return this.element.querySelector(selector);
  }

  fill() {
    const { run, source } = this;
    const when = new Date(run.made).toLocaleString([], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
    this.part(".of").textContent = this.part(".of").title = `of ${source.name}`;
    const [width, height] = run.options.size.split("x");
    this.note(width === height ? `${width} px` : `${width} × ${height} px`, when);
    this.part(".run-source").setAttribute("aria-label", `Use ${source.name} as the source again`);
    this.useSource(source);
    this.part(".run-source").onclick = () => this.actions.choose(this.source);
    this.part(".remove").onclick = () => this.actions.remove(this);
    this.part(".all").onclick = () => this.actions.all(this);
    this.part(".sheet").onclick = () => this.actions.sheet(this);
    this.part(".cancel").onclick = () => this.actions.cancel(this);
    this.part(".grid").dataset.n = run.options.strengths?.length ?? run.options.n;
    this.part(".grid").classList.toggle("series", Boolean(run.options.strengths));
    const expected = isRunning(run) ? totalOf(run.options) : 0;
    for (let index = 0; index < expected; index++) this.getCard(index);
    for (const variation of run.variations) this.showVariation(variation);
    this.finish();
  }

  // Show the source of the run.
  useSource(source) {
    this.source = source;
    this.run.source = source.id;
    this.part(".run-source img").src = urlOf(source.picture);
  }

  // Append words to the line below the title.
  note(...words) {
    const facts = this.part(".facts");
    facts.textContent = [facts.textContent, ...words].filter(Boolean).join(" · ");
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
    clearTimeout(this.refresh);
    if (!isRunning(this.run)) return;
    const all = totalOf(this.run.options);
    const done = this.shares.reduce((sum, share) => sum + (share ?? 0), 0) / all;
    const bar = this.part("progress");
    bar.value = done;
    bar.setAttribute("aria-label", "Progress");
    const ready = this.run.variations.length;
    const waits = this.run.state === "waiting" ? "waiting" : `${ready} of ${all} ready`;
    this.timeLeft.update(done);
    const facts = [waits, `${Math.round(100 * done)} %`, this.timeLeft.words];
    this.part(".working .note").textContent = facts.filter(Boolean).join(" · ");
    this.refresh = setTimeout(() => this.updateProgress(), REFRESH_MS);
  }

  showVariation(variation) {
    const card = this.getCard(variation.index);
    const words = describe(this.run, this.source, variation, isExpired(variation));
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
    const labels = [...(this.run.options.strengths ? [strengthLabel(this.run, variation)] : []), ...(isExpired(variation) ? ["expired"] : [])];
    const badge = card.querySelector(".badge");
    badge.hidden = !labels.length;
    badge.replaceChildren(...labels.map((textContent) => Object.assign(document.createElement("span"), { textContent })));
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
    const act = { p: "pin", v: "vary", d: "download", m: "more" }[event.key];
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
    const running = isRunning(this.run);
    this.part("h2").textContent = titleOf(this.run);
    this.part(".working").hidden = !running;
    this.part(".remove").hidden = running;
    this.part(".all").hidden = this.part(".sheet").hidden = running || !this.run.variations.length;
    this.element.setAttribute("aria-busy", String(running));
    this.updateProgress();
    if (running) return;
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
  opener.oncontextmenu = (event) => {
    if (card.held) event.preventDefault();
  };
}
