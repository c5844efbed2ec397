// The history: sources and runs in IndexedDB, never sent to the server.
//
// Source: { id, name, picture, side, parent }. parent is null or { source, seed }: the id of the
// source whose variation this is, and the variation's seed.
// Run: { id, made, source, options, state, variations }. Runs of earlier versions have `wish` for
// `options`. Variation: { index, seed, url, moves, expires, thumb, pinned, picture }. picture is stored for
// pinned variations only.

const MAX_RUNS = 60;
const open = new Promise((resolve) => {
  const request = indexedDB.open(`diabelli ${new URL(".", document.baseURI).pathname}`, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("sources", { keyPath: "id" });
    request.result.createObjectStore("runs", { keyPath: "id" });
  };
  request.onsuccess = () => resolve(request.result);
  // Private windows of some browsers have no IndexedDB; the history then ends at a reload.
  request.onerror = request.onblocked = () => resolve(null);
});

async function within(store, mode, work) {
  const database = await open;
  if (!database) return undefined;
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode);
    const request = work(transaction.objectStore(store));
    // Commit at once: the page may be closed before the browser commits on idle.
    transaction.commit();
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

// A failed write (a full disk) loses history, never the pictures on the page.
const logErrors = (work) => work.catch((error) => console.warn("history not saved", error));

export const saveSource = (source) => logErrors(within("sources", "readwrite", (store) => store.put(source)));

export function saveRun(run) {
  const variations = run.variations.map(({ index, seed, url, moves, expires, thumb, pinned, picture }) =>
    ({ index, seed, url, moves, expires, thumb, pinned, picture: pinned ? picture : null }));
  const { id, made, source, options, state } = run;
  return logErrors(within("runs", "readwrite", (store) => store.put({ id, made, source, options, state, variations })));
}

export const deleteRun = (id) => logErrors(within("runs", "readwrite", (store) => store.delete(id)));

export async function clearHistory() {
  await logErrors(within("runs", "readwrite", (store) => store.clear()));
  await logErrors(within("sources", "readwrite", (store) => store.clear()));
}

// Return { sources: Map, runs: newest first }. Deletes runs beyond MAX_RUNS without a pinned
// variation, and sources that no run needs.
export async function loadHistory() {
  const saved = (await within("runs", "readonly", (store) => store.getAll()).catch(() => [])) ?? [];
  const runs = saved.map(({ wish, ...run }) => ({ options: wish, ...run }));
  const all = (await within("sources", "readonly", (store) => store.getAll()).catch(() => [])) ?? [];
  runs.sort((one, other) => other.made - one.made);
  const pinned = (run) => run.variations.some((variation) => variation.pinned);
  const kept = runs.filter((run, place) => place < MAX_RUNS || pinned(run));
  for (const run of runs) if (!kept.includes(run)) deleteRun(run.id);
  const sources = new Map(all.map((source) => [source.id, source]));
  const needed = lineage(kept, sources);
  for (const id of [...sources.keys()]) {
    if (needed.has(id)) continue;
    sources.delete(id);
    logErrors(within("sources", "readwrite", (store) => store.delete(id)));
  }
  return { sources, runs: kept };
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
