// The page: from a picture to its variations, and from those onwards.

import * as api from "./api.js";
import { wireCrop } from "./crop.js";
import { inWords, isHopeless } from "./errors.js";
import { dropRun, forgetAll, keepRun, keepSource, remembered } from "./history.js";
import { wireKey, wantKey } from "./key.js";
import { closeLarge, largeError, openLarge, refreshLarge, wireLarge, wishOf } from "./lightbox.js";
import { thumbnail } from "./picture.js";
import { byId, plural, save, say } from "./dom.js";
import { isExpired, nameOf, RunView } from "./runs.js";
import { choose, currentSource, heard, release, showTrail, sourceError, take, variedName, wireSource } from "./source.js";
import { wireTheme } from "./theme.js";
import { readWish, showModels, wireWish } from "./options.js";
import { wireKeys } from "./keyboard-nav.js";
import { zipped } from "./zip.js";

const views = [];
const sources = new Map();

const acts = {
  open: openLarge,
  choose: (source) => heard(choose(source).then(() => showTrail(sources))),
  cancel: (view) => view.controller.abort(),
  remove(view) {
    views.splice(views.indexOf(view), 1);
    view.element.remove();
    dropRun(view.run.id);
    showTools();
  },
  async pin(view, variation) {
    await guarded(async () => {
      if (!variation.pinned) variation.picture ??= await api.fetchResult(variation.url);
      variation.pinned = !variation.pinned;
      say(variation.pinned ? "Pinned" : "No longer pinned");
    }, view, variation);
    keep(view);
  },
  async download(view, variation) {
    await guarded(async () => save(await pictureOf(variation), nameOf(variation, view.run)), view, variation);
  },
  async all(view) {
    const [files, all] = [[], [...view.run.variations]];
    for (const variation of all) {
      await guarded(async () => {
        const picture = await pictureOf(variation);
        files.push({ name: nameOf(variation, view.run), bytes: new Uint8Array(await picture.arrayBuffer()) });
      }, view, variation);
    }
    if (files.length) save(zipped(files), "diabelli.zip");
    if (files.length < all.length) view.fail(`${plural(all.length - files.length, "picture")} of ${all.length} could not be downloaded.`);
  },
  async vary(view, variation) {
    await guarded(async () => {
      const picture = await pictureOf(variation);
      closeLarge();
      const parent = { source: view.source.id, seed: variation.seed };
      await take(picture, variedName(view.source, sources), parent);
      await make({ ...readWish(), seed: "" });
    }, view, variation);
  },
  // An expired picture comes back in its place; a living one is made beside it.
  async again(view, variation) {
    if (!isExpired(variation)) {
      closeLarge();
      if (await acts.choose(view.source)) await start(view.source, wishOf(view.run, variation));
      return;
    }
    await guarded(async () => {
      const controller = new AbortController();
      const done = await api.vary(view.source.picture, wishOf(view.run, variation), controller.signal, () => {});
      variation.url = done.data[0].url;
      variation.expires = api.expiryOf(variation.url);
      variation.picture = await api.fetchResult(variation.url);
      say("Made again");
    }, view, variation);
    keep(view);
  },
};

const pictureOf = async (variation) => (variation.picture ??= await api.fetchResult(variation.url));

// Do it, and tell what went wrong where the person looks.
async function guarded(work, view, variation) {
  try {
    await work();
  } catch (fault) {
    if (fault.status === 403 || fault.status === 404) variation.expires = 0;
    if (fault.status === 401) wantKey(fault);
    if (byId("large").open) largeError(inWords(fault));
    else view.fail(inWords(fault));
    view.show(variation);
    return;
  }
  view.show(variation);
  refreshLarge();
}

async function taken(file, name) {
  if (await heard(take(file, name))) await make(readWish());
}

async function make(wish) {
  let source;
  try {
    source = await currentSource();
  } catch (fault) {
    return sourceError(inWords(fault));
  }
  await start(source, wish);
}

async function start(source, wish) {
  sources.set(source.id, sources.get(source.id) ?? source);
  keepSource(sources.get(source.id));
  showTrail(sources);
  const id = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  const run = { id, made: Date.now(), source: source.id, wish, state: "running", variations: [] };
  const view = add(run, source, true);
  view.controller = new AbortController();
  view.element.scrollIntoView({ block: "nearest" });
  await carryOut(view);
}

async function carryOut(view) {
  const { run } = view;
  const fetched = [];
  try {
    const { wish } = run;
    const done = await api.vary(view.source.picture, wish, view.controller.signal, (event) => {
      if (event.type === "image_variation.completed") {
        const arriving = arrived(view, event);
        arriving.catch(() => {}); // told below, once the stream has ended
        fetched.push(arriving);
      } else if (event.index !== undefined) {
        const preview = event.b64_json && api.blobOf(event.b64_json, event.output_format);
        view.look(event.index, event.share, preview);
      }
    });
    await Promise.all(fetched);
    run.wish = { ...wish, seed: done.data[0].seed };
    run.state = "done";
    say(`${plural(run.variations.length, "variation")} ready`);
  } catch (fault) {
    await Promise.allSettled(fetched);
    run.state = "stopped";
    tellFault(view, fault);
  }
  view.settle();
  showTools();
  keep(view);
}

// Unless it was removed meanwhile, or has nothing to show.
function keep(view) {
  if (view.run.variations.length && views.includes(view)) keepRun(view.run);
}

function tellFault(view, fault) {
  const { run } = view;
  if (fault.name === "AbortError") {
    say("Cancelled");
    view.part(".run-says .note").textContent += " · cancelled";
    if (!run.variations.length) view.fail("Cancelled before a variation was ready.");
    return;
  }
  const again = () => {
    if (run.variations.length) view.fail("");
    else acts.remove(view);
    start(view.source, run.wish);
  };
  if (fault.status === 401) wantKey(fault, again);
  view.fail(inWords(fault), fault.retryAfter ?? 0, isHopeless(fault) ? null : again);
}

async function arrived(view, { index, seed, url }) {
  const picture = await api.fetchResult(url);
  const thumb = await thumbnail(picture);
  const variation = { index, seed, url, expires: api.expiryOf(url), thumb, pinned: false, picture };
  view.run.variations.push(variation);
  view.show(variation);
  view.tell();
  keep(view);
  say(`Variation ${index + 1} of ${view.run.wish.n} is ready`);
}

function add(run, source, first) {
  const view = new RunView(run, source, acts);
  if (first) views.unshift(view);
  else views.push(view);
  byId("runs")[first ? "prepend" : "append"](view.element);
  showTools();
  return view;
}

function showTools() {
  byId("clear").hidden = views.length === 0;
  byId("only-pinned").hidden = !views.some((view) => view.run.variations.length);
}

async function recall() {
  const kept = await remembered();
  for (const [id, source] of kept.sources) sources.set(id, source);
  for (const run of kept.runs) {
    if (sources.has(run.source)) add({ ...run, state: "done" }, sources.get(run.source), false);
  }
  if (views.length) {
    await acts.choose(views[0].source);
  }
}

function wireTools() {
  byId("only-pinned").onclick = (event) => {
    const on = byId("runs").classList.toggle("only-pinned");
    event.currentTarget.setAttribute("aria-pressed", String(on));
  };
  byId("clear").onclick = async () => {
    for (const view of [...views]) {
      view.controller?.abort();
      acts.remove(view);
    }
    sources.clear();
    release();
    await forgetAll();
    say("The history is empty");
  };
  byId("sample").onclick = () => heard(api.sample().then((picture) => taken(picture, "the sample")));
}

async function knock() {
  try {
    showModels(await api.models());
  } catch (fault) {
    if (fault.status === 401) wantKey(fault);
    else sourceError(inWords(fault));
  }
}

document.body.classList.add("fresh");
wireTheme();
wireKey(knock);
wireCrop();
wireWish(() => make(readWish()));
wireLarge(acts);
wireKeys();
wireTools();
wireSource(taken);
await Promise.all([knock(), recall()]);
document.body.dataset.ready = "yes";
