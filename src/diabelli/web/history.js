// What this browser remembers: sources and runs in IndexedDB. Nothing of it leaves the browser.
//
// A source has { id, name, picture, side, parent }, where parent is null or { source, seed },
// the source that it is a variation of, by its id.
// A run has { id, made, source, wish, state, variations }, and each of its variations
// { index, seed, url, expires, thumb, pinned, picture }; picture is kept for pinned ones alone.

const KEPT_RUNS = 60;
const open = new Promise((resolve) => {
  const asked = indexedDB.open(`diabelli ${new URL(".", document.baseURI).pathname}`, 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("sources", { keyPath: "id" });
    asked.result.createObjectStore("runs", { keyPath: "id" });
  };
  asked.onsuccess = () => resolve(asked.result);
  // Private windows of some browsers have none: the page then forgets at a reload.
  asked.onerror = asked.onblocked = () => resolve(null);
});

async function within(store, mode, work) {
  const database = await open;
  if (!database) return undefined;
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode);
    const asked = work(transaction.objectStore(store));
    // Written at once, and not when the page next has time: it may be closed before that.
    transaction.commit();
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

// A full disk costs the history, never the pictures that are on the page.
const quietly = (work) => work.catch((fault) => console.warn("not kept", fault));

export const keepSource = (source) => quietly(within("sources", "readwrite", (store) => store.put(source)));

export function keepRun(run) {
  const variations = run.variations.map(({ index, seed, url, expires, thumb, pinned, picture }) =>
    ({ index, seed, url, expires, thumb, pinned, picture: pinned ? picture : null }));
  const { id, made, source, wish, state } = run;
  return quietly(within("runs", "readwrite", (store) => store.put({ id, made, source, wish, state, variations })));
}

export const dropRun = (id) => quietly(within("runs", "readwrite", (store) => store.delete(id)));

export async function forgetAll() {
  await quietly(within("runs", "readwrite", (store) => store.clear()));
  await quietly(within("sources", "readwrite", (store) => store.clear()));
}

// { sources: Map, runs: newest first }, without what nobody needs any more.
export async function remembered() {
  const runs = (await within("runs", "readonly", (store) => store.getAll()).catch(() => [])) ?? [];
  const all = (await within("sources", "readonly", (store) => store.getAll()).catch(() => [])) ?? [];
  runs.sort((one, other) => other.made - one.made);
  const pinned = (run) => run.variations.some((variation) => variation.pinned);
  const kept = runs.filter((run, place) => place < KEPT_RUNS || pinned(run));
  for (const run of runs) if (!kept.includes(run)) dropRun(run.id);
  const sources = new Map(all.map((source) => [source.id, source]));
  const needed = lineage(kept, sources);
  for (const id of [...sources.keys()]) {
    if (needed.has(id)) continue;
    sources.delete(id);
    quietly(within("sources", "readwrite", (store) => store.delete(id)));
  }
  return { sources, runs: kept };
}

// The sources of the runs, and those that they came from.
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
