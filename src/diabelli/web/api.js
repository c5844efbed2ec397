// The public API as this page uses it, like any other client. Every path is relative, so that the
// page works behind a path prefix.

import { storageOf } from "./dom.js";

const BASE = new URL(".", document.baseURI);

// A refusal in words. status 0 means that no answer came.
export class Refusal extends Error {
  constructor(message, { status = 0, code = null, retryAfter = 0 } = {}) {
    super(message);
    Object.assign(this, { status, code, retryAfter });
  }
}

const storage = storageOf("sessionStorage");
let key = storage.getItem("diabelli.key") ?? "";

export const hasKey = () => key !== "";

export function useKey(value) {
  key = value;
  if (value) storage.setItem("diabelli.key", value);
  else storage.removeItem("diabelli.key");
}

export const base = () => BASE.href.replace(/\/$/, "");

async function ask(path, options = {}) {
  const headers = key ? { authorization: `Bearer ${key}` } : {};
  let response;
  try {
    // Without credentials a 401 opens no dialog of the browser's own.
    response = await fetch(new URL(path, BASE), { ...options, headers, credentials: "omit" });
  } catch (fault) {
    if (fault.name === "AbortError") throw fault;
    throw new Refusal("The server does not answer. Is it running, and are you connected to it?");
  }
  if (!response.ok) throw await refusalOf(response);
  return response;
}

async function refusalOf(response) {
  const told = await response.json().catch(() => ({}));
  const { message = `The server answered ${response.status}.`, code = null } = told.error ?? {};
  const retryAfter = Number(response.headers.get("retry-after")) || 0;
  return new Refusal(message, { status: response.status, code, retryAfter });
}

export async function models() {
  return (await (await ask("v1/models")).json()).data.map((model) => model.id);
}

export const sample = async () => (await ask("web/sample.png")).blob();

export async function usage(query) {
  return (await ask(`usage/data?${new URLSearchParams(query)}`)).json();
}

// Ask for variations and call `tell` with every event. Resolves with the last one.
export async function vary(picture, wish, signal, tell) {
  const form = new FormData();
  form.append("image", picture, "source.png");
  for (const [name, value] of Object.entries(wish)) if (value !== "") form.append(name, value);
  form.append("response_format", "url");
  form.append("stream", "true");
  const response = await ask("v1/images/variations", { method: "POST", body: form, signal });
  let last = null;
  for await (const event of events(response.body)) {
    if (event.type === "error") throw new Refusal(event.error.message, { status: 500 });
    tell(event);
    if (event.type === "image_variation.done") last = event;
  }
  if (last) return last;
  throw new Refusal(CUT);
}

const CUT = "The connection ended before the variations were ready.";

function cut(fault) {
  throw fault.name === "AbortError" ? fault : new Refusal(CUT);
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  for (;;) {
    const { value, done } = await reader.read().catch(cut);
    if (done) return;
    waiting += value;
    const whole = waiting.split("\n\n");
    waiting = whole.pop();
    for (const text of whole) {
      const data = text.split("\n").find((line) => line.startsWith("data: "));
      if (data) yield parse(data.slice(6));
    }
  }
}

// Seeds go up to 2^63: as text they stay whole.
const parse = (text) => JSON.parse(text.replace(/"seed": (\d+)/g, '"seed": "$1"'));

// The result behind a URL of a reply. This server's own results are fetched along the way that the
// page itself came, whatever host or prefix the server takes itself to have.
export function whereabouts(url) {
  const own = /\/(results\/\d{10}\/[^/]+)$/.exec(url.split("?")[0]);
  return own ? new URL(own[1] + new URL(url).search, BASE).href : url;
}

export async function fetchResult(url) {
  const response = await fetch(whereabouts(url), { credentials: "omit" }).catch(() => null);
  const picture = response?.ok && (await response.blob().catch(() => null));
  if (picture) return picture;
  if (response?.status === 403 || response?.status === 404)
    throw new Refusal("The link to this picture has expired.", { status: response.status });
  throw new Refusal("The picture could not be fetched.");
}

// When the link stops working, in milliseconds.
export function expiryOf(url) {
  const until = Number(new URL(url).searchParams.get("se"));
  return until ? until * 1000 : Date.now() + 3600_000;
}

export const blobOf = (b64, kind) =>
  new Blob([Uint8Array.from(atob(b64), (letter) => letter.charCodeAt(0))], { type: `image/${kind}` });
