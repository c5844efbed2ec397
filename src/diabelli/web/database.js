// The page's IndexedDB database, with the stores sources, runs and pictures.

const STORES = ["sources", "runs", "pictures"];
const VERSION = 2;
const open = new Promise((resolve) => {
  const request = indexedDB.open(`diabelli ${new URL(".", document.baseURI).pathname}`, VERSION);
  request.onupgradeneeded = () => {
    const present = request.result.objectStoreNames;
    for (const name of STORES) if (!present.contains(name)) request.result.createObjectStore(name, { keyPath: "id" });
  };
  request.onsuccess = () => {
    // A later version of the page in another tab can upgrade the database only if this tab closes it.
    request.result.onversionchange = () => request.result.close();
    resolve(request.result);
  };
  // Private windows of some browsers have no IndexedDB; the history then ends at a reload.
  request.onerror = request.onblocked = () => resolve(null);
});

// Run `work` on a store in one transaction. Resolves with the result of the request that it returns.
export async function within(store, mode, work) {
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

export const readAll = async (store) => (await within(store, "readonly", (all) => all.getAll()).catch(() => [])) ?? [];

// A failed write (a full disk) loses history, never the pictures on the page.
export const logErrors = (work) => work.catch((error) => console.warn("history not saved", error));
