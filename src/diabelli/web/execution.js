// Runs requests for variations and shows their progress, results and errors in a run's view.

import * as api from "./api.js";
import { announce, plural } from "./dom.js";
import { errorMessage, isPermanent } from "./errors.js";
import { deleteRun, saveRun, saveSource } from "./history.js";
import { requestKey } from "./key.js";
import { keepPicture } from "./kept-pictures.js";
import { learnEngine } from "./options.js";
import { thumbnail } from "./picture.js";
import { readRecipe } from "./recipe.js";
import { sourceEncodedAgain } from "./source.js";

// Return a random seed. The page chooses it, so that an interrupted run can be repeated.
const randomSeed = () => String(crypto.getRandomValues(new Uint32Array(1))[0]);

// Return a new run in the state "waiting".
export function newRun(source, options) {
  const id = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  return { id, made: Date.now(), source: source.id, options: { ...options, seed: options.seed || randomSeed() }, state: "waiting", variations: [] };
}

// Execute a waiting run. `list` is the run list, `retry(view)` repeats the run.
export async function execute(view, list, retry) {
  const { run } = view;
  if (!view.controller.signal.aborted) {
    run.state = "running";
    view.finish();
  }
  try {
    await requestAll(view, list);
    run.state = "done";
    announce(`${plural(run.variations.length, "variation")} ready`);
  } catch (error) {
    run.state = "stopped";
    showRunError(view, error, () => retry(view));
  }
  view.finish();
  list.changed();
  if (run.variations.length) saveIfListed(view, list);
  else if (list.has(view)) deleteRun(run);
}

// Save the run, unless it was removed in the meantime.
export function saveIfListed(view, list) {
  if (list.has(view)) saveRun(view.run);
}

// Send the requests of a run: one, or one for each strength and seed of a series.
async function requestAll(view, list) {
  const { strengths, ...options } = view.run.options;
  if (!strengths) return requestOne(view, list, options, (index) => index);
  const send = (place, row, changes) => {
    view.controller.signal.throwIfAborted();
    const indexOf = (index) => (row + index) * strengths.length + place;
    return requestOne(view, list, { ...options, ...changes, strength: strengths[place] }, indexOf);
  };
  const places = [...strengths.keys()];
  let seeds = [options.seed];
  if (Number(options.n) > 1) {
    // The engine's choice of further seeds depends on the strength: all columns have those of the strongest.
    await send(places.pop(), 0, {});
    seeds = [...view.run.variations].sort((one, other) => one.index - other.index).map(({ seed }) => seed);
  }
  for (const place of places) for (const [row, seed] of seeds.entries()) await send(place, row, { seed, n: "1" });
}

async function requestOne(view, list, options, indexOf) {
  const fetched = [];
  const onEvent = (event) => {
    if (event.type === "image_variation.completed") {
      const arriving = onVariation(view, list, event, options, indexOf(event.index));
      arriving.catch(() => {}); // reported by Promise.all below, when the stream has ended
      fetched.push(arriving);
    } else if (event.index !== undefined) {
      const preview = event.b64_json && api.blobFromBase64(event.b64_json, event.output_format);
      view.showPreview(indexOf(event.index), event.share, preview);
    }
  };
  try {
    await varyAnyPng(view, list, options, onEvent);
  } catch (error) {
    await Promise.allSettled(fetched);
    throw error;
  }
  await Promise.all(fetched);
}

// Request variations. A PNG that only the browser can decode is sent again from the browser's encoder.
async function varyAnyPng(view, list, options, onEvent) {
  const { signal } = view.controller;
  try {
    return await api.vary(view.source.picture, options, signal, onEvent);
  } catch (error) {
    if (error.status !== 400 || error.param !== "image") throw error;
    const encoded = await sourceEncodedAgain(view.source).catch(() => null);
    if (!encoded || encoded.id === view.source.id) throw error;
    view.useSource(encoded);
    list.sources.set(encoded.id, encoded);
    saveSource(encoded);
    return api.vary(encoded.picture, options, signal, onEvent);
  }
}

async function onVariation(view, list, { seed, url, moves = [] }, { strength, model }, index) {
  const { run } = view;
  const picture = await api.fetchResult(url);
  const engine = (await readRecipe(picture))?.engine ?? "";
  learnEngine(model, engine);
  const variation = { index, seed, strength, engine, url, moves, expires: api.expiryOf(url), thumb: await thumbnail(picture), pinned: false, picture };
  run.variations.push(variation);
  view.showVariation(variation);
  view.updateProgress();
  list.changed();
  if (list.has(view)) keepPicture(run, variation);
  saveIfListed(view, list);
  announce(`Variation ${index + 1} is ready`);
}

function showRunError(view, error, again) {
  const { run } = view;
  if (error.name === "AbortError") {
    announce("Cancelled");
    view.note("cancelled");
    if (!run.variations.length) view.fail("Cancelled before a variation was ready.");
    return;
  }
  if (error.status === 401) requestKey(error, again);
  view.fail(errorMessage(error), error.retryAfter ?? 0, isPermanent(error) ? null : again);
}
