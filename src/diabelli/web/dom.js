// DOM helpers: elements, storage, screen-reader announcements, object URLs.

export const byId = (id) => document.getElementById(id);

// localStorage or sessionStorage. If the browser blocks both, a store in memory until the page closes.
export function storageOf(name) {
  try {
    return window[name];
  } catch {
    const items = new Map();
    return { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => items.set(key, value), removeItem: (key) => items.delete(key) };
  }
}

export const fromTemplate = (id) => byId(id).content.firstElementChild.cloneNode(true);

// Announce a message to screen readers through the live region.
export function announce(message) {
  byId("status").textContent = message;
}

const urls = new WeakMap();
const blobs = new Map();

// Return the object URL of a blob, the same one for the blob's lifetime.
export function urlOf(blob) {
  if (!urls.has(blob)) {
    urls.set(blob, URL.createObjectURL(blob));
    blobs.set(urls.get(blob), new WeakRef(blob));
  }
  return urls.get(blob);
}

// Return the blob of an object URL made by urlOf. The content security policy forbids fetching it.
export const blobAt = (url) => blobs.get(url)?.deref();

export function revokeUrl(blob) {
  if (blob && urls.has(blob)) {
    URL.revokeObjectURL(urls.get(blob));
    blobs.delete(urls.get(blob));
    urls.delete(blob);
  }
}

export function download(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: urlOf(blob), download: name });
  link.click();
}

export function strengthName(value) {
  const named = { 0.3: "subtle", 0.5: "medium", 0.8: "strong" };
  return named[Number(value)] ?? Number(value).toFixed(2);
}

export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

export const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
