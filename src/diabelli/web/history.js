// The history: sources and runs in the browser's database, never sent to the server.
//
// Source: { id, name, picture, side, parent, original, box }. picture is the PNG that is sent; original
// and box are the file and its crop, if they differ. parent is null or { source, seed }: the id of the
// source whose variation this is, and the variation's seed.
// Run: { id, made, source, options, state, variations }. Runs of earlier versions have `wish` for
// `options`. Variation: { index, seed, strength, engine, url, moves, expires, thumb, pinned }.

import { logErrors, readAll, within } from "./database.js";
import { forgetPictures, keepPicture, loadPictures } from "./kept-pictures.js";

const MAX_RUNS = 60;

export const saveSource = (source) => logErrors(within("sources", "readwrite", (store) => store.put(source)));

export function saveRun(run) {
  const variations = run.variations.map(({ picture: _, ...variation }) => variation);
  const { id, made, source, options, state } = run;
  return logErrors(within("runs", "readwrite", (store) => store.put({ id, made, source, options, state, variations })));
}

// Delete a run and its stored pictures.
export async function deleteRun(run) {
  await logErrors(within("runs", "readwrite", (store) => store.delete(run.id)));
  await forgetPictures(run, run.variations);
}

// Return { sources: Map, runs: newest first }. Deletes runs beyond MAX_RUNS without a pinned
// variation, and sources that no run needs.
export async function loadHistory() {
  const runs = (await readAll("runs")).map(({ wish, ...run }) => ({ options: wish, ...run }));
  const pictureOf = await loadPictures();
  for (const run of runs) for (const variation of run.variations) await restorePicture(run, variation, pictureOf);
  runs.sort((one, other) => other.made - one.made);
  const pinned = (run) => run.variations.some((variation) => variation.pinned);
  const kept = runs.filter((run, place) => place < MAX_RUNS || pinned(run));
  for (const run of runs) if (!kept.includes(run)) await deleteRun(run);
  return { runs: kept, sources: await loadSources(kept) };
}

async function restorePicture(run, variation, pictureOf) {
  const stored = pictureOf(run, variation);
  // Earlier versions stored a pinned picture in its run.
  const moved = !stored && variation.picture;
  variation.picture = stored ?? variation.picture ?? null;
  if (moved) await keepPicture(run, variation);
}

async function loadSources(runs) {
  const sources = new Map((await readAll("sources")).map((source) => [source.id, source]));
  const needed = lineage(runs, sources);
  for (const id of [...sources.keys()]) {
    if (needed.has(id)) continue;
    sources.delete(id);
    logErrors(within("sources", "readwrite", (store) => store.delete(id)));
  }
  return sources;
}

// Delete the stored sources that none of the runs needs.
export async function deleteUnusedSources(runs, sources) {
  const needed = lineage(runs, sources);
  for (const id of sources.keys()) {
    if (!needed.has(id)) await logErrors(within("sources", "readwrite", (store) => store.delete(id)));
  }
}

// The ids of the runs' sources and of all their ancestors.
function lineage(runs, sources) {
  const needed = new Set();
  for (const run of runs) {
    let id = run.source;
    while (id && !needed.has(id)) {
      needed.add(id);
      id = sources.get(id)?.parent?.source;
    }
  }
  return needed;
}
