// One run on the page: its head, its progress, its cards.

import { forget, fromTemplate, plural, strengthName, urlOf } from "./dom.js";
import { whereabouts } from "./api.js";

export const isExpired = (variation) => !variation.picture && variation.expires <= Date.now();

// What an <img> shows of a finished variation.
export function sourceOf(variation) {
  if (variation.picture) return urlOf(variation.picture);
  return isExpired(variation) ? urlOf(variation.thumb) : whereabouts(variation.url);
}

export const nameOf = (variation, run) => `diabelli-${variation.seed}.${run.wish.output_format}`;

// Words for someone who does not see the picture.
export function describe(run, source, variation) {
  const place = `Variation ${variation.index + 1} of ${run.wish.n}`;
  const kind = `${strengthName(run.wish.strength)}, seed ${variation.seed}`;
  return `${place} of ${source.name}, ${kind}${isExpired(variation) ? ", expired" : ""}`;
}

export class RunView {
  // acts: open, pin, vary, download, all, remove, again, choose, cancel; all of them of the page.
  constructor(run, source, acts) {
    Object.assign(this, { run, source, acts });
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
    this.part(".run-says .note").textContent = `of ${source.name} · ${run.wish.size.replace("x", " × ")} · ${when}`;
    this.part(".run-source img").src = urlOf(source.picture);
    this.part(".run-source").setAttribute("aria-label", `Take ${source.name} as the source again`);
    this.part(".run-source").onclick = () => this.acts.choose(this.source);
    this.part(".remove").onclick = () => this.acts.remove(this);
    this.part(".all").onclick = () => this.acts.all(this);
    this.part(".cancel").onclick = () => this.acts.cancel(this);
    this.part(".grid").dataset.n = run.wish.n;
    const expected = run.state === "running" ? Number(run.wish.n) : 0;
    for (let index = 0; index < expected; index++) this.cardOf(index);
    for (const variation of run.variations) this.show(variation);
    this.settle();
  }

  cardOf(index) {
    if (!this.cards.has(index)) {
      const card = fromTemplate("card-template");
      card.classList.add("coming");
      card.querySelector(".open").disabled = true;
      card.querySelector(".open").setAttribute("aria-label", `Variation ${index + 1}, being made`);
      this.cards.set(index, card);
      const after = [...this.cards.keys()].filter((other) => other > index).sort((a, b) => a - b)[0];
      this.part(".grid").insertBefore(card, this.cards.get(after) ?? null);
    }
    return this.cards.get(index);
  }

  // How far the work is, and perhaps how a variation looks so far.
  look(index, share, preview) {
    this.shares[index] = share;
    const card = this.cardOf(index);
    const image = card.querySelector(".shown");
    if (preview) {
      forget(card.preview);
      card.preview = preview;
      image.src = urlOf(preview);
      card.classList.add("seen");
    }
    this.tell();
  }

  tell() {
    const all = Number(this.run.wish.n);
    const done = this.shares.reduce((sum, share) => sum + (share ?? 0), 0) / all;
    const bar = this.part("progress");
    bar.value = done;
    bar.setAttribute("aria-label", "How much of the work is done");
    const ready = this.run.variations.length;
    this.part(".working .note").textContent = `${ready} of ${all} ready · ${Math.round(100 * done)} %`;
  }

  show(variation) {
    const card = this.cardOf(variation.index);
    const words = describe(this.run, this.source, variation);
    card.classList.remove("coming", "seen");
    card.classList.toggle("expired", isExpired(variation));
    card.classList.toggle("pinned", Boolean(variation.pinned));
    const shown = card.querySelector(".shown");
    shown.onerror = () => {
      variation.expires = 0;
      shown.onerror = null;
      this.show(variation);
    };
    shown.src = sourceOf(variation);
    shown.alt = words;
    forget(card.preview);
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
    opener.onclick = () => card.held || this.acts.open(this, variation);
    act(".vary", () => this.acts.vary(this, variation));
    act(".download", () => this.acts.download(this, variation));
    act(".pin", () => this.acts.pin(this, variation));
    card.querySelector(".pin").setAttribute("aria-pressed", String(Boolean(variation.pinned)));
    card.onkeydown = (event) => this.onKey(event, card, variation);
    compares(card, opener, card.querySelector(".compare"));
  }

  onKey(event, card, variation) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { p: "pin", v: "vary", d: "download" }[event.key];
    if (act) this.acts[act](this, variation);
    if (event.key === "c" && !event.repeat) {
      card.classList.add("comparing");
      const end = () => card.classList.remove("comparing");
      card.addEventListener("keyup", end, { once: true });
      card.addEventListener("focusout", end, { once: true });
    }
  }

  // After the run ended, one way or another, or when it is shown again.
  settle() {
    const running = this.run.state === "running";
    const ready = this.run.variations.length;
    const some = !running && ready && ready < this.run.wish.n ? `${ready} of ` : "";
    this.part("h2").textContent = `${some}${plural(Number(this.run.wish.n), "variation")}, ${strengthName(this.run.wish.strength)}`;
    this.part(".working").hidden = !running;
    this.part(".remove").hidden = running;
    this.part(".all").hidden = running || ready === 0;
    this.element.setAttribute("aria-busy", String(running));
    if (running) return this.tell();
    for (const [index, card] of this.cards) {
      if (!card.classList.contains("coming")) continue;
      card.remove();
      this.cards.delete(index);
    }
  }

  // Say what went wrong, with a way to try again; `wait` is in seconds.
  fail(words, wait, again) {
    const place = this.part(".run-error");
    place.replaceChildren();
    place.append(words);
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

// Hovering the button, or holding it or the picture, shows the source.
function compares(card, opener, button) {
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
