// Full-size pictures kept in the browser, so that a variation outlives its link on the server.
//
// Record: { id, made, pinned, picture }. Above the limit the oldest unpinned pictures are deleted.

import { logErrors, readAll, within } from "./database.js";
import { byId, megabytes, plural, storageOf } from "./dom.js";

const DEFAULT_LIMIT_MB = "500";
const storage = storageOf("localStorage");
const entries = new Map();

const idOf = (run, variation) => `${run.id}/${variation.index}`;
const limitBytes = () => Number(byId("keep-limit").value) * 1e6;
const total = () => [...entries.values()].reduce((sum, entry) => sum + entry.size, 0);

function note({ id, made, pinned, picture }) {
  entries.set(id, { made, pinned, size: picture.size });
}

// Return the stored pictures by id, and count them.
export async function loadPictures() {
  const records = await readAll("pictures");
  records.forEach(note);
  showUse();
  return (run, variation) => records.find((record) => record.id === idOf(run, variation))?.picture ?? null;
}

// Store the picture of a variation, if the limit has room for it or it is pinned.
export async function keepPicture(run, variation) {
  if (!variation.picture || (!variation.pinned && variation.picture.size > limitBytes())) return;
  const record = { id: idOf(run, variation), made: run.made, pinned: Boolean(variation.pinned), picture: variation.picture };
  note(record);
  await logErrors(within("pictures", "readwrite", (store) => store.put(record)));
  await trim();
}

export async function forgetPictures(run, variations) {
  for (const variation of variations) await drop(idOf(run, variation));
  showUse();
}

async function drop(id) {
  if (entries.delete(id)) await logErrors(within("pictures", "readwrite", (store) => store.delete(id)));
}

async function trim() {
  const oldest = [...entries].filter(([, entry]) => !entry.pinned).sort(([, one], [, other]) => one.made - other.made);
  for (const [id] of oldest) {
    if (total() <= limitBytes()) break;
    await drop(id);
  }
  showUse();
}

function showUse() {
  // A limit that was changed stays in sight: without stored pictures it could not be changed back.
  byId("keep").hidden = !entries.size && byId("keep-limit").value === DEFAULT_LIMIT_MB;
  byId("keep-use").textContent = `${plural(entries.size, "picture")}, ${megabytes(total())}, kept in this browser.`;
}

export function wireKeptPictures() {
  byId("keep-limit").value = storage.getItem("diabelli.keep") ?? DEFAULT_LIMIT_MB;
  byId("keep-limit").onchange = async () => {
    storage.setItem("diabelli.keep", byId("keep-limit").value);
    await trim();
  };
}
