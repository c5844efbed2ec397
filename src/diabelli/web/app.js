// Entry point of the page: wires the parts and their actions.

import * as api from "./api.js";
import { contactSheet } from "./contact-sheet.js";
import { wireCrop } from "./crop.js";
import { announce, byId, download, plural } from "./dom.js";
import { errorMessage } from "./errors.js";
import { execute, newRun, saveIfListed } from "./execution.js";
import { wireHelp } from "./help.js";
import { wireKeptPictures, keepPicture } from "./kept-pictures.js";
import { wireKey, requestKey } from "./key.js";
import { wireKeys } from "./keyboard-nav.js";
import { closeLightbox, showLightboxError, openLightbox, refreshLightbox, wireLightbox, optionsOf } from "./lightbox.js";
import { fileName, stem, strengthOf } from "./names.js";
import { readOptions, showModels, startsAtOnce, wireOptions } from "./options.js";
import { RunList } from "./run-list.js";
import { isExpired } from "./runs.js";
import { restoreSource, currentSource, reportErrors, showTrail, showSourceError, setSource, variationName, wireSource } from "./source.js";
import { wireTheme } from "./theme.js";
import { wireUndo } from "./undo.js";
import { createZip } from "./zip.js";

// Strengths of "more like this one", relative to that of the variation.
const SMALL_MOVES = [-0.1, -0.05, 0.05, 0.1];

const actions = {
  open: openLightbox,
  choose: (source) => reportErrors(restoreSource(source).then(() => showTrail(list.sources))),
  cancel: (view) => view.controller.abort(),
  async remove(view) {
    const all = view.run.variations;
    if (all.length && all.every((variation) => variation.pinned)) view.fail("Every picture of this run is pinned. Unpin those that shall be removed.");
    else await list.remove([view], all.some((variation) => variation.pinned) ? "The pictures that are not pinned are removed." : "The run is removed.");
  },
  async pin(view, variation) {
    await guard(async () => {
      if (!variation.pinned) await pictureOf(variation);
      variation.pinned = !variation.pinned;
      await keepPicture(view.run, variation);
      announce(variation.pinned ? "Pinned" : "No longer pinned");
    }, view, variation);
    saveIfListed(view, list);
  },
  async download(view, variation) {
    await guard(async () => download(await pictureOf(variation), fileName(variation, view.run, view.source)), view, variation);
  },
  async all(view) {
    const pictures = await availablePictures(view);
    const files = await Promise.all(pictures.map(async ({ variation, picture }) => (
      { name: fileName(variation, view.run, view.source), bytes: new Uint8Array(await picture.arrayBuffer()) })));
    if (files.length) download(createZip(files), `${stem(view.source.name)}-variations.zip`);
  },
  async sheet(view) {
    const pictures = await availablePictures(view);
    if (pictures.length) download(await contactSheet(view.run, view.source, pictures), `${stem(view.source.name)}-sheet.png`);
  },
  async vary(view, variation) {
    await guard(async () => {
      const picture = await pictureOf(variation);
      closeLightbox();
      const parent = { source: view.source.id, seed: variation.seed };
      await setSource(picture, variationName(view.source, list.sources), parent);
      await makeVariations({ ...readOptions(), seed: "" });
    }, view, variation);
  },
  // Make the variation again at strengths next to its own, with its seed.
  async more(view, variation) {
    closeLightbox();
    const near = SMALL_MOVES.map((move) => Math.round(100 * (Number(strengthOf(view.run, variation)) + move)) / 100);
    const strengths = near.filter((strength) => strength >= 0 && strength <= 1);
    await startRun(view.source, { ...optionsOf(view.run, variation), strengths });
  },
  // Repeat a run that failed or was interrupted.
  async repeat(view) {
    if (view.run.variations.length) view.fail("");
    else list.drop(view);
    await startRun(view.source, view.run.options);
  },
  // An expired picture is recreated in place; an available one is made again as a new run.
  async again(view, variation) {
    if (!isExpired(variation)) {
      closeLightbox();
      if (await actions.choose(view.source)) await startRun(view.source, optionsOf(view.run, variation));
      return;
    }
    await guard(async () => {
      const done = await api.vary(view.source.picture, optionsOf(view.run, variation), new AbortController().signal, () => {});
      variation.url = done.data[0].url;
      variation.expires = api.expiryOf(variation.url);
      variation.picture = await api.fetchResult(variation.url);
      await keepPicture(view.run, variation);
      announce("Made again");
    }, view, variation);
    saveIfListed(view, list);
  },
};

const list = new RunList(actions);
// Files that were chosen together and are not yet sent.
let batch = [];

const pictureOf = async (variation) => (variation.picture ??= await api.fetchResult(variation.url));

// Return [{ variation, picture }] in order. Pictures that cannot be fetched are reported in the view.
async function availablePictures(view) {
  const pictures = [];
  const all = [...view.run.variations].sort((one, other) => one.index - other.index);
  for (const variation of all) {
    await guard(async () => pictures.push({ variation, picture: await pictureOf(variation) }), view, variation);
  }
  if (pictures.length < all.length) view.fail(`${plural(all.length - pictures.length, "picture")} of ${all.length} could not be downloaded.`);
  return pictures;
}

// Run `work` and show an error in the view that is open.
async function guard(work, view, variation) {
  try {
    await work();
  } catch (error) {
    if (error.status === 403 || error.status === 404) variation.expires = 0;
    if (error.status === 401) requestKey(error);
    view.showVariation(variation);
    if (byId("lightbox").open) return showLightboxError(errorMessage(error));
    view.fail(errorMessage(error));
    view.part(".run-error").scrollIntoView({ block: "nearest" });
    return;
  }
  view.showVariation(variation);
  refreshLightbox();
}

// Set the first file as the source. Several files are sent together.
async function onFiles(files) {
  batch = [];
  if (!(await reportErrors(setSource(files[0].file, files[0].name))) && files.length === 1) return;
  if (files.length > 1) batch = files;
  byId("batch").hidden = files.length === 1;
  byId("batch").textContent = `and ${plural(files.length - 1, "more picture")}`;
  if (startsAtOnce()) await makeVariations(readOptions());
}

async function makeVariations(options) {
  if (batch.length) return makeBatch(options);
  let source;
  try {
    source = await currentSource();
  } catch (error) {
    return showSourceError(errorMessage(error));
  }
  await startRun(source, options);
}

// Start one run for each file, the first file on top, and execute them one after another.
async function makeBatch(options) {
  const [views, refused] = [[], []];
  for (const { file, name } of batch.reverse()) {
    if (await reportErrors(setSource(file, name))) views.unshift(addRun(await currentSource(), options));
    else refused.push(name);
  }
  batch = [];
  if (refused.length) showSourceError(`This browser cannot show ${refused.map((name) => `“${name}”`).join(", ")}.`);
  for (const view of views) await execute(view, list, actions.repeat);
}

function addRun(source, options) {
  const view = list.start(newRun(source, options), source);
  showTrail(list.sources);
  return view;
}

const startRun = (source, options) => execute(addRun(source, options), list, actions.repeat);

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
wireHelp();
wireUndo();
wireKeptPictures();
list.wire();
wireSource(onFiles);
byId("sample").onclick = () => reportErrors(api.sample().then((file) => onFiles([{ file, name: "the sample" }])));
await Promise.all([checkAccess(), list.load()]);
document.body.dataset.ready = "yes";
