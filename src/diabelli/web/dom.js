// Small things that every part of the page needs: elements, words for screen readers, URLs of blobs.

export const byId = (id) => document.getElementById(id);

// localStorage or sessionStorage, or where the browser lets a page keep nothing, one until it closes.
export function storageOf(name) {
  try {
    return window[name];
  } catch {
    const kept = new Map();
    return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) };
  }
}

export const fromTemplate = (id) => byId(id).content.firstElementChild.cloneNode(true);

// Read out to people who do not see the page change.
export function say(words) {
  byId("said").textContent = words;
}

const urls = new WeakMap();
const blobs = new Map();

// A URL for a blob; the same one as long as the blob lives.
export function urlOf(blob) {
  if (!urls.has(blob)) {
    urls.set(blob, URL.createObjectURL(blob));
    blobs.set(urls.get(blob), new WeakRef(blob));
  }
  return urls.get(blob);
}

// The blob behind a URL that urlOf made; the policy of the page lets no script read it by its URL.
export const blobAt = (url) => blobs.get(url)?.deref();

export function forget(blob) {
  if (blob && urls.has(blob)) {
    URL.revokeObjectURL(urls.get(blob));
    blobs.delete(urls.get(blob));
    urls.delete(blob);
  }
}

export function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: urlOf(blob), download: name });
  link.click();
}

export function strengthName(value) {
  const named = { 0.3: "subtle", 0.5: "medium", 0.8: "strong" };
  return named[Number(value)] ?? Number(value).toFixed(2);
}

export const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
