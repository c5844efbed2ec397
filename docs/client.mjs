// A client of a Diabelli server in JavaScript, without packages: Node.js 20 or later, Deno, Bun and browsers.
// Run it: node docs/client.mjs http://127.0.0.1:8000 picture.png

import { readFile, writeFile } from "node:fs/promises";

const RETRIES = 2;
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

/** Send a request; repeat it after Retry-After if the server is busy. Throws the server's message. */
async function send(url, options) {
  for (let attempt = 0; ; attempt += 1) {
    const response = await fetch(url, options);
    if (response.ok) return response;
    const again = [408, 409, 429].includes(response.status) || response.status >= 500;
    if (again && attempt < RETRIES) {
      await pause(Number(response.headers.get("retry-after") ?? 2 ** attempt / 2));
      continue;
    }
    const { error } = await response.json();
    throw Object.assign(new Error(error.message), { status: response.status, ...error });
  }
}

/** Yield the events of a request: progress, previews, finished variations, and the whole reply last. */
export async function* stream(base, picture, fields, key) {
  const form = new FormData();
  form.append("image", new Blob([picture]), "source");
  for (const [name, value] of Object.entries({ ...fields, stream: true })) form.append(name, String(value));
  const headers = { "idempotency-key": crypto.randomUUID(), ...(key && { authorization: `Bearer ${key}` }) };
  const response = await send(`${base}/v1/images/variations`, { method: "POST", body: form, headers });
  let buffer = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const frames = (buffer + chunk).split("\n\n");
    buffer = frames.pop();
    for (const frame of frames) {
      const data = frame.split("\n").find((line) => line.startsWith("data: "));
      if (!data) continue;
      // A JavaScript number would round a seed above 2^53, so seeds become text.
      const event = JSON.parse(data.slice(6).replace(/"seed": (\d+)/g, '"seed": "$1"'));
      if (event.type === "error") throw Object.assign(new Error(event.error.message), event.error);
      yield event;
    }
  }
}

if (process.argv[2]) {
  const [base, file] = process.argv.slice(2);
  const fields = { n: 2, size: "256x256", strength: 0.4, seed: 7, output_format: "webp" };
  for await (const event of stream(base, await readFile(file), fields, process.env.DIABELLI_API_KEY)) {
    if (event.type === "image_variation.partial_image") console.log(`preview of ${event.index}: ${Math.round(100 * event.share)} %`);
    if (event.type !== "image_variation.completed") continue;
    const picture = await (await send(event.url)).arrayBuffer();
    await writeFile(`variation-${event.seed}.webp`, Buffer.from(picture));
    console.log(`variation-${event.seed}.webp`);
  }
}
