// Entry point of the page: wires the parts and runs requests for variations.

import * as api from "./api.js";
import { wireCrop } from "./crop.js";
import { errorMessage, isPermanent } from "./errors.js";
import { deleteRun, clearHistory, saveRun, saveSource, loadHistory } from "./history.js";
import { wireKey, requestKey } from "./key.js";
import { closeLightbox, showLightboxError, openLightbox, refreshLightbox, wireLightbox, optionsOf } from "./lightbox.js";
import { thumbnail } from "./picture.js";
import { byId, plural, download, announce } from "./dom.js";
import { isExpired, fileName, RunView } from "./runs.js";
import { restoreSource, currentSource, reportErrors, clearSource, showTrail, showSourceError, setSource, variationName, wireSource } from "./source.js";
import { wireTheme } from "./theme.js";
import { readOptions, showModels, wireOptions } from "./options.js";
import { wireKeys } from "./keyboard-nav.js";
import { createZip } from "./zip.js";

const views = [];
const sources = new Map();

const actions = {
  open: openLightbox,
  choose: (source) => reportErrors(restoreSource(source).then(() => showTrail(sources))),
  cancel: (view) => view.controller.abort(),
  remove(view) {
    views.splice(views.indexOf(view), 1);
    view.element.remove();
    deleteRun(view.run.id);
    showTools();
  },
  async pin(view, variation) {
    await guard(async () => {
      if (!variation.pinned) variation.picture ??= await api.fetchResult(variation.url);
      variation.pinned = !variation.pinned;
      announce(variation.pinned ? "Pinned" : "No longer pinned");
    }, view, variation);
    saveIfShown(view);
  },
  async download(view, variation) {
    await guard(async () => download(await pictureOf(variation), fileName(variation, view.run)), view, variation);
  },
  async all(view) {
    const [files, all] = [[], [...view.run.variations]];
    for (const variation of all) {
      await guard(async () => {
        const picture = await pictureOf(variation);
        files.push({ name: fileName(variation, view.run), bytes: new Uint8Array(await picture.arrayBuffer()) });
      }, view, variation);
    }
    if (files.length) download(createZip(files), "diabelli.zip");
    if (files.length < all.length) view.fail(`${plural(all.length - files.length, "picture")} of ${all.length} could not be downloaded.`);
  },
  async vary(view, variation) {
    await guard(async () => {
      const picture = await pictureOf(variation);
      closeLightbox();
      const parent = { source: view.source.id, seed: variation.seed };
      await setSource(picture, variationName(view.source, sources), parent);
      await makeVariations({ ...readOptions(), seed: "" });
    }, view, variation);
  },
  // An expired picture is recreated in place; an available one is made again as a new run.
  async again(view, variation) {
    if (!isExpired(variation)) {
      closeLightbox();
      if (await actions.choose(view.source)) await startRun(view.source, optionsOf(view.run, variation));
      return;
    }
    await guard(async () => {
      const controller = new AbortController();
      const done = await api.vary(view.source.picture, optionsOf(view.run, variation), controller.signal, () => {});
      variation.url = done.data[0].url;
      variation.expires = api.expiryOf(variation.url);
      variation.picture = await api.fetchResult(variation.url);
      announce("Made again");
    }, view, variation);
    saveIfShown(view);
  },
};

const pictureOf = async (variation) => (variation.picture ??= await api.fetchResult(variation.url));

// Run `work` and show an error in the view that is open.
async function guard(work, view, variation) {
  try {
    await work();
  } catch (error) {
    if (error.status === 403 || error.status === 404) variation.expires = 0;
    if (error.status === 401) requestKey(error);
    if (byId("lightbox").open) showLightboxError(errorMessage(error));
    else view.fail(errorMessage(error));
    view.showVariation(variation);
    return;
  }
  view.showVariation(variation);
  refreshLightbox();
}

async function onFile(file, name) {
  if (await reportErrors(setSource(file, name))) await makeVariations(readOptions());
}

async function makeVariations(options) {
  let source;
  try {
    source = await currentSource();
  } catch (error) {
    return showSourceError(errorMessage(error));
  }
  await startRun(source, options);
}

async function startRun(source, options) {
  sources.set(source.id, sources.get(source.id) ?? source);
  saveSource(sources.get(source.id));
  showTrail(sources);
  const id = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  const run = { id, made: Date.now(), source: source.id, options, state: "running", variations: [] };
  const view = add(run, source, true);
  view.controller = new AbortController();
  view.element.scrollIntoView({ block: "nearest" });
  await executeRun(view);
}

async function executeRun(view) {
  const { run } = view;
  const fetched = [];
  try {
    const { options } = run;
    const done = await api.vary(view.source.picture, options, view.controller.signal, (event) => {
      if (event.type === "image_variation.completed") {
        const arriving = onVariation(view, event);
        arriving.catch(() => {}); // reported by Promise.all below, when the stream has ended
        fetched.push(arriving);
      } else if (event.index !== undefined) {
        const preview = event.b64_json && api.blobFromBase64(event.b64_json, event.output_format);
        view.showPreview(event.index, event.share, preview);
      }
    });
    await Promise.all(fetched);
    run.options = { ...options, seed: done.data[0].seed };
    run.state = "done";
    announce(`${plural(run.variations.length, "variation")} ready`);
  } catch (error) {
    await Promise.allSettled(fetched);
    run.state = "stopped";
    showRunError(view, error);
  }
  view.finish();
  showTools();
  saveIfShown(view);
}

// Save the run, unless it was removed in the meantime or has no variations.
function saveIfShown(view) {
  if (view.run.variations.length && views.includes(view)) saveRun(view.run);
}

function showRunError(view, error) {
  const { run } = view;
  if (error.name === "AbortError") {
    announce("Cancelled");
    view.part(".run-summary .note").textContent += " · cancelled";
    if (!run.variations.length) view.fail("Cancelled before a variation was ready.");
    return;
  }
  const again = () => {
    if (run.variations.length) view.fail("");
    else actions.remove(view);
    startRun(view.source, run.options);
  };
  if (error.status === 401) requestKey(error, again);
  view.fail(errorMessage(error), error.retryAfter ?? 0, isPermanent(error) ? null : again);
}

async function onVariation(view, { index, seed, url, moves = [] }) {
  const picture = await api.fetchResult(url);
  const thumb = await thumbnail(picture);
  const variation = { index, seed, url, moves, expires: api.expiryOf(url), thumb, pinned: false, picture };
  view.run.variations.push(variation);
  view.showVariation(variation);
  view.updateProgress();
  saveIfShown(view);
  announce(`Variation ${index + 1} of ${view.run.options.n} is ready`);
}

function add(run, source, first) {
  const view = new RunView(run, source, actions);
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

async function restoreHistory() {
  const history = await loadHistory();
  for (const [id, source] of history.sources) sources.set(id, source);
  for (const run of history.runs) {
    if (sources.has(run.source)) add({ ...run, state: "done" }, sources.get(run.source), false);
  }
  if (views.length) {
    await actions.choose(views[0].source);
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
      actions.remove(view);
    }
    sources.clear();
    clearSource();
    await clearHistory();
    announce("The history is empty");
  };
  byId("sample").onclick = () => reportErrors(api.sample().then((picture) => onFile(picture, "the sample")));
}

async function checkAccess() {
  try {
    showModels(await api.models());
  } catch (error) {
    if (error.status === 401) requestKey(error);
    else showSourceError(errorMessage(error));
  }
}

document.body.classList.add("fresh");
wireTheme();
wireKey(checkAccess);
wireCrop();
wireOptions(() => makeVariations(readOptions()));
wireLightbox(actions);
wireKeys();
wireTools();
wireSource(onFile);
await Promise.all([checkAccess(), restoreHistory()]);
document.body.dataset.ready = "yes";
