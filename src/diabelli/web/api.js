// Client of the public API. Every path is relative, so that the page works behind a path prefix.

import { storageOf } from "./dom.js";

const BASE = new URL(".", document.baseURI);

// An error response of the server. status 0: no response arrived.
export class ApiError extends Error {
  constructor(message, { status = 0, code = null, param = null, retryAfter = 0 } = {}) {
    super(message);
    Object.assign(this, { status, code, param, retryAfter });
  }
}

const storage = storageOf("sessionStorage");
// The usage page needs an admin key, which is kept apart from the key for variations.
const KEY_ITEM = document.documentElement.dataset.keyItem ?? "diabelli.key";
let key = storage.getItem(KEY_ITEM) ?? "";

export const hasKey = () => key !== "";

export function useKey(value) {
  key = value;
  if (value) storage.setItem(KEY_ITEM, value);
  else storage.removeItem(KEY_ITEM);
}

export const base = () => BASE.href.replace(/\/$/, "");

async function request(path, options = {}) {
  const headers = key ? { authorization: `Bearer ${key}` } : {};
  let response;
  try {
    // With credentials omitted, a 401 does not open the browser's login dialog.
    response = await fetch(new URL(path, BASE), { ...options, headers, credentials: "omit" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("The server does not answer. Check that it is running and that you are online.");
  }
  if (!response.ok) throw await toApiError(response);
  return response;
}

async function toApiError(response) {
  const body = await response.json().catch(() => ({}));
  const { message = `The server answered ${response.status}.`, code = null, param = null } = body.error ?? {};
  const retryAfter = Number(response.headers.get("retry-after")) || 0;
  return new ApiError(message, { status: response.status, code, param, retryAfter });
}

// Return the models; those of upstreams also have `paid`, `seed`, `strength` and `shutdown_date`.
export async function models() {
  return (await (await request("v1/models")).json()).data;
}

export const sample = async () => (await request("web/sample.png")).blob();

export async function usage(query) {
  return (await request(`usage/data?${new URLSearchParams(query)}`)).json();
}

// Request variations and call `onEvent` with each streamed event. Resolves with the last event.
export async function vary(picture, options, signal, onEvent) {
  const form = new FormData();
  form.append("image", picture, "source.png");
  for (const [name, value] of Object.entries(options)) if (value !== "") form.append(name, value);
  form.append("response_format", "url");
  form.append("stream", "true");
  const response = await request("v1/images/variations", { method: "POST", body: form, signal });
  let last = null;
  for await (const event of events(response.body)) {
    if (event.type === "error") throw new ApiError(event.error.message, { status: 500, code: event.error.code });
    onEvent(event);
    if (event.type === "image_variation.done") last = event;
  }
  if (last) return last;
  throw new ApiError(CONNECTION_LOST);
}

const CONNECTION_LOST = "The connection ended before the variations were ready.";

function onReadError(error) {
  throw error.name === "AbortError" ? error : new ApiError(CONNECTION_LOST);
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = "";
  for (;;) {
    const { value, done } = await reader.read().catch(onReadError);
    if (done) return;
    buffered += value;
    const frames = buffered.split("\n\n");
    buffered = frames.pop();
    for (const text of frames) {
      const data = text.split("\n").find((line) => line.startsWith("data: "));
      if (data) yield parse(data.slice(6));
    }
  }
}

// Seeds go up to 2^63 - 1, which a JavaScript number would round: parse them as text.
const parse = (text) => JSON.parse(text.replace(/"seed": (\d+)/g, '"seed": "$1"'));

// Return the URL of a result relative to this page. The host and prefix that the server reports may
// differ from the address through which the browser reached it.
export function localUrl(url) {
  const own = /\/(results\/\d{10}\/[^/]+)$/.exec(url.split("?")[0]);
  return own ? new URL(own[1] + new URL(url).search, BASE).href : url;
}

export async function fetchResult(url) {
  const response = await fetch(localUrl(url), { credentials: "omit" }).catch(() => null);
  const picture = response?.ok && (await response.blob().catch(() => null));
  if (picture) return picture;
  if (response?.status === 403 || response?.status === 404)
    throw new ApiError("The link to this picture has expired.", { status: response.status });
  throw new ApiError("The picture could not be fetched.");
}

// Return the expiry time of a link, in milliseconds since the epoch.
export function expiryOf(url) {
  const until = Number(new URL(url).searchParams.get("se"));
  return until ? until * 1000 : Date.now() + 3600_000;
}

export const blobFromBase64 = (b64, kind) =>
  new Blob([Uint8Array.from(atob(b64), (letter) => letter.charCodeAt(0))], { type: `image/${kind}` });
